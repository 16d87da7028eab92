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
        // A graph says what each layer reads, in a wider table, as in Keras.
        var (full, shares) = _graph is null ? (SummaryWidth, (double[])[0.45, 0.35, 0.2]) : (GraphSummaryWidth, [0.3, 0.24, 0.15, 0.31]);
        var table = new Table { Border = TableBorder.HeavyHead, ShowRowSeparators = true, Width = Math.Min(full, console.Profile.Width) };

        // Three characters of each column's share are padding and border.
        int[] widths = [.. shares.Select(share => Math.Max(1, (int)(share * (table.Width.Value - 1)) - 3))];
        foreach (var (title, width) in ((string[])["Layer (type)", "Output Shape", "Param #", "Connected to"]).Zip(widths))
            table.AddColumn(new TableColumn($"[bold]{title}[/]") { Width = width, Alignment = title == "Param #" ? Justify.Right : Justify.Left });
        foreach (var layer in _graph is null ? Layers : InnerLayers)
        {
            table.AddRow([
                NameAndType(layer, widths[0]),
                OutputShapesOf(layer),
                layer.Built || _graph is not null ? $"[green]{Count(layer.CountParams())}[/]" : "0 (unbuilt)",
                .. _graph is null ? Array.Empty<string>() : [Markup.Escape(ConnectedTo(layer, widths[3]))],
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

    // On two lines if one is too short for both.
    private static string NameAndType(Layer layer, int width)
    {
        var (name, type) = (layer.Name, layer.ClassName);
        var separator = name.Length + type.Length + 3 <= width ? ' ' : '\n';
        return $"{Markup.Escape(Fit(name, width))}{separator}([blue]{Markup.Escape(Fit(type, width - 2))}[/])";
    }

    // What is longer than its column ends with an ellipsis, as in Keras; a table would cut it in two.
    private static string Fit(string name, int width) => name.Length <= width ? name : $"{name[..Math.Max(0, width - 1)]}…";

    private IEnumerable<LayerNode> NodesHere(Layer layer) => layer.Nodes.Where(_graph!.Nodes.Contains);

    // As Keras writes it: layer[use][output].
    private string ConnectedTo(Layer layer, int width)
    {
        string[] inputs =
        [
            .. NodesHere(layer).SelectMany(n => n.Inputs).Select(t => _graph!.Resolve(t)).Select(t =>
            {
                var place = $"[{NodesHere(t.Layer).ToList().IndexOf(t.Node)}][{t.Index}]";
                return Fit(t.Name, width - place.Length - 1) + place;
            }),
        ];
        return inputs.Length > 0 ? string.Join(",\n", inputs) : "-";
    }

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
