using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// Copies a box of elements from one strided layout to another: transposition, slicing, padding, reversal and
/// stretching are all this. Strides count elements; those of the source may be 0 or negative.
/// </summary>
internal unsafe struct StridedCopy
{
    private const int MaxRank = 16;
    private const int Tile = 32;

    private int _rank;
    private fixed int _sizes[MaxRank];  // innermost first
    private fixed int _from[MaxRank];
    private fixed int _to[MaxRank];

    public StridedCopy(ReadOnlySpan<int> sizes, ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        _rank = 0;
        for (var axis = sizes.Length - 1; axis >= 0; axis--)
        {
            if (sizes[axis] == 1) continue;
            if (_rank > 0)
            {
                // Neighbouring dimensions that both sides walk without a gap become one.
                var last = _rank - 1;
                if (from[axis] == _from[last] * _sizes[last] && to[axis] == _to[last] * _sizes[last])
                {
                    _sizes[last] *= sizes[axis];
                    continue;
                }
            }

            if (_rank == MaxRank)
                throw new ArgumentException($"Tensors can be rearranged up to rank {MaxRank}. Received: rank {sizes.Length}.");
            _sizes[_rank] = sizes[axis];
            _from[_rank] = from[axis];
            _to[_rank] = to[axis];
            _rank++;
        }

        if (_rank == 0)
        {
            _sizes[0] = _from[0] = _to[0] = 1;
            _rank = 1;
        }
    }

    /// <summary>Copies; the pointers are to the element at index 0 of every dimension. No size may be 0.</summary>
    public void Run<T>(T* source, T* destination) where T : unmanaged
    {
        // Where the source's neighbours lie along another dimension than the destination's, square tiles keep both in the cache.
        var other = 0;
        if (_from[0] is not (0 or 1))
            for (var d = 1; d < _rank && other == 0; d++)
                if (_from[d] == 1) other = d;

        var outer = 1;
        for (var d = 1; d < _rank; d++)
            if (d != other) outer *= _sizes[d];
        var bands = other == 0 ? 1 : (_sizes[other] + Tile - 1) / Tile;
        var work = _sizes[0] * (other == 0 ? 1 : Math.Min(Tile, _sizes[other]));
        var units = outer * bands;
        var step = Math.Max(1, Lanes.ChunkLength / work);
        Workers.Run((units - 1) / step + 1, new Job<T>(this, source, destination, other, bands, units, step));
    }

    private void CopyUnit<T>(T* source, T* destination, int other, int bands, int unit) where T : unmanaged
    {
        var row = unit / bands;
        for (var d = 1; d < _rank; d++)
        {
            if (d == other) continue;
            var index = row % _sizes[d];
            row /= _sizes[d];
            source += index * _from[d];
            destination += index * _to[d];
        }

        if (other == 0) CopyRow(source, destination);
        else CopyTiles(source, destination, other, unit % bands * Tile);
    }

    private void CopyRow<T>(T* source, T* destination) where T : unmanaged
    {
        var (size, from, to) = (_sizes[0], _from[0], _to[0]);
        if (from == 1 && to == 1) new ReadOnlySpan<T>(source, size).CopyTo(new Span<T>(destination, size));
        else if (from == 0 && to == 1) new Span<T>(destination, size).Fill(*source);
        else
            for (var i = 0; i < size; i++) destination[i * to] = source[i * from];
    }

    private void CopyTiles<T>(T* source, T* destination, int other, int start) where T : unmanaged
    {
        var (size, from, to) = (_sizes[0], _from[0], _to[0]);
        var end = Math.Min(_sizes[other], start + Tile);
        for (var tile = 0; tile < size; tile += Tile)
        {
            var last = Math.Min(size, tile + Tile);
            for (var i = start; i < end; i++)
            {
                var target = destination + i * _to[other];
                for (var j = tile; j < last; j++) target[j * to] = source[i + j * from];
            }
        }
    }

    private readonly struct Job<T>(StridedCopy copy, T* source, T* destination, int other, int bands, int units, int step) : IParallelJob where T : unmanaged
    {
        public void Run(int chunk)
        {
            var first = chunk * step;
            var end = first + Math.Min(step, units - first);
            for (var unit = first; unit < end; unit++) copy.CopyUnit(source, destination, other, bands, unit);
        }
    }
}
