using System.Globalization;
using Descent.Layers;
using Spectre.Console;

namespace Descent;

public partial class Model
{
    private const int SummaryWidth = 88;
    private const int GraphSummaryWidth = 108;

    /// <summary>Prints the layers, their output shapes and their numbers of weights to the standard output; in colour if that is a terminal.</summary>
    public void Summary()
    {
        if (AnsiConsole.Profile.Out.IsTerminal) Summary(AnsiConsole.Console);
        else Summary(Console.Out);
    }

    /// <summary>Prints the layers, their output shapes and their numbers of weights as plain text.</summary>
    /// <param name="writer">Where to.</param>
    public void Summary(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = GraphSummaryWidth;
        console.Profile.Capabilities.Unicode = true;
        Summary(console);
    }

    private void Summary(IAnsiConsole console)
    {
        // A graph says what each layer reads.
        var (width, type, output, weights) = _graph is null ? (SummaryWidth, 0.45, 0.35, 0.2) : (GraphSummaryWidth, 0.3, 0.26, 0.18);
        var table = new Table { Border = TableBorder.HeavyHead, ShowRowSeparators = true, Width = Math.Min(width, console.Profile.Width) };
        table.AddColumn(Column("Layer (type)", type, table.Width.Value));
        table.AddColumn(Column("Output Shape", output, table.Width.Value));
        table.AddColumn(Column("Param #", weights, table.Width.Value).RightAligned());
        if (_graph is not null) table.AddColumn(Column("Connected to", 0.26, table.Width.Value));
        foreach (var layer in _graph is null ? Layers : InnerLayers)
        {
            table.AddRow([
                Cell($"{Markup.Escape(layer.Name)} ([blue]{Markup.Escape(layer.ClassName)}[/])"),
                Cell(OutputShapesOf(layer)),
                Cell(layer.Built ? $"[green]{Count(layer.CountParams())}[/]" : "0 (unbuilt)"),
                .. _graph is null ? Array.Empty<Markup>() : [Cell(Markup.Escape(ConnectedTo(layer)))],
            ]);
        }

        console.MarkupLine($"[bold]Model: \"{Markup.Escape(Name)}\"[/]");
        console.Write(table);
        var trainable = TrainableVariables.Sum(v => v.Shape.Size);
        var other = NonTrainableVariables.Sum(v => v.Shape.Size);
        var optimizer = Optimizer is { IsBuilt: true } built ? built.Variables.Sum(v => v.Shape.Size) : (int?)null;
        Total(console, "Total params", trainable + other + (optimizer ?? 0));
        Total(console, "Trainable params", trainable);
        Total(console, "Non-trainable params", other);
        if (optimizer is { } count) Total(console, "Optimizer params", count);
    }

    // Of a layer in a graph those of its uses; of a layer in a class of the user's those that it foretells for the shapes it was built for.
    private string OutputShapesOf(Layer layer)
    {
        if (_graph is not null) return string.Join(", ", NodesHere(layer).SelectMany(n => n.Outputs).Select(t => t.Shape).Distinct());
        if (this is Sequential && layer.Nodes is [.., var use]) return use.Outputs[0].Shape.ToString();
        if (layer.BuildShapes is not { } shapes) return "?";
        try
        {
            return string.Join(", ", layer.ComputeOutputShapes(shapes));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return "?"; // a layer of the user's that cannot be tried without data
        }
    }

    // A word that is longer than its column ends with an ellipsis, and is not cut in two.
    private static Markup Cell(string markup) => new(markup) { Overflow = Overflow.Ellipsis };

    private IEnumerable<LayerNode> NodesHere(Layer layer) => layer.Nodes.Where(_graph!.Nodes.Contains);

    // As Keras writes it: layer[use][output].
    private string ConnectedTo(Layer layer) => NodesHere(layer).SelectMany(n => n.Inputs).Select(t => _graph!.Resolve(t)).ToArray() is { Length: > 0 } inputs
        ? string.Join(",\n", inputs.Select(t => $"{t.Name}[{NodesHere(t.Layer).ToList().IndexOf(t.Node)}][{t.Index}]"))
        : "-";

    // A column's share of the table; three of its characters are padding and border.
    private static TableColumn Column(string title, double share, int width) => new($"[bold]{title}[/]") { Width = Math.Max(1, (int)(share * (width - 1)) - 3) };

    private static void Total(IAnsiConsole console, string name, int count) =>
        console.MarkupLine($"[bold] {name}: [/][green]{Count(count)}[/] ({Size(sizeof(float) * (double)count)})");

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(double bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.00} {units[unit]}");
    }
}
