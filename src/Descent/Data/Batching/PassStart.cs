using Descent.Distribution;

namespace Descent.Data;

/// <summary>How a pass over batches begins.</summary>
/// <param name="Cut">Which rows of each batch are this rank's; null: all. Who makes batches of rows makes no others; what the caller makes stays whole.</param>
/// <param name="Skip">How many batches of rows were taken of the pass before training was interrupted; they are not read again.</param>
internal readonly record struct PassStart(BatchCut? Cut, int Skip);
