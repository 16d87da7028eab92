namespace Descent.Cli.Inspecting;

/// <summary>An array in a file, unread.</summary>
/// <param name="Path">Its names, from the outermost group in.</param>
/// <param name="Note">What else it is called; null: nothing.</param>
/// <param name="Type">The type of its elements, as Keras calls it.</param>
/// <param name="Dimensions">Its dimensions; none for a scalar.</param>
/// <param name="Bytes">What its elements take, decompressed.</param>
/// <param name="HasChecksum">Whether the file tells a checksum of it.</param>
internal sealed record StoredArray(IReadOnlyList<string> Path, string? Note, string Type, IReadOnlyList<long> Dimensions, long Bytes, bool HasChecksum)
{
    /// <summary>Whether it belongs to an optimizer rather than to the network.</summary>
    public bool IsOptimizers => Path[0] is "optimizer" or "optimizer_weights";

    /// <summary>The dimensions as text.</summary>
    public string Shape => Dimensions is [var only] ? FormattableString.Invariant($"({only},)") : $"({string.Join(", ", Dimensions)})";
}
