using Descent.Memory;

namespace Descent.Training;

/// <summary>Puts variables side by side.</summary>
internal static class VariableBuffer
{
    private const int Line = 16;

    /// <summary>Moves the values of float32 variables into one buffer, in their order, each from the start of a cache line.</summary>
    public static void Pack(IReadOnlyList<Variable> variables)
    {
        var cells = 0;
        foreach (var variable in variables) cells = checked(cells + AlignedLength(variable));
        var (buffer, offset) = AlignedMemory.Allocate(cells);
        foreach (var variable in variables)
        {
            variable.MoveTo(buffer, offset);
            offset += AlignedLength(variable);
        }
    }

    private static int AlignedLength(Variable variable) => (variable.Shape.Size + Line - 1) / Line * Line;
}
