using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Losses;

namespace Descent.Training;

/// <summary>Where the batches of a run come from, one after another.</summary>
internal abstract class BatchSource : IDisposable
{
    /// <summary>The number of batches in one pass; null if nobody knows.</summary>
    public abstract int? Steps { get; }

    /// <summary>The shapes of the inputs, batch dimension -1.</summary>
    public abstract IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>Says which rows of each batch are read; null: all. Set before the first pass.</summary>
    public virtual BatchCut? Cut { get; set; }

    /// <summary>Throws if ranks would have no rows of any batch.</summary>
    public virtual void CheckRanks(int ranks)
    {
    }

    /// <summary>Throws for targets of an output that its loss cannot take, where they are known before they are read.</summary>
    public virtual void CheckTargets(Loss loss, int output, Shape shape)
    {
    }

    /// <summary>Begins the next pass over the data.</summary>
    public abstract void Restart();

    /// <summary>Goes to the next batch; false at the end of the pass. Runs outside of steps: what the user's code makes here, it may keep.</summary>
    public abstract bool MoveNext();

    /// <summary>The batch, in the memory of the step that is open.</summary>
    public abstract Batch Read();

    /// <summary>The inputs of the batch alone, which may be NaN.</summary>
    public abstract Tensors ReadInputs();

    /// <summary>Where the source stands: which pass, and which batch of it.</summary>
    public abstract TrainingState GetState();

    /// <summary>Goes on from there.</summary>
    /// <exception cref="ArgumentException">The state is not that of such a source.</exception>
    /// <exception cref="InvalidOperationException">The pass has become shorter.</exception>
    public abstract void SetState(TrainingState state);

    /// <summary>What must be the same for training to go on: how many samples or batches, of which shapes.</summary>
    public virtual JsonObject Describe() => new()
    {
        ["batches"] = Steps,
        ["inputs"] = new JsonArray([.. InputShapes.Select(s => (JsonNode)s.ToString())]),
    };

    /// <summary>Tells other data of the same shapes apart; null for batches that come one by one, which nobody has read yet.</summary>
    public virtual string? Checksum => null;

    public abstract void Dispose();

    protected static Shape AnyBatch(Tensor x) => Shape.Create([-1, .. x.Shape.Dimensions[1..]]);
}
