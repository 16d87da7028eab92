using Descent.Data;
using Descent.Losses;

namespace Descent.Training;

/// <summary>Where the batches of a run come from, one after another.</summary>
internal abstract class BatchSource : IDisposable
{
    /// <summary>The number of batches in one pass; null if nobody knows.</summary>
    public abstract int? Steps { get; }

    /// <summary>The shapes of the inputs, batch dimension -1.</summary>
    public abstract IReadOnlyList<Shape> InputShapes { get; }

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

    public abstract void Dispose();

    protected static Shape AnyBatch(Tensor x) => Shape.Create([-1, .. x.Shape.Dimensions[1..]]);
}
