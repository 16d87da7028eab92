namespace Descent.Kernels.Recurrence;

/// <summary>Some rows of one time step of a recurrence. Every block is (rows, …), its rows side by side.</summary>
internal unsafe struct RecurrentStep
{
    public int Rows, Units;

    /// <summary>The recurrent weights, in the backward pass transposed; rows lie <see cref="Stride"/> apart.</summary>
    public float* Weights;
    public int Stride;

    /// <summary>A bias of the recurrent product, or null.</summary>
    public float* Bias;

    /// <summary>What the input adds to the gates; the forward pass leaves here what the backward pass reads.</summary>
    public float* Gates;

    // The states before and after the step; C where the kernel has a carry.
    public float* H, C, NextH, NextC;

    /// <summary>What the backward pass leaves: the gradient of the gates before their activations.</summary>
    public float* Slopes;

    // The gradients with respect to the states: of those after the step when it begins, of those before it when it ends.
    public float* GradientH, GradientC;
}

/// <summary>A product of the states with some of the recurrent weights, in blocks of as many columns as there are units.</summary>
/// <param name="Gate">The block of the gates that is the left operand; -1: the state itself.</param>
/// <param name="Slope">The first block of the slopes.</param>
/// <param name="Column">The first block of the weights.</param>
/// <param name="Count">How many blocks.</param>
internal readonly record struct RecurrentProduct(int Gate, int Slope, int Column, int Count);

/// <summary>What happens in one time step, and the gradient of that.</summary>
internal abstract class RecurrentKernel
{
    /// <summary>Blocks of columns of the weights, one per gate.</summary>
    public abstract int Gates { get; }

    /// <summary>Blocks that the forward pass keeps of a step; the gates are the first of them.</summary>
    public abstract int Kept { get; }

    /// <summary>Blocks of slopes; those of the gates' inputs are the first of them.</summary>
    public abstract int Slopes { get; }

    /// <summary>Whether there is a second state.</summary>
    public virtual bool HasCarry => false;

    /// <summary>The products that the recurrent weights take part in.</summary>
    public abstract ReadOnlySpan<RecurrentProduct> Products { get; }

    public abstract void Forward(in RecurrentStep step);

    public abstract void Backward(in RecurrentStep step);

    /// <summary>c (+)= a · some blocks of the weights.</summary>
    protected static unsafe void Multiply(in RecurrentStep step, float* a, int lda, int k, int row, int column, int columns, float* c, int ldc, bool accumulate, float* bias = null) =>
        Gemm.Multiply(false, false, step.Rows, columns, k, a, lda, step.Weights + (nint)row * step.Stride + column, step.Stride, c, ldc, accumulate, bias);
}
