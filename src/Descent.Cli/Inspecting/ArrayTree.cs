namespace Descent.Cli.Inspecting;

/// <summary>Draws arrays as a tree of their names, with type, shape and bytes beside each.</summary>
internal sealed class ArrayTree
{
    private const int Width = 80;
    private const int Gap = 2;

    private readonly Node _root = new("");

    public ArrayTree(FileContents contents)
    {
        foreach (var array in contents.Arrays) _root.Add(array, contents.GroupNotes);
    }

    /// <summary>Writes the tree.</summary>
    public void Write(TextWriter writer)
    {
        var lines = new List<(string Label, StoredArray? Array)>();
        foreach (var child in _root.Children) child.AddTo(lines, "", "");
        var arrays = lines.Select(line => line.Array).OfType<StoredArray>().ToList();
        if (arrays.Count == 0) return;
        var (type, shape, bytes) = (arrays.Max(a => a.Type.Length), arrays.Max(a => a.Shape.Length), arrays.Max(a => Size(a).Length));
        var room = Math.Max(0, Width - (type + shape + bytes + 3 * Gap));
        var labels = Math.Min(room, lines.Max(line => line.Array is null ? 0 : line.Label.Length));
        foreach (var (label, array) in lines)
        {
            if (array is null)
            {
                writer.WriteLine(label);
                continue;
            }

            // A name that leaves no room has a line of its own.
            if (label.Length > labels) writer.WriteLine(label);
            var start = label.Length > labels ? "" : label;
            writer.WriteLine($"{start.PadRight(labels + Gap)}{array.Type.PadRight(type + Gap)}{array.Shape.PadRight(shape + Gap)}{Size(array).PadLeft(bytes)}");
        }
    }

    private static string Size(StoredArray array) => FormattableString.Invariant($"{array.Bytes:N0}");

    private sealed class Node(string name)
    {
        private readonly OrderedDictionary<string, Node> _children = new(StringComparer.Ordinal);
        private StoredArray? _array;
        private string? _note;

        public IEnumerable<Node> Children => _children.Values;

        public void Add(StoredArray array, Dictionary<string, string> notes)
        {
            var node = this;
            for (var i = 0; i < array.Path.Count; i++)
            {
                if (!node._children.TryGetValue(array.Path[i], out var child)) node._children.Add(array.Path[i], child = new Node(array.Path[i]));
                child._note ??= notes.GetValueOrDefault(string.Join('/', array.Path.Take(i + 1)));
                node = child;
            }

            (node._array, node._note) = (array, array.Note ?? node._note);
        }

        public void AddTo(List<(string Label, StoredArray? Array)> lines, string prefix, string inner)
        {
            // A group that holds one group alone shares a line with it.
            var (node, label) = (this, name);
            while (node is { _array: null, _note: null } && node._children.Count == 1 && node._children.GetAt(0).Value is { _array: null } only)
                (node, label) = (only, $"{label}/{only.Name}");
            var note = node._note is { } text ? $" ({text})" : "";
            lines.Add((Plain($"{prefix}{label}{note}"), node._array));
            var left = node._children.Count;
            foreach (var child in node.Children)
            {
                var isLast = --left == 0;
                child.AddTo(lines, inner + (isLast ? "└── " : "├── "), inner + (isLast ? "    " : "│   "));
            }
        }

        private string Name => name;
    }

    /// <summary>Text that does nothing to a terminal, whatever a file says.</summary>
    public static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
