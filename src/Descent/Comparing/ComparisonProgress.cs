namespace Descent;

/// <summary>How far an <see cref="OptimizerComparison"/> has come; reported after each epoch.</summary>
/// <param name="Training">The current training, from 1.</param>
/// <param name="Trainings">How many there are: optimizers times rates times runs.</param>
/// <param name="Optimizer">What the optimizer is called.</param>
/// <param name="LearningRate">The rate that the training began with; null for a <see cref="Optimizers.MultiOptimizer"/>.</param>
/// <param name="Run">The run, from 1.</param>
/// <param name="Epoch">The epochs of the training that are done.</param>
/// <param name="Finished">The training, if it has just ended; otherwise null.</param>
/// <param name="Result">What the runs show that are over for all optimizers; null before the first is.</param>
public sealed record ComparisonProgress(int Training, int Trainings, string Optimizer, double? LearningRate, int Run, int Epoch, ComparedRun? Finished, ComparisonResult? Result);
