namespace Descent.Data;

/// <summary>A batch on its way to training; where ranks share it and it need not be made whole, the rows of this rank.</summary>
/// <param name="Batch">What there is of it.</param>
/// <param name="TotalRows">How many rows all ranks have of it together; null: this is all of it.</param>
internal readonly record struct BatchPart(Batch Batch, int? TotalRows = null);
