namespace Descent.Hdf5.Writing;

/// <summary>Text of variable length: it stands in the global heap, and the elements refer to it.</summary>
internal sealed class TextContent(IReadOnlyList<string> texts) : Content(DatatypeBytes.Text, (long)texts.Count * GlobalHeapWriter.ReferenceSize)
{
    private readonly byte[][] _texts = [.. texts.Select(Utf8.Bytes)];

    public override Content Placed(GlobalHeapWriter heap)
    {
        var references = new byte[checked((int)Size)];
        var fields = new Fields(references);
        foreach (var text in _texts) heap.Add(text, ref fields);
        return new Numbers<byte>(Type, references);
    }

    public override void WriteTo(Stream stream) => throw new InvalidOperationException("Text must be placed in the heap first.");
}
