namespace Descent.Optimizers.Schedules;

/// <summary>What counts as a step of a schedule while an optimizer accumulates gradients.</summary>
/// <seealso cref="LearningRateSchedule.Counts"/>
public enum StepCount
{
    /// <summary>Each call of the optimizer, whether it updates the variables or only accumulates: Keras' way.</summary>
    Calls,

    /// <summary>Each update of the variables: one in <see cref="Optimizer.GradientAccumulationSteps"/> calls.</summary>
    Updates,
}
