using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Charts;
using Descent.Threading;

namespace Descent.Comparing;

/// <summary>A comparison as one HTML page: style, script, pictures and data are all in it.</summary>
/// <remarks>What comes from users is escaped. Should that ever fail, the page's own policy still runs no script but this one, and loads nothing.</remarks>
internal sealed class ComparisonReport
{
    private static readonly (string Class, double Width, double Height)[] Sizes = [("wide", 792, 400), ("narrow", 360, 320)];

    private readonly StringBuilder _page = new();
    private readonly ComparisonResult _result;
    private readonly ComparedOptimizer[] _drawn;
    private readonly LineChart[] _charts;

    public ComparisonReport(ComparisonResult result, string title, string? command)
    {
        _result = result;
        _charts = ComparisonCharts.Of(result, hasLegend: false);
        _drawn = [.. result.Table.Where(o => !o.IsDiverged)];
        var script = Resource("report.js");
        _page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'">
            <title>{Escape(title)}</title>
            <style>
            {Resource("report.css")}</style>
            </head>
            <body>
            <main>
            <h1>{Escape(title)}</h1>
            <p>{Escape(Summary())}</p>

            """);
        AppendTable();
        AppendCharts();
        AppendRates();
        AppendRepetition(command);
        _page.Append($"""
            </main>
            <script type="application/json" id="data">{Data().ToJsonString()}</script>
            <script>{script}</script>
            </body>
            </html>

            """);
    }

    /// <summary>The page.</summary>
    public override string ToString() => _page.ToString();

    private string Summary()
    {
        var best = _result.Table[0];
        if (best.IsDiverged) return "Every optimizer diverged with every learning rate. Try lower ones.";
        var rate = best.Best.LearningRate is { } number ? $" with a learning rate of {ComparisonTable.Rate(number)}" : "";
        return $"{best.Name}{rate} did best: {_result.Monitor} {ComparisonTable.Score(best.Best)}{(_result.Runs > 1 ? $" in {_result.Runs} runs" : "")}. "
            + "Every optimizer trained the same model from the same weights, on the same batches.";
    }

    private void AppendTable()
    {
        _page.Append("<h2 id=\"table\">Each at its best rate</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"table\"><table>\n");
        AppendHeader(ComparisonTable.Header(_result));
        foreach (var optimizer in _result.Table) AppendRow(ComparisonTable.Row(optimizer).Select(cell => (cell, false)));
        _page.Append("</tbody></table></div>\n<p class=\"soft\">").Append(Escape(Explanation())).Append("</p>\n");
    }

    private string Explanation()
    {
        var text = $"{_result.Monitor} is that of the best epoch of a run{(_result.Runs > 1 ? ", as mean and standard deviation over the runs" : "")}; the validation data chose epoch and rate, so it flatters a little. ";
        if (_result.CommonLevel is { } level)
            text += $"{ComparisonTable.Value(level)} is the common level: the best that {(_drawn.Length == _result.Table.Count ? "all" : "all that did not diverge")} reach in the mean of their runs: who is there in fewer epochs learns faster. ";
        return text + "A step is forward, backward and update; trainings ran one after another, so none took the cores from another. Bytes are those of the optimizer's state, for each parameter of the model.";
    }

    private void AppendCharts()
    {
        if (_drawn.Length == 0) return;
        _page.Append("<h2>Epoch by epoch</h2>\n<p class=\"soft hint\">Names switch lines on and off. Point at a chart, or focus it and use the arrow keys, to read values.</p>\n<div class=\"legend\" role=\"group\" aria-label=\"Lines\">\n");
        foreach (var (i, optimizer) in _drawn.Index())
        {
            _page.Append($"<button type=\"button\" data-name=\"{Escape(optimizer.Name)}\" aria-pressed=\"true\" disabled><svg class=\"{Theme.Scope} chip\" viewBox=\"0 0 20 10\" aria-hidden=\"true\"><path class=\"line {Theme.Colour(i)}\"");
            if (Theme.Dash(i) is { } dash) _page.Append($" stroke-dasharray=\"{dash}\"");
            _page.Append($" d=\"M1 5h18\"/></svg>{Escape(optimizer.Name)}</button>\n");
        }

        _page.Append("<button type=\"button\" id=\"all\" hidden>Show all</button>\n</div>\n");
        foreach (var chart in _charts)
        {
            _page.Append($"<figure tabindex=\"0\" role=\"group\" aria-label=\"{Escape($"{chart.Title}: the arrow keys read the values of an epoch")}\">\n");
            foreach (var (name, width, height) in Sizes)
            {
                var svg = new SvgWriter(width, height, chart.Title);
                chart.Draw(svg, 0, 0, width, height);
                _page.Append(svg.ToString().Replace($"class=\"{Theme.Scope}\"", $"class=\"{Theme.Scope} {name}\"", StringComparison.Ordinal));
            }

            _page.Append("<output hidden></output>\n</figure>\n");
        }
    }

    private void AppendRates()
    {
        double?[] rates = [.. _result.Table.SelectMany(o => o.Rates).Select(r => r.LearningRate).Distinct().OrderDescending()];
        if (rates.Length < 2 || _result.Table.All(o => o.Rates.Count == 1)) return;
        _page.Append($"<h2 id=\"rates\">Every learning rate</h2>\n<p class=\"soft\">{Escape(_result.Monitor)}, the best rate of each optimizer marked.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"rates\"><table>\n");
        AppendHeader(["optimizer", .. rates.Select(ComparisonTable.Rate)]);
        foreach (var optimizer in _result.Table)
        {
            var found = rates.Select(rate => optimizer.Rates.FirstOrDefault(r => r.LearningRate == rate));
            AppendRow([(optimizer.Name, false), .. found.Select(r => (r is null ? "" : ComparisonTable.Score(r), r == optimizer.Best))]);
        }

        _page.Append("</tbody></table></div>\n");
    }

    private void AppendRepetition(string? command)
    {
        _page.Append("<h2>To repeat it</h2>\n");
        if (command is not null) _page.Append($"<pre><code>{Escape(command)}</code></pre>\n");
        var comparison = _result.Comparison;
        _page.Append("<dl>\n");
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
            ("Runs", _result.Runs == comparison.Runs ? $"{_result.Runs}" : $"{_result.Runs} of {comparison.Runs}"),
            ("Epochs", $"{comparison.Epochs}"),
            ("Batch size", $"{comparison.BatchSize}"),
            ("Seed", _result.Runs == 1 ? $"{_result.Seed}" : $"{_result.Seed} in the first run, one more in each other"),
            ("Descent", typeof(Model).Assembly.GetName().Version!.ToString(3)),
            (".NET", RuntimeInformation.FrameworkDescription),
            ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            ("Processor", $"{Machine.Processor}, {Machine.VectorBits}-bit vectors"),
            ("Threads", $"{Workers.Count}"),
        ])
        {
            _page.Append($"<dt>{name}</dt><dd>{Escape(value)}</dd>\n");
        }

        _page.Append("</dl>\n<details><summary>Options of the optimizers</summary>\n");
        foreach (var optimizer in comparison.Optimizers)
            _page.Append($"<pre><code>{Escape(optimizer.Serialize().ToJsonString())}</code></pre>\n");
        _page.Append("</details>\n");
    }

    private void AppendHeader(IEnumerable<string> cells)
    {
        _page.Append("<thead><tr>");
        foreach (var cell in cells) _page.Append($"<th scope=\"col\">{Escape(cell).Replace("/", "/<wbr>", StringComparison.Ordinal)}</th>");
        _page.Append("</tr></thead><tbody>\n");
    }

    private void AppendRow(IEnumerable<(string Text, bool IsBest)> cells)
    {
        _page.Append("<tr>");
        foreach (var (i, (text, isBest)) in cells.Index())
            _page.Append(i == 0 ? $"<th scope=\"row\">{Escape(text)}</th>" : $"<td{(isBest ? " class=\"best\"" : "")}>{Escape(text)}</td>");
        _page.Append("</tr>\n");
    }

    // What the script shows under the pointer.
    private JsonObject Data() => new()
    {
        ["names"] = new JsonArray([.. _drawn.Select(o => (JsonNode)o.Name)]),
        ["charts"] = new JsonArray([.. _charts.Select((chart, i) => (JsonNode)new JsonObject
        {
            ["rises"] = i == 0 && _result.MonitorRises,
            ["lines"] = new JsonArray([.. chart.Lines.Select(line => (JsonNode)new JsonArray([.. line.Y.Select(Number)]))]),
        })]),
    };

    // As many digits as are shown, and NaN as nothing.
    private static JsonNode? Number(double value) =>
        double.IsFinite(value) ? double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(ComparisonReport).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
