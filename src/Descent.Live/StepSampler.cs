using System.Diagnostics;
using System.Globalization;
using Descent.Callbacks;
using Descent.Monitoring;
using Descent.Optimizers;

namespace Descent.Live;

/// <summary>
/// Follows the steps of a training for next to nothing: each adds its loss to a mean and looks at a flag. Only when somebody else has set the flag, a few times a second,
/// are metrics, rates and the gradient norm worked out, in the training's own thread.
/// </summary>
internal sealed class StepSampler(LiveRecord record)
{
    private readonly GradientNorm _norm = new();
    private volatile bool _isDue;
    private bool _isSampled;
    private LivePoint _loss;
    private long _since;
    private long? _paused;
    private long _examples;

    /// <summary>The steps so far, over all epochs.</summary>
    public long Steps { get; set; }

    /// <summary>Asks for a sample of the next step. Any thread may call.</summary>
    public void Request() => _isDue = true;

    /// <summary>Training begins.</summary>
    public void Begin(Model model)
    {
        (Steps, _loss, _isDue, _isSampled, _paused) = (0, default, true, false, null);
        MarkTime(model);
    }

    /// <summary>Something else begins, such as validation, which does not count in the speed of steps.</summary>
    public void Pause() => _paused = Stopwatch.GetTimestamp();

    /// <summary>Steps go on.</summary>
    public void Resume()
    {
        if (_paused is { } paused) _since += Stopwatch.GetTimestamp() - paused;
        _paused = null;
    }

    /// <summary>A step begins.</summary>
    public void BeginStep(Model model)
    {
        if (!_isDue) return;
        (_isDue, _isSampled) = (false, true);
        if (_norm.IsAffordable) _norm.Watch(model.Optimizer!);
    }

    /// <summary>A step has ended.</summary>
    /// <returns>Whether a sample was taken.</returns>
    public bool EndStep(Model model, Logs logs)
    {
        Steps++;
        if (model.LastLoss is { } loss) _loss = _loss.With(new LivePoint(Steps, loss));
        if (!_isSampled) return false;
        _isSampled = false;
        foreach (var (name, value) in logs)
        {
            // Of the loss there is that of each batch; a step of the user's may have none.
            if (name != Lines.Loss || _loss.Count == 0) record.Add(name, Lines.Running, new LivePoint(Steps, value));
        }

        AddLoss();
        AddRates(model);
        if (_norm.Value is { } norm) record.Add(Lines.GradientNorm, Lines.Value, new LivePoint(Steps, norm));
        _norm.Unwatch();
        var seconds = Stopwatch.GetElapsedTime(_since).TotalSeconds;
        if (seconds > 0) record.Add(Lines.Speed, Lines.Value, new LivePoint(Steps, (model.ExamplesTrained - _examples) / seconds));
        MarkTime(model);
        return true;
    }

    /// <summary>An epoch has ended, with these results.</summary>
    public void EndEpoch(Logs logs)
    {
        const string Prefix = "val_";
        foreach (var (name, value) in logs)
        {
            var isValidation = name.StartsWith(Prefix, StringComparison.Ordinal);
            record.Add(isValidation ? name[Prefix.Length..] : name, isValidation ? Lines.Validation : Lines.Epoch, new LivePoint(Steps, value));
        }
    }

    /// <summary>Training has ended, well or not.</summary>
    public void End()
    {
        AddLoss();
        _norm.Unwatch();
    }

    private void MarkTime(Model model) => (_since, _examples) = (Stopwatch.GetTimestamp(), model.ExamplesTrained);

    private void AddLoss()
    {
        if (_loss.Count > 0) record.Add(Lines.Loss, Lines.Batch, _loss);
        _loss = default;
    }

    private void AddRates(Model model)
    {
        if (!model.Optimizer!.IsBuilt) return;
        Optimizer[] holders = [.. model.Optimizer.RateHolders];
        for (var i = 0; i < holders.Length; i++)
        {
            // Two may have one name.
            var line = holders.Length == 1 ? Lines.Value : string.Create(CultureInfo.InvariantCulture, $"{i + 1} {holders[i].Name}");
            record.Add(Lines.LearningRate, line, new LivePoint(Steps, holders[i].LearningRate));
        }
    }
}
