using Descent.Callbacks;
using Descent.Layers;

namespace Descent.Live.Tests;

/// <summary>A training with a live page, in a thread of its own, that goes on until somebody stops it.</summary>
internal sealed class EndlessTraining : IDisposable
{
    public static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 400).Select(i => MathF.Sin(i * 0.37f))], [100, 4]);
    public static readonly Tensor Y = Tensor.From([.. Enumerable.Range(0, 100).Select(i => i * 7 % 3)]);

    private int _steps;
    private int _stepsAfterStop;

    /// <summary>Begins.</summary>
    /// <param name="atStep">Called at the end of each step.</param>
    /// <param name="more">Callbacks beside the page.</param>
    public EndlessTraining(Action? atStep = null, params Callback[] more)
    {
        Model = Classifier();
        Page = new LivePage { Output = TextWriter.Null };
        Page.Start();
        var count = new LambdaCallback
        {
            TrainBatchBegin = _ => _stepsAfterStop += Page.IsStopped ? 1 : 0,
            TrainBatchEnd = (_, _) =>
            {
                Interlocked.Increment(ref _steps);
                atStep?.Invoke();
                Thread.Sleep(1);
            },
        };
        Run = Task.Factory.StartNew(
            () => Model.Fit(X, Y, batchSize: 10, epochs: 1_000_000, verbose: 0, validationSplit: 0.2, callbacks: [Page, count, .. more]),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Sequential Model { get; }

    public LivePage Page { get; }

    public Task<History> Run { get; }

    public int Steps => Volatile.Read(ref _steps);

    /// <summary>The steps that began after the button was pressed.</summary>
    public int StepsAfterStop => _stepsAfterStop;

    /// <summary>Waits until so many further steps are taken.</summary>
    public async Task GoOnAsync(int steps = 20)
    {
        for (var goal = Steps + steps; Steps < goal;)
        {
            Assert.False(Run.IsCompleted, "The training must go on.");
            await Task.Delay(5);
        }
    }

    /// <summary>Ends the training as a callback does.</summary>
    public async Task EndAsync()
    {
        while (!Run.IsCompleted)
        {
            Model.StopTraining = true;
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        Task.Run(EndAsync).Wait();
        Page.Dispose();
    }

    public static Sequential Classifier(string name = "digits")
    {
        var model = new Sequential([new Dense(8, "tanh") { InputShape = [4] }, new Dense(3, "softmax")]) { Name = name };
        model.Compile("adam", "sparse_categorical_crossentropy", ["accuracy"]);
        return model;
    }
}
