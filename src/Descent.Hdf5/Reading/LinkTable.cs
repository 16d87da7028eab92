namespace Descent.Hdf5.Reading;

/// <summary>The names in a group, wherever its header says they stand: in a symbol table, in the header itself, or in a heap of links.</summary>
internal sealed class LinkTable
{
    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);

    private LinkTable() { }

    /// <summary>The names, sorted by their bytes.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The names in the order of creation, or null where it is not kept.</summary>
    public required IReadOnlyList<string>? CreationOrder { get; init; }

    /// <summary>Whether a header is that of a group.</summary>
    public static bool IsIn(ObjectHeader header) =>
        header.All(MessageKind.SymbolTable).Any() || header.All(MessageKind.LinkInfo).Any() || header.All(MessageKind.Link).Any();

    public static LinkTable Read(Reader reader, ObjectHeader header)
    {
        List<Link> links = [.. Links(reader, header)];
        links.Sort((a, b) => Link.ByBytes(a.Name, b.Name));
        var table = new LinkTable
        {
            Names = [.. links.Select(link => link.Name)],
            CreationOrder = links.Count > 0 && links.All(link => link.Order is not null) ? [.. links.OrderBy(link => link.Order).Select(link => link.Name)] : null,
        };
        foreach (var link in links)
        {
            if (link.Name is "" or "." || link.Name.Contains('/')) throw reader.Refuse("A name must be one part of a path", $"'{link.Name}'");
            if (!table._links.TryAdd(link.Name, link)) throw reader.Refuse("The names in a group must differ", $"'{link.Name}' twice");
        }

        return table;
    }

    public Link? Find(string name) => _links.GetValueOrDefault(name);

    private static IEnumerable<Link> Links(Reader reader, ObjectHeader header)
    {
        if (header.Find(reader, MessageKind.SymbolTable) is { } symbols)
        {
            foreach (var link in SymbolTable.Links(symbols)) yield return link;
        }

        foreach (var message in header.All(MessageKind.Link)) yield return Link.Read(new Block(reader, message.Body, "A link message"));

        if (header.Find(reader, MessageKind.LinkInfo) is not { } info) yield break;
        foreach (var link in DenseStorage.Objects(info, sizeof(long), BTree2.LinkNames)) yield return Link.Read(link);
    }
}
