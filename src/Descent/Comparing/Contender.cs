using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Comparing;

/// <summary>An optimizer with one learning rate.</summary>
/// <param name="Name">What the optimizer is called.</param>
/// <param name="Template">The optimizer whose options it has.</param>
/// <param name="Rate">The rate to begin with; null: that of the template.</param>
/// <param name="Schedule">Makes the schedule that begins at the rate; where it makes none, the rate stays.</param>
internal sealed record Contender(string Name, Optimizer Template, double? Rate, Func<double, LearningRateSchedule?>? Schedule)
{
    /// <summary>The rate that the first step has; null if there are several.</summary>
    public double? LearningRate => Rate ?? (Template is MultiOptimizer ? null : Template.LearningRate.Value);

    /// <summary>Makes an optimizer that has taken no step.</summary>
    public Optimizer CreateOptimizer()
    {
        var optimizer = Optimizer.Deserialize(Template.Serialize(), Template.Version);
        if (Rate is { } rate) optimizer.LearningRate = Schedule?.Invoke(rate) is { } schedule ? schedule : rate;
        return optimizer;
    }
}
