using System.Text;

namespace Descent.Charts;

/// <summary>Writes a <see cref="ModelDiagram"/> in the languages of programs that draw graphs.</summary>
internal static class ModelText
{
    /// <summary>As a flowchart of Mermaid, which Markdown pages show in many places.</summary>
    public static string Mermaid(ModelDiagram diagram)
    {
        var text = new StringBuilder("flowchart TD\n");
        Walk(
            diagram,
            "n",
            1,
            (id, box, depth) => text.Append(' ', 4 * depth).Append($"{id}[\"{MermaidText(string.Join("\n", Lines(box)))}\"]\n"),
            (id, box, depth) => text.Append(' ', 4 * depth).Append($"subgraph {id}[\"{MermaidText($"{box.Name} ({box.Kind})")}\"]\n"),
            depth => text.Append(' ', 4 * depth).Append("end\n"),
            (from, to, depth) => text.Append(' ', 4 * depth).Append($"{from} --> {to}\n"));
        return text.ToString();
    }

    /// <summary>In DOT, the language of Graphviz.</summary>
    public static string Dot(ModelDiagram diagram)
    {
        var text = new StringBuilder($"digraph {DotText(diagram.Name)} {{\n    node [shape=box, style=rounded, fontname=\"Helvetica\"];\n");
        Walk(
            diagram,
            "n",
            1,
            (id, box, depth) => text.Append(' ', 4 * depth).Append($"{id} [label={DotText(string.Join("\n", Lines(box)))}];\n"),
            (id, box, depth) => text.Append(' ', 4 * depth).Append($"subgraph cluster_{id} {{\n").Append(' ', 4 * depth + 4).Append($"label={DotText($"{box.Name} ({box.Kind})")};\n"),
            depth => text.Append(' ', 4 * depth).Append("}\n"),
            (from, to, depth) => text.Append(' ', 4 * depth).Append($"{from} -> {to};\n"));
        return text.Append("}\n").ToString();
    }

    private static IEnumerable<string> Lines(ModelBox box) => ((string[])[$"{box.Name} ({box.Kind})", box.Shapes, box.Parameters]).Where(l => l.Length > 0);

    // Edges of a model that is shown with its layers begin and end at these.
    private static void Walk(
        ModelDiagram diagram, string prefix, int depth, Action<string, ModelBox, int> writeBox, Action<string, ModelBox, int> beginGroup, Action<int> endGroup, Action<string, string, int> writeEdge)
    {
        for (var i = 0; i < diagram.Boxes.Count; i++)
        {
            var (id, box) = ($"{prefix}{i}", diagram.Boxes[i]);
            if (box.Inner is null)
            {
                writeBox(id, box, depth);
                continue;
            }

            beginGroup(id, box, depth);
            Walk(box.Inner, $"{id}_", depth + 1, writeBox, beginGroup, endGroup, writeEdge);
            endGroup(depth);
        }

        foreach (var (from, to) in diagram.Edges)
            foreach (var end in Ends(diagram, prefix, from, d => d.Outputs))
                foreach (var start in Ends(diagram, prefix, to, d => d.Inputs))
                    writeEdge(end, start, depth);
    }

    private static IEnumerable<string> Ends(ModelDiagram diagram, string prefix, int box, Func<ModelDiagram, IReadOnlyList<int>> ends) =>
        diagram.Boxes[box].Inner is { } inner ? ends(inner).SelectMany(i => Ends(inner, $"{prefix}{box}_", i, ends)) : [$"{prefix}{box}"];

    private static string MermaidText(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\n", "<br>", StringComparison.Ordinal);

    private static string DotText(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
