using Descent.Optimizers;

namespace Descent.Distribution;

/// <summary>An optimizer whose state the ranks share: each has that of its part of the variables and updates that part, and then all get the whole variables.</summary>
internal sealed partial class OptimizerSlices
{
    private readonly Communicator _communicator;
    private readonly Optimizer _optimizer;
    private readonly Variable[] _variables;
    private readonly IReadOnlyList<Variable> _surroundings;
    private readonly FlatLayout _layout;
    private readonly int[] _bounds; // of the parts, among all variables
    private readonly int[] _counts;
    private readonly Share _share;
    private readonly Variable[] _parts;
    private readonly Memory<float> _weights; // what ranks exchange after a step: the variables themselves if they lie side by side, else copies
    private readonly bool _inPlace;
    private readonly float[] _part; // what they exchange before it: the gradients of this rank's cells

    /// <summary>Cuts the optimizer, which keeps the state that it has for this rank's part.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="optimizer">The optimizer, built for the variables or not at all.</param>
    /// <param name="variables">What it updates.</param>
    /// <param name="surroundings">All variables of the model.</param>
    public OptimizerSlices(Communicator communicator, Optimizer optimizer, IReadOnlyList<Variable> variables, IReadOnlyList<Variable> surroundings)
    {
        (_communicator, _optimizer, _variables, _surroundings) = (communicator, optimizer, [.. variables], surroundings);
        _layout = new FlatLayout(variables);
        _bounds = _layout.Cut(communicator.Size, optimizer.WorksByElement);
        _counts = [.. _bounds.Skip(1).Zip(_bounds, (end, start) => end - start)];
        _share = new Share(communicator);
        _inPlace = _layout.TryFind(variables, out _weights);
        if (!_inPlace) _weights = GC.AllocateArray<float>(_layout.Length, pinned: true);
        _part = GC.AllocateArray<float>(_counts[communicator.Rank], pinned: true);
        _parts = new Variable[_variables.Length];
        for (var i = 0; i < _parts.Length; i++)
        {
            var (start, length) = PartOf(i, communicator.Rank);
            _parts[i] = Variable.PartOf(_variables[i], start, length);
        }

        optimizer.Divide(_parts, _share, _surroundings);
    }

    /// <summary>This rank's part of each variable; it may be empty.</summary>
    public IReadOnlyList<Variable> Parts => _parts;

    /// <summary>Where the first of this rank's cells stands among those of all variables.</summary>
    public int Start => _bounds[_communicator.Rank];

    /// <summary>Where this rank's part of a variable stands among its cells.</summary>
    public int Offset(int variable) => _parts[variable].Shape.Size == 0 ? 0 : _layout.Room(variable).Start + _parts[variable].Start - Start;

    /// <summary>Whether the optimizer is cut for these variables.</summary>
    public bool Serves(IEnumerable<Variable> variables) => _variables.SequenceEqual(variables);

    /// <summary>Takes a step.</summary>
    /// <param name="gradients">Those of <see cref="Parts"/>.</param>
    public void Apply(Tensor?[] gradients)
    {
        foreach (var variable in _variables) variable.Touch();
        _optimizer.Apply(gradients);
        GatherWeights();
    }

    /// <summary>Gives all ranks the parts of all.</summary>
    public void GatherWeights()
    {
        foreach (var variable in _variables) variable.Touch();
        var own = Of(_weights);
        for (var i = 0; !_inPlace && i < _parts.Length; i++) _parts[i].View.Cells.CopyTo(own.Span[Offset(i)..]);
        _communicator.AllGather<float>(own, _weights, _counts);
        for (var i = 0; !_inPlace && i < _variables.Length; i++) _weights.Span.Slice(_layout.Room(i).Start, _variables[i].Shape.Size).CopyTo(_variables[i].View.Cells);
    }

    /// <summary>The room for the gradients of this rank's cells.</summary>
    public Memory<float> Gradients => _part;

    /// <summary>Where this rank's cells stand among those of all variables.</summary>
    public Memory<float> Of(Memory<float> all) => all.Slice(_bounds[_communicator.Rank], _part.Length);

    /// <summary>What each rank has of some cells.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="counts">Takes how many of them each rank has.</param>
    /// <returns>The room for the gradients of those that are this rank's.</returns>
    public Memory<float> Overlap(int start, int length, Span<int> counts)
    {
        for (var rank = 0; rank < counts.Length; rank++)
            counts[rank] = Math.Max(0, Math.Min(start + length, _bounds[rank + 1]) - Math.Max(start, _bounds[rank]));
        var own = counts[_communicator.Rank];
        return own == 0 ? default : _part.AsMemory(Math.Max(start, Start) - Start, own);
    }

    private (int Start, int Length) PartOf(int variable, int rank) => _layout.Part(variable, _bounds[rank], _bounds[rank + 1]);

    private sealed class Share(Communicator communicator) : OptimizerShare
    {
        public override void Sum(Memory<double> values) => communicator.AllReduce(values);
    }
}
