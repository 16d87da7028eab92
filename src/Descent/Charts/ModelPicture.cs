using System.Text;
using static Descent.Charts.SvgWriter;

namespace Descent.Charts;

/// <summary>Draws a <see cref="ModelDiagram"/>: boxes with names, shapes and parameters, and arrows between them.</summary>
internal static class ModelPicture
{
    private const double Margin = 24, Padding = 12, Line = 17, Header = 30, Widest = 260;
    private const double Arrow = 7;

    /// <summary>The picture as SVG.</summary>
    public static string Draw(ModelDiagram diagram, string total)
    {
        var plan = new Plan(diagram);
        var title = TextSize.Wrap(diagram.Name, Math.Max(plan.Width, Widest), 15);
        var head = 20 * title.Count + Line + 14;
        var width = Math.Max(plan.Width, title.Append(total).Max(l => TextSize.Width(l, 15))) + 2 * Margin;
        var svg = new SvgWriter(Math.Ceiling(width), Math.Ceiling(plan.Height + head + 2 * Margin), $"Model {diagram.Name}");
        for (var i = 0; i < title.Count; i++) svg.Text(width / 2, Margin + 12 + 20 * i, title[i], "title", "middle");
        svg.Text(width / 2, Margin + 12 + 20 * title.Count, total, "soft", "middle");
        Draw(svg, plan, (width - plan.Width) / 2, Margin + head);
        return svg.ToString();
    }

    private static void Draw(SvgWriter svg, Plan plan, double x, double y)
    {
        foreach (var points in plan.Layout.Edges) DrawEdge(svg, [.. points.Select(p => (p.X + x, p.Y + y))]);
        for (var i = 0; i < plan.Boxes.Length; i++)
        {
            var (box, place) = (plan.Boxes[i], plan.Layout.Boxes[i]);
            DrawBox(svg, box, place.X + x, place.Y + y);
        }
    }

    private static void DrawBox(SvgWriter svg, BoxPlan box, double x, double y)
    {
        svg.Open("g", ("class", "layer"), ("data-name", box.Box.Name));
        var isGroup = box.Inner is not null;
        svg.Element("rect", ("class", isGroup ? "group" : "box"), ("x", x), ("y", y), ("width", box.Width), ("height", box.Height), ("rx", 6));
        if (!isGroup)
        {
            // The header, rounded where the box is.
            var height = box.HeadHeight;
            svg.Element("path", ("class", "head"), ("d", $"M{Number(x + 0.5)} {Number(y + height)}v{Number(6 - height)}q0 -5.5 5.5 -5.5h{Number(box.Width - 12)}q5.5 0 5.5 5.5v{Number(height - 6)}z"));
        }

        var baseline = y + 19;
        foreach (var line in box.Head)
        {
            svg.Text(x + box.Width / 2, baseline, line, "strong", "middle");
            baseline += Line;
        }

        baseline = y + box.HeadHeight + 18;
        foreach (var line in box.Body)
        {
            svg.Text(x + box.Width / 2, baseline, line, null, "middle");
            baseline += Line;
        }

        if (box.Inner is { } inner) Draw(svg, inner, x + (box.Width - inner.Width) / 2, y + box.Height - inner.Height - Padding);
        svg.Close();
    }

    private static void DrawEdge(SvgWriter svg, (double X, double Y)[] points)
    {
        var path = new StringBuilder($"M{Number(points[0].X)} {Number(points[0].Y)}");
        for (var i = 1; i < points.Length; i++)
        {
            var (from, to) = (points[i - 1], i == points.Length - 1 ? (points[i].X, points[i].Y - Arrow + 1) : points[i]);
            if (i % 2 == 1)
            {
                path.Append($"V{Number(to.Item2)}");
                continue;
            }

            var middle = Number((from.Y + to.Item2) / 2);
            path.Append($"C{Number(from.X)} {middle} {Number(to.Item1)} {middle} {Number(to.Item1)} {Number(to.Item2)}");
        }

        svg.Element("path", ("class", "edge"), ("d", path.ToString()));
        var (x, y) = points[^1];
        svg.Element("path", ("class", "tip"), ("d", $"M{Number(x)} {Number(y)}l-4.5 -{Number(Arrow + 1)}h9z"));
    }

    /// <summary>A diagram with the sizes and places of its boxes.</summary>
    private sealed class Plan
    {
        public Plan(ModelDiagram diagram)
        {
            Boxes = [.. diagram.Boxes.Select(b => new BoxPlan(b))];
            Layout = new LayeredLayout([.. Boxes.Select(b => (b.Width, b.Height))], diagram.Edges, isColumn: !diagram.IsConnected);
        }

        public BoxPlan[] Boxes { get; }

        public LayeredLayout Layout { get; }

        public double Width => Layout.Width;

        public double Height => Layout.Height;
    }

    /// <summary>A box with its lines of text and its size.</summary>
    private sealed class BoxPlan
    {
        public BoxPlan(ModelBox box)
        {
            Box = box;
            Inner = box.Inner is null ? null : new Plan(box.Inner);
            var widest = Math.Max(Widest, Inner?.Width ?? 0);
            Head = [.. TextSize.Wrap(box.Name == box.Kind ? box.Name : $"{box.Name} ({box.Kind})", widest, TextSize.Strong)];
            var shapes = TextSize.Width(box.Shapes) <= widest ? box.Shapes : box.Shapes.Replace(" → ", "\n→ ", StringComparison.Ordinal);
            Body = [.. shapes.Split('\n').Append(box.Parameters).Where(l => l.Length > 0).SelectMany(l => TextSize.Wrap(l, widest))];
            HeadHeight = Header + Line * (Head.Count - 1);
            Width = Math.Max(Math.Max(Head.Max(l => TextSize.Width(l, TextSize.Strong)), Body.Select(l => TextSize.Width(l)).DefaultIfEmpty().Max()), Inner?.Width ?? 0) + 2 * Padding;
            Height = HeadHeight + (Body.Count > 0 ? Line * Body.Count + 10 : 0) + (Inner is null ? 0 : Inner.Height + 2 * Padding);
        }

        public ModelBox Box { get; }

        public Plan? Inner { get; }

        public IReadOnlyList<string> Head { get; }

        public IReadOnlyList<string> Body { get; }

        public double HeadHeight { get; }

        public double Width { get; }

        public double Height { get; }
    }
}
