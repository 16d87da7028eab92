using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>A cell with a kernel for the input, a recurrent kernel for the state, a bias, and dropout of both: the base of Keras' own cells.</summary>
/// <remarks>
/// What is dropped is drawn once for all steps of a sequence. With <see cref="RecurrentDropout"/> every gate has masks of its own, as in Keras.
/// </remarks>
public abstract class DropoutRNNCell : RNNCell
{
    private readonly SeedGenerator _random = new();
    private Variable? _kernel;
    private Variable? _recurrentKernel;
    private Variable? _bias;

    private protected DropoutRNNCell(CellOptions options) => Options = options;

    private protected DropoutRNNCell(ConfigReader reader, CellOptions options)
        : base(reader) => Options = options.Read(reader);

    /// <summary>The size of the output and of the states.</summary>
    public int Units => Options.Units;

    /// <summary>The function of the new state; default tanh.</summary>
    public ActivationFunction Activation => Options.Activation;

    /// <summary>Whether there is a bias; default true.</summary>
    public bool UseBias { get => Options.UseBias; init => Options.UseBias = value; }

    /// <summary>Gives the kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get => Options.KernelInitializer; init => Options.KernelInitializer = value; }

    /// <summary>Gives the recurrent kernel its first value; default <c>"orthogonal"</c>.</summary>
    public Initializer RecurrentInitializer { get => Options.RecurrentInitializer; init => Options.RecurrentInitializer = value; }

    /// <summary>Gives the bias its first value; default <c>"zeros"</c>.</summary>
    public Initializer BiasInitializer { get => Options.BiasInitializer; init => Options.BiasInitializer = value; }

    /// <summary>A penalty on the kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get => Options.KernelRegularizer; init => Options.KernelRegularizer = value; }

    /// <summary>A penalty on the recurrent kernel; default none.</summary>
    public Regularizer? RecurrentRegularizer { get => Options.RecurrentRegularizer; init => Options.RecurrentRegularizer = value; }

    /// <summary>A penalty on the bias; default none.</summary>
    public Regularizer? BiasRegularizer { get => Options.BiasRegularizer; init => Options.BiasRegularizer = value; }

    /// <summary>Applied to the kernel after each step of the optimizer; default none.</summary>
    public Constraint? KernelConstraint { get => Options.KernelConstraint; init => Options.KernelConstraint = value; }

    /// <summary>Applied to the recurrent kernel after each step of the optimizer; default none.</summary>
    public Constraint? RecurrentConstraint { get => Options.RecurrentConstraint; init => Options.RecurrentConstraint = value; }

    /// <summary>Applied to the bias after each step of the optimizer; default none.</summary>
    public Constraint? BiasConstraint { get => Options.BiasConstraint; init => Options.BiasConstraint = value; }

    /// <summary>The part of the input to drop in training, in [0, 1]; default 0. As in Keras, 1 drops nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of [0, 1].</exception>
    public double Dropout { get => Options.Dropout; init => Options.Dropout = value; }

    /// <summary>The part of the state to drop in training, in [0, 1]; default 0. As in Keras, 1 drops nothing. Steps are then computed one by one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of [0, 1].</exception>
    public double RecurrentDropout { get => Options.RecurrentDropout; init => Options.RecurrentDropout = value; }

    /// <summary>The seed of dropout; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get => Options.Seed; init => Options.Seed = value; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> StateSizes => [Units];

    internal CellOptions Options { get; }

    /// <summary>Blocks of units in the kernels.</summary>
    private protected abstract int Gates { get; }

    private protected Tensor Kernel => _kernel ?? throw new InvalidOperationException($"Cell '{Name}' must be built before it is called. Call Build with the input's shape, or Apply.");

    private protected Tensor RecurrentKernel => _recurrentKernel!;

    private protected Tensor? Bias => _bias is null ? null : (Tensor)_bias;

    private protected virtual Shape BiasShape => [Gates * Units];

    /// <summary>Masks of dropout: one for all gates, or one for each.</summary>
    private protected virtual int MaskCount => RecurrentDropout == 0 || Options.RecurrentActivation is null ? 1 : Gates;

    /// <summary>Whether one operation can do whole sequences: it knows Keras' default activations.</summary>
    private protected virtual bool IsFusable => Activation.IsTanh && Options.RecurrentActivation is null or { IsSigmoid: true };

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        var (kernel, recurrentKernel) = KernelShapes(inputShape);
        _kernel = AddWeight("kernel", kernel, KernelInitializer, true, KernelRegularizer, KernelConstraint);
        _recurrentKernel = AddWeight("recurrent_kernel", recurrentKernel, RecurrentInitializer, true, RecurrentRegularizer, RecurrentConstraint);
        _bias = UseBias ? AddWeight("bias", BiasShape, FirstBias, true, BiasRegularizer, BiasConstraint) : null;
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Step(x, states, training, training ? DrawMasks(x.Shape) : null);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        Options.Write(config, this);
        return config;
    }

    internal sealed override CellMasks? DrawMasks(Shape step)
    {
        var (input, recurrent) = (Dropout is > 0 and < 1, RecurrentDropout is > 0 and < 1);
        if (!input && !recurrent) return null;
        return new CellMasks(input ? Draw(step, Dropout) : null, recurrent ? Draw(StateShapes(step)[0], RecurrentDropout) : null);
    }

    internal sealed override Tensor? Fuse(Tensor x, IReadOnlyList<Tensor>? states, RecurrenceOptions options, CellMasks? masks)
    {
        if (!IsFusable || masks?.Recurrent is not null || masks?.Input is { Length: > 1 }) return null;
        if (masks?.Input is [var mask]) x *= Ops.ExpandDims(mask, 1);
        var carry = states?.Count > 1 ? states[1] : null;
        return Fuse(new RecurrenceInputs(x, Kernel, RecurrentKernel, Bias, states?[0], carry), options);
    }

    internal sealed override IReadOnlyList<SeedGenerator> Seeds => [_random];

    /// <summary>The shapes of the kernels for an input of a step.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    private protected virtual (Shape Kernel, Shape RecurrentKernel) KernelShapes(Shape inputShape) => inputShape.Rank == 2 && inputShape[^1] >= 0
        ? ([inputShape[^1], Gates * Units], [Units, Gates * Units])
        : throw Refusal($"Cell '{Name}' expects an input of shape (batch, features) with a known number of features. Received shape {inputShape}.", nameof(inputShape));

    private protected abstract Tensor Fuse(in RecurrenceInputs inputs, RecurrenceOptions options);

    /// <summary>The product of what may be dropped in part with some gates of a kernel, and the bias.</summary>
    private protected Tensor Project(Tensor x, Tensor kernel, Tensor? bias, Tensor[]? masks, int firstGate = 0, int? gates = null)
    {
        var (start, count) = (firstGate * Units, (gates ?? Gates) * Units);
        if (count < kernel.Shape[1]) kernel = Ops.Slice(kernel, .., start..(start + count));
        if (bias is not null && count < bias.Length) bias = Ops.Slice(bias, start..(start + count));
        if (masks is null or [_]) return Ops.Dense(masks is null ? x : x * masks[0], kernel, bias);
        var parts = new Tensor[count / Units];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Ops.MatMul(x * masks[firstGate + i], Ops.Slice(kernel, .., (i * Units)..((i + 1) * Units)));
        var product = Ops.Concatenate(parts);
        return bias is null ? product : product + bias;
    }

    // What keeps the new state from forgetting begins with 1 if that is asked for.
    private Tensor FirstBias(Shape shape) => Options.UnitForgetBias == true
        ? Ops.Concatenate([BiasInitializer.Call([Units]), Tensor.Ones([Units]), BiasInitializer.Call([2 * Units])])
        : BiasInitializer.Call(shape);

    private Tensor[] Draw(Shape shape, double rate)
    {
        var masks = new Tensor[MaskCount];
        for (var i = 0; i < masks.Length; i++) masks[i] = Ops.Dropout(Tensor.Ones(shape), (float)rate, _random.Next(Seed));
        return masks;
    }
}
