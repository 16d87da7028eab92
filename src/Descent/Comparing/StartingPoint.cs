using Descent.Training;

namespace Descent.Comparing;

/// <summary>A model as it was before any training, to which all trainings of a run return.</summary>
internal sealed class StartingPoint : IDisposable
{
    private readonly IReadOnlyList<Tensor> _weights;
    private readonly Action _restoreStreams;
    private readonly (long Seed, ulong Taken) _position;
    private readonly Compilation? _compilation;

    /// <param name="create">Makes the model.</param>
    /// <param name="seed">The seed of its weights, and of what training draws.</param>
    /// <param name="x">The inputs, for whose shapes a model is built that is not built yet.</param>
    public StartingPoint(Func<Model> create, long seed, Tensors x)
    {
        RandomSeed.Set(seed);
        Model = create() ?? throw new InvalidOperationException("The function that makes the model must return one. Received: null.");
        if (!Model.Built) Model.Build([.. DataChecks.Arrange(x, Model.InputNames, nameof(x)).Select(input => Shape.Create([-1, .. input.Shape.Dimensions[1..]]))]);
        _compilation = Model.Compilation;
        _weights = Model.GetWeights();
        _restoreStreams = Model.SaveStreams();
        _position = RandomSeed.Position;
    }

    public Model Model { get; }

    /// <summary>Makes weights, what recurrent layers remember, and all random numbers what they were.</summary>
    public void Return()
    {
        Model.SetWeights(_weights);
        _restoreStreams();
        RandomSeed.Position = _position;
    }

    /// <summary>Leaves the model as it was: it may be the user's, or that of the next run.</summary>
    public void Dispose()
    {
        Return();
        Model.Compilation = _compilation;
    }
}
