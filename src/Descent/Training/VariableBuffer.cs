using Descent.Memory;

namespace Descent.Training;

/// <summary>Puts variables side by side.</summary>
internal static class VariableBuffer
{
    private const int LargeModel = 16 * 1024 * 1024;

    /// <summary>Moves the values of float32 variables into one buffer, in their order, each from the start of a cache line. Variables over a caller's memory stay where they are.</summary>
    public static void Pack(IReadOnlyList<Variable> variables)
    {
        var cells = 0;
        foreach (var variable in variables) cells = checked(cells + AlignedMemory.RoundUp(variable.Shape.Size));
        var (buffer, offset) = AlignedMemory.Allocate(cells);
        var garbage = 0;
        foreach (var variable in variables)
        {
            if (!variable.IsBlank) garbage += variable.Shape.Size;
            variable.MoveTo(buffer, offset);
            offset += AlignedMemory.RoundUp(variable.Shape.Size);
        }

        // First values and their copies are garbage now, twice the size of a model. Left to itself, the collector lets it stay beside the
        // optimizer's state and the first step; returning it costs some 20 ms, much less than it took to fill it.
        if (garbage >= LargeModel) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
