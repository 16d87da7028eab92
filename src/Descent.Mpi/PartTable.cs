using System.Runtime.CompilerServices;

namespace Descent.Mpi;

/// <summary>How many elements the part of each rank has and where it begins, in memory that stays where it is while an operation reads it.</summary>
internal sealed unsafe class PartTable(int ranks)
{
    private readonly int[] _counts = GC.AllocateArray<int>(ranks, pinned: true);
    private readonly int[] _offsets = GC.AllocateArray<int>(ranks, pinned: true);

    public int* Counts => Pointer(_counts);

    public int* Offsets => Pointer(_offsets);

    /// <summary>Takes counts whose sum is at most <see cref="int.MaxValue"/>.</summary>
    public PartTable Set(ReadOnlySpan<int> counts)
    {
        counts.CopyTo(_counts);
        for (var rank = 1; rank < counts.Length; rank++) _offsets[rank] = _offsets[rank - 1] + counts[rank - 1];
        return this;
    }

    private static int* Pointer(int[] pinned) => (int*)Unsafe.AsPointer(ref pinned[0]);
}
