using Descent.Memory;

namespace Descent.Training;

/// <summary>Puts variables side by side.</summary>
internal static class VariableBuffer
{
    /// <summary>Moves the values of float32 variables into one buffer, in their order, each from the start of a cache line. Variables over a caller's memory stay where they are.</summary>
    public static void Pack(IReadOnlyList<Variable> variables)
    {
        var cells = 0;
        foreach (var variable in variables) cells = checked(cells + AlignedMemory.RoundUp(variable.Shape.Size));
        var (buffer, offset) = AlignedMemory.Allocate(cells);
        foreach (var variable in variables)
        {
            variable.MoveTo(buffer, offset);
            offset += AlignedMemory.RoundUp(variable.Shape.Size);
        }
    }
}
