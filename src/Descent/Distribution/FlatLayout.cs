using System.Runtime.InteropServices;
using Descent.Memory;
using Descent.Optimizers;

namespace Descent.Distribution;

/// <summary>Variables one after another, each from the start of a cache line, and how ranks share them.</summary>
internal sealed class FlatLayout
{
    private readonly int[] _sizes;
    private readonly int[] _offsets;
    private readonly bool[] _isConstrained;

    public FlatLayout(IReadOnlyList<Variable> variables)
    {
        _sizes = [.. variables.Select(v => v.Shape.Size)];
        _isConstrained = [.. variables.Select(v => v.Constraint is not null)];
        _offsets = new int[_sizes.Length + 1];
        for (var i = 0; i < _sizes.Length; i++) _offsets[i + 1] = checked(_offsets[i] + AlignedMemory.RoundUp(_sizes[i]));
    }

    /// <summary>The number of variables.</summary>
    public int Count => _sizes.Length;

    /// <summary>The cells of all variables.</summary>
    public int Length => _offsets[^1];

    /// <summary>Where a variable begins, and the cells up to the next.</summary>
    public (int Start, int Length) Room(int variable) => (_offsets[variable], _offsets[variable + 1] - _offsets[variable]);

    /// <summary>The variable in whose room a cell is.</summary>
    public int At(int cell)
    {
        var place = Array.BinarySearch(_offsets, cell);
        return place < 0 ? ~place - 1 : place;
    }

    /// <summary>Finds the memory in which variables lie as they do here: those of a model that was built as a whole.</summary>
    public bool TryFind(IReadOnlyList<Variable> variables, out Memory<float> memory)
    {
        memory = default;
        float[]? array = null;
        var origin = 0;
        for (var i = 0; i < variables.Count; i++)
        {
            if (!MemoryMarshal.TryGetArray(variables[i].View.CellMemory, out var place)) return false;
            if (i == 0) (array, origin) = (place.Array, place.Offset);
            if (place.Array != array || place.Offset != origin + _offsets[i]) return false;
        }

        if (array is null || array.Length < origin + Length) return false;
        memory = array.AsMemory(origin, Length);
        return true;
    }

    /// <summary>Cuts the cells into parts as equal as can be.</summary>
    /// <param name="ranks">The number of parts.</param>
    /// <param name="byElement">Whether variables without a constraint may be cut, at multiples of <see cref="OptimizerShare.Block"/>; all others go to one rank each.</param>
    /// <returns>Where each part begins, and the length at the end.</returns>
    public int[] Cut(int ranks, bool byElement)
    {
        var bounds = new int[ranks + 1];
        bounds[ranks] = Length;
        for (int rank = 1, variable = 0; rank < ranks; rank++)
        {
            var bound = (long)Length * rank / ranks;
            while (variable < _sizes.Length && _offsets[variable + 1] <= bound) variable++;
            if (variable == _sizes.Length) bounds[rank] = Length;
            else if (byElement && !_isConstrained[variable]) bounds[rank] = Math.Min(_offsets[variable] + (int)(bound - _offsets[variable]) / OptimizerShare.Block * OptimizerShare.Block, _offsets[variable + 1]);
            else bounds[rank] = bound - _offsets[variable] < _offsets[variable + 1] - bound ? _offsets[variable] : _offsets[variable + 1];
        }

        return bounds;
    }

    /// <summary>The elements of a variable that lie between two bounds: where they begin in it, and how many there are.</summary>
    public (int Start, int Length) Part(int variable, int from, int to)
    {
        var start = Math.Clamp(from - _offsets[variable], 0, _sizes[variable]);
        return (start, Math.Clamp(to - _offsets[variable], 0, _sizes[variable]) - start);
    }
}
