using System.Text;
using Descent.Cli.Tables;
using Descent.Data;

namespace Descent.Cli;

/// <summary>One run of <c>descent predict</c>: loads, reads, predicts, writes.</summary>
internal static class PredictRun
{
    private const int BatchSize = 1024;

    /// <summary>Runs.</summary>
    /// <param name="network">The file of the network.</param>
    /// <param name="data">The table.</param>
    /// <param name="target">The file to write; null: the standard output.</param>
    /// <returns>The exit code.</returns>
    public static int Execute(string network, string data, string? target)
    {
        UsageException.RequireFile("MODEL.keras", "a network", network);
        UsageException.RequireFile("DATA.csv", "a CSV file", data);
        if (target is not null) OutputPath.RequireFile("--out", target, network, data);

        var model = UsageException.Guard(() => Model.Load(network, compile: false));
        var width = model.BuildShapes is [{ Rank: 2 } shape] && shape[1] > 0 ? shape[1] : throw new InvalidDataException(
            $"A network that predicts from a table must take rows of numbers, one input of shape (batch, features). Received: {string.Join(", ", (model.BuildShapes ?? []).Select(s => s.ToString()))} in '{network}'.");
        var form = network.EndsWith(".keras", StringComparison.OrdinalIgnoreCase) ? TableForm.Read(network) : null;
        if (form is not null && form.Encoder.FeatureNames.Count != width)
            throw new InvalidDataException($"'{TableForm.Entry}' of '{network}' must describe the {width} inputs of the network. Received: {form.Encoder.FeatureNames.Count}.");
        var table = form is not null ? ModelTable.Read(data, form) : ModelTable.Read(data, network, width);
        var outputs = Predict(model, table.Inputs);
        if (outputs.Shape.Rank != 2 || (form is not null && outputs.Shape[1] != form.Target.OutputCount))
            throw new InvalidDataException($"A network must give a row of {form?.Target.OutputCount.ToString() ?? "some"} numbers for each row of a table. Received: outputs of shape {outputs.Shape} from '{network}'.");
        var predictions = Predictions.Of(outputs, form?.Target);

        if (target is null)
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), leaveOpen: true);
            predictions.Write(output);
        }
        else
        {
            WholeFile.Write(target, file =>
            {
                using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
                predictions.Write(writer);
            });
        }

        var console = target is null ? Console.Error : Console.Out;
        foreach (var note in table.Notes) console.WriteLine(note);
        if (table.Actual is not null) console.WriteLine(predictions.Measure(table.Actual, table.Lines));
        if (target is not null) console.WriteLine($"{table.Lines.Count} rows predicted to '{target}'.");
        return ExitCodes.Done;
    }

    private static Tensor Predict(Model model, Tensor inputs)
    {
        try
        {
            return model.Predict(inputs, BatchSize);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"The network must be able to take the rows of a table. {exception.Message}", exception);
        }
    }
}
