using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Cli.Measuring;
using Descent.Optimizers;

namespace Descent.Cli;

/// <summary>One run of <c>descent bench</c>: measures, and writes each row when it is known.</summary>
internal sealed class BenchRun(BenchPlan plan, int threads, TextWriter output)
{
    // A bare pass that uses as many arrays as Adam: weights and two moments.
    private const int AdamArrays = 3;

    // A step moves as many bytes as its pass: a share above this was measured while the machine did something else.
    private const double LargestShare = 1.1;

    /// <summary>Runs.</summary>
    /// <returns>All figures.</returns>
    public JsonObject Execute()
    {
        Line($"{Machine.Processor} · {Machine.VectorBits}-bit vectors · {Count(threads, "thread")}");
        return new JsonObject
        {
            ["processor"] = Machine.Processor,
            ["vector_bits"] = Machine.VectorBits,
            ["threads"] = threads,
            ["memory"] = Memory(),
            ["parameters"] = plan.Parameters,
            ["optimizers"] = Optimizers(),
            ["products"] = Products(),
            ["training"] = Training(),
        };
    }

    private JsonArray Memory()
    {
        Line($"\nMemory: a bare pass that reads 4 arrays of {Megabytes(sizeof(float) * (double)plan.Parameters)} and writes 3 of them");
        var bare = new MemoryPass(plan.Parameters, AdamArrays);
        return Rows<int>(threads == 1 ? [1] : [1, threads], used =>
        {
            var speed = bare.Bytes(AdamArrays) / plan.OptimizerTiming.Least(used == 1 ? () => bare.RunAlone(AdamArrays) : () => bare.Run(AdamArrays))[0];
            Line($"  {Count(used, "thread"),-20}{Gigabytes(speed),12}");
            return new JsonObject { ["threads"] = used, ["gb_per_s"] = speed / 1e9 };
        });
    }

    private JsonArray Optimizers()
    {
        Line($"\nOptimizer steps: {plan.Parameters:N0} parameters in {plan.Matrices} matrices of {plan.MatrixSize} × {plan.MatrixSize}");
        Line($"  {"",-20}{"time",12}{"must move",12}{"speed",12}{"a bare pass",14}{"share",9}");
        var bare = new MemoryPass(plan.Parameters, MemoryPass.MostArrays);
        Shape matrix = [plan.MatrixSize, plan.MatrixSize];
        var (variables, gradients) = (Work.Variables("kernel", matrix, plan.Matrices), Work.Gradients(matrix, plan.Matrices));
        return Rows(Work.Optimizers, name =>
        {
            var optimizer = Optimizer.Get(name);
            var step = Work.OptimizerStep(optimizer, variables, gradients);
            // It reads gradients, and reads and writes weights and state.
            var state = optimizer.Variables.Sum(v => (long)v.Shape.Size);
            var bytes = sizeof(float) * (3L * plan.Parameters + 2 * state);
            var arrays = 1 + (int)(state / plan.Parameters);
            var isOnePass = Work.IsOnePass(name);
            var (seconds, pass) = isOnePass ? plan.OptimizerTiming.Beside(step, () => bare.Run(arrays)) : (plan.Timing.Least(step)[0], default);
            var speed = bytes / seconds;
            double? limit = isOnePass ? bare.Bytes(arrays) / pass : null;
            var share = speed / limit;
            var isDisturbed = share > LargestShare;
            var besidePass = limit is null ? "" : Format($"{Gigabytes(limit.Value),14}{share,9:P0}{(isDisturbed ? " disturbed" : "")}");
            Line($"  {name,-20}{Duration(seconds),12}{Megabytes(bytes),12}{Gigabytes(speed),12}{besidePass}");
            return new JsonObject
            {
                ["name"] = name,
                ["us"] = seconds * 1e6,
                ["bytes"] = bytes,
                ["gb_per_s"] = speed / 1e9,
                ["pass_gb_per_s"] = limit / 1e9,
                ["share"] = share,
                ["disturbed"] = isDisturbed,
            };
        });
    }

    private JsonArray Products()
    {
        Line($"\nMatrix products");
        return Rows(plan.ProductSizes, size =>
        {
            var seconds = plan.Timing.Least(Work.MatrixProduct(size))[0];
            var gigaflops = Work.Gigaflops(size, seconds);
            Line($"  {$"{size} × {size} × {size}",-20}{Duration(seconds),12}{gigaflops,16:N0} GFLOP/s");
            return new JsonObject { ["size"] = size, ["us"] = seconds * 1e6, ["gflops"] = gigaflops };
        });
    }

    private JsonArray Training()
    {
        Line($"\nTraining steps of Fit: dense layers, Adam");
        var rows = Rows(plan.Networks, network =>
        {
            var seconds = network.SecondsPerStep(plan.Timing);
            Line($"  {$"{network.Layers}, batch {network.Batch}",-32}{Duration(seconds),12}{network.Batch / seconds,16:N0} samples/s");
            return new JsonObject { ["layers"] = network.Layers, ["batch"] = network.Batch, ["us"] = seconds * 1e6, ["samples_per_s"] = network.Batch / seconds };
        });
        Line($"""

            How to read it: an optimizer must read gradients, and read and write weights and state. Beside it
            stands a bare pass over as many arrays, in turn with it: near a share of 100 %, only faster memory
            would help. Some percent more or less are noise; above 110 % other programs disturbed the
            measurement: close them and repeat it. Adafactor and Lamb need more than one pass and Muon
            multiplies matrices, so what they move is more than what they must, and they have no share.
            """);
        return rows;
    }

    private static JsonArray Rows<T>(T[] items, Func<T, JsonNode> row)
    {
        var rows = new JsonArray();
        foreach (var item in items)
        {
            rows.Add(row(item));
            // What a row has used is garbage: the next must not need more memory because of it.
            GC.Collect();
        }

        return rows;
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Count(int count, string thing) => Format($"{count} {thing}{(count == 1 ? "" : "s")}");

    private static string Duration(double seconds) => seconds < 1e-3 ? Format($"{seconds * 1e6:N1} µs") : Format($"{seconds * 1e3:N1} ms");

    private static string Megabytes(double bytes) => Format($"{bytes / 1e6:N0} MB");

    private static string Gigabytes(double bytesPerSecond) => Format($"{bytesPerSecond / 1e9:N1} GB/s");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
