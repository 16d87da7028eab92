using System.Globalization;
using Descent.Callbacks;

namespace Descent.Training.Process;

/// <summary>Counts the steps of the whole training, and tells the test of each.</summary>
internal sealed class StepCounter : Callback
{
    public int Steps { get; private set; }

    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        Steps++;
        Console.WriteLine(Steps.ToString(CultureInfo.InvariantCulture));
    }

    public override TrainingState GetState() => new() { Values = { ["steps"] = Steps } };

    public override void SetState(TrainingState state) => Steps = state.Values["steps"]!.GetValue<int>();
}
