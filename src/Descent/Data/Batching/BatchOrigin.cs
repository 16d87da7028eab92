using Descent.Training;

namespace Descent.Data;

/// <summary>What batches are made of.</summary>
/// <param name="Rows">Reads the rows.</param>
/// <param name="Plan">How they become batches.</param>
internal sealed record BatchOrigin(RowSource Rows, RowPlan Plan)
{
    /// <summary>Whether whole batches cost nothing to read.</summary>
    public bool IsInMemory => Rows is ArrayRows;
}
