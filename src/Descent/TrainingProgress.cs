namespace Descent;

/// <summary>How far a run of <c>Fit</c> has come; reported after each epoch, and within long ones about twenty times a second.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">The epoch after which training ends.</param>
/// <param name="Step">The steps of this epoch that are done.</param>
/// <param name="Steps">The steps of an epoch; null if unknown.</param>
/// <param name="Logs">The loss and the metrics so far; after an epoch those of the validation data too.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Step, int? Steps, IReadOnlyDictionary<string, double> Logs);
