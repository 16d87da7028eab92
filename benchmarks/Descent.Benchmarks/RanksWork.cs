using System.Diagnostics;
using System.Globalization;
using Descent.Cli.Measuring;
using Descent.Distribution;
using Descent.Layers;
using Descent.Losses;
using Descent.Mpi;
using Descent.Optimizers;

namespace Descent.Benchmarks;

/// <summary>Times training steps of the ranks that mpirun started, in turn with what they are made of.</summary>
/// <remarks>
/// <c>machine</c>: rank 0 alone, and all ranks at once without a word between them. <c>plain</c> and <c>sharded</c>: steps of <see cref="DataParallel"/>;
/// <c>after</c>, with an exchange that begins after the backward pass; <c>compute</c>, without any; <c>exchange</c>, that alone.
/// </remarks>
internal sealed class RanksWork : IDisposable
{
    private const double SecondsOfRound = 0.3;

    private readonly MpiCommunicator _ranks = MpiCommunicator.Initialize();
    private readonly List<(string Name, Action Step, bool Alone)> _works = [];
    private readonly List<DataParallel> _distributions = [];
    private readonly string _model;
    private readonly int _rows;

    private RanksWork(string model, int rows) => (_model, _rows) = (model, rows);

    /// <summary>Prints a line of JSON for each work on rank 0: the milliseconds of a step in each round; and the memory of each rank.</summary>
    /// <param name="model">The sizes of a network's layers with dashes between, or <c>cnn</c>.</param>
    /// <param name="rows">The rows of a rank.</param>
    /// <param name="rounds">How often; 0: the memory alone.</param>
    /// <param name="groups"><c>machine</c>, <c>plain</c>, <c>sharded</c>.</param>
    public static void Run(string model, int rows, int rounds, string[] groups)
    {
        using var work = new RanksWork(model, rows);
        foreach (var group in groups) work.Prepare(group);
        if (rounds > 0) work.Measure(rounds);
    }

    public void Dispose()
    {
        foreach (var distribution in _distributions) distribution.Dispose();
        _ranks.Dispose();
    }

    private void Prepare(string group)
    {
        if (group == "machine")
        {
            var (_, step) = Training(null, _rows);
            Add("alone", step, alone: true);
            Add("separate", step);
            return;
        }

        var communicator = new TimedCommunicator(_ranks);
        var distribution = new DataParallel(communicator) { ShardOptimizerState = group == "sharded" };
        _distributions.Add(distribution);
        var (model, train) = Training(distribution, _rows * _ranks.Size);
        train(); // what is exchanged once is not recorded
        communicator.Records = true;
        train();
        communicator.Records = false;
        Say(group, "state", "bytes", Everywhere(4.0 * model.Optimizer!.Variables.Sum(v => (long)v.Shape.Size)));
        Say(group, "memory", "bytes", Everywhere(Memory.Now));

        Add($"{group} step", () => Train(Exchange.Overlapped));
        if (_ranks.Size == 1) return;
        Add($"{group} after", () => Train(Exchange.After));
        Add($"{group} compute", () => Train(Exchange.None));
        Add($"{group} exchange", communicator.Repeat);

        void Train(Exchange mode)
        {
            communicator.Mode = mode;
            train();
            communicator.Mode = Exchange.Overlapped;
        }
    }

    private (Model Model, Action Step) Training(DataParallel? distribution, int rows)
    {
        var isCnn = _model == "cnn";
        int[] sizes = isCnn ? [10] : [.. _model.Split('-').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        Shape sample = isCnn ? [28, 28, 1] : [sizes[0]];
        Layer[] layers = isCnn ? PeerWork.Cnn() : [.. sizes[1..^1].Select(units => new Dense(units, "relu")), new Dense(sizes[^1])];
        var model = new Sequential([new InputLayer(sample), .. layers]);
        model.Compile(optimizer: new Adam(learningRate: 1e-3), loss: new SparseCategoricalCrossentropy { FromLogits = true }, distribution: distribution);
        var (x, y) = (Work.RandomNumbers([rows, .. sample]), Work.RandomIds([rows], sizes[^1]));
        return (model, () => model.TrainOnBatch(x, y));
    }

    private void Add(string name, Action step, bool alone = false) => _works.Add((name, step, alone));

    private void Measure(int rounds)
    {
        var calls = _works.ConvertAll(work =>
        {
            Time(work, 1); // compiles
            return Calls(Time(work, Calls(Time(work, 2)))); // the longer one warms up
        });
        var measured = _works.ConvertAll(_ => new double[rounds]);
        for (var round = 0; round < rounds; round++)
            for (var i = 0; i < _works.Count; i++)
                measured[i][round] = 1000 * Time(_works[i], calls[i]);
        for (var i = 0; i < _works.Count; i++) Say(_works[i].Name, "step", "ms", measured[i]);

        static int Calls(double seconds) => (int)Math.Clamp(SecondsOfRound / seconds, 1, 1000);
    }

    // The seconds of a call on the slowest rank.
    private double Time((string Name, Action Step, bool Alone) work, int calls)
    {
        _ranks.Barrier();
        var start = Stopwatch.GetTimestamp();
        if (!work.Alone || _ranks.Rank == 0)
            for (var i = 0; i < calls; i++) work.Step();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (work.Alone) Rest();
        return Everywhere(work.Alone && _ranks.Rank > 0 ? 0 : elapsed / calls).Max();
    }

    // Waits for the others without keeping a core busy.
    private void Rest()
    {
        var request = _ranks.StartAllReduce(new float[1]);
        while (!request.Test()) Thread.Sleep(1);
    }

    private double[] Everywhere(double value)
    {
        var (values, counts) = (new double[_ranks.Size], new int[_ranks.Size]);
        Array.Fill(counts, 1);
        _ranks.AllGather<double>(new[] { value }, values, counts);
        return values;
    }

    private void Say(string work, string what, string unit, double[] values)
    {
        if (_ranks.Rank > 0) return;
        var list = string.Join(", ", values.Select(v => v.ToString("F3", CultureInfo.InvariantCulture)));
        Console.WriteLine($$"""{"work": "{{work}}", "of": "{{what}}", "{{unit}}": [{{list}}]}""");
    }
}
