using System.Text.Json.Nodes;

namespace Descent.Training;

/// <summary>How rows become batches.</summary>
/// <param name="Count">The number of rows, 1 or more.</param>
/// <param name="BatchSize">The rows of a batch, 1 or more; the last one may have fewer.</param>
/// <param name="IsShuffled">Whether they are shuffled, anew for each pass.</param>
internal readonly record struct RowPlan(int Count, int BatchSize, bool IsShuffled)
{
    /// <summary>The number of batches.</summary>
    public int Steps => (Count - 1) / BatchSize + 1;

    /// <summary>Throws if ranks would have no rows of any batch.</summary>
    public void CheckRanks(int ranks)
    {
        if (Math.Min(BatchSize, Count) < ranks)
            throw new ArgumentException($"Each of the {ranks} ranks must have a row of a batch. Received: batches of {BatchSize} from {Count} samples. Use larger batches, or fewer ranks.");
    }

    /// <summary>Writes what must be the same for training to go on.</summary>
    public void Describe(JsonObject description) =>
        (description["samples"], description["batch_size"], description["shuffle"]) = (Count, BatchSize, IsShuffled);
}
