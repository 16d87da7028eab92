using Descent.Callbacks;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Training;

namespace Descent;

public partial class Model
{
    /// <summary>
    /// Trains without metrics, one batch an epoch, and takes everything back, however it ends: training goes on as if it had not been.
    /// Weights that do not exist yet are made, as <see cref="Build(Shape)"/> makes them, and stay.
    /// </summary>
    internal void Rehearse(BatchSource batches, int steps, Callback callback, string caller, CancellationToken cancellationToken)
    {
        var compilation = RequireCompilation(caller).WithoutMetrics();
        var optimizer = compilation.Optimizer;
        lock (_turn)
        {
            var (before, rate, history, stopTraining) = (new Optimizer.Snapshot(optimizer), optimizer.LearningRate, History, StopTraining);
            var restoreStreams = SaveStreams();
            PrepareTraining(compilation, batches.InputShapes); // what is made here has its first values before the transaction begins
            var transaction = new Transaction();
            try
            {
                var plan = new FitPlan(Epochs: steps, InitialEpoch: 0, StepsPerEpoch: 1, ValidationSteps: null, ValidationFreq: 1, Verbose: 0, RandomSeed.Current, Progress: null);
                Fit(compilation, batches, null, plan, [callback], cancellationToken);
            }
            finally
            {
                optimizer.LearningRate = rate;
                transaction.Dispose(); // without Commit: every variable gets its value back
                optimizer.Return(before);
                (History, StopTraining) = (history, stopTraining);
                restoreStreams();
            }
        }
    }
}
