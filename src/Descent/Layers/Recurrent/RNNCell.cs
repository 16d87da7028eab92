namespace Descent.Layers;

/// <summary>
/// One time step of a recurrent layer: it takes the input of the step and the states before it, and gives an output and the states after it.
/// Derive from it to write a cell; <see cref="RNN"/> runs it over sequences.
/// </summary>
/// <example><code>
/// sealed class MinimalCell(int units) : RNNCell
/// {
///     private Variable? _kernel, _recurrentKernel;
///
///     public override IReadOnlyList&lt;int&gt; StateSizes =&gt; [units];
///
///     public override void Build(Shape inputShape)
///     {
///         _kernel = AddWeight("kernel", [inputShape[^1], units]);
///         _recurrentKernel = AddWeight("recurrent_kernel", [units, units]);
///     }
///
///     public override IReadOnlyList&lt;Tensor&gt; Step(Tensor x, IReadOnlyList&lt;Tensor&gt; states, bool training = false)
///     {
///         var h = Ops.MatMul(x, _kernel!) + Ops.MatMul(states[0], _recurrentKernel!);
///         return [h, h];
///     }
/// }
/// </code></example>
public abstract class RNNCell : Layer
{
    /// <summary>Creates a cell.</summary>
    protected RNNCell()
    {
    }

    /// <summary>Reads what every layer's config holds.</summary>
    /// <param name="config">What <see cref="Layer.GetConfig"/> returned.</param>
    protected RNNCell(System.Text.Json.Nodes.JsonObject config)
        : base(config)
    {
    }

    private protected RNNCell(ConfigReader reader)
        : base(reader)
    {
    }

    /// <summary>The sizes of the states, of shape <c>(batch, size)</c> each.</summary>
    public abstract IReadOnlyList<int> StateSizes { get; }

    /// <summary>The size of the output; by default that of the first state.</summary>
    public virtual int OutputSize => StateSizes[0];

    /// <summary>Computes one step.</summary>
    /// <param name="x">The input of the step, <c>(batch, features)</c>.</param>
    /// <param name="states">The states before the step.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, and behind it the states after the step.</returns>
    public abstract IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training = false);

    /// <summary>One step from states of zeros; the output.</summary>
    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false) => Call([x], new LayerCall(training))[0];

    /// <summary>One step: the inputs are x and the states, zeros if there are none; the outputs are the output and the states.</summary>
    /// <inheritdoc/>
    protected internal sealed override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var x = inputs[0];
        if (x.Rank < 2)
            throw Refusal($"Cell '{Name}' expects an input of shape (batch, features). Received shape {x.Shape}.", nameof(inputs));
        CheckFits(x.Shape);
        if (inputs.Count > 1 && inputs.Count != StateSizes.Count + 1)
            throw Refusal($"Cell '{Name}' expects its input and {StateSizes.Count} states, or its input alone. Received: {inputs.Count} tensors.", nameof(inputs));
        return Step(x, inputs.Count > 1 ? [.. inputs.Skip(1)] : FirstStates(x.Shape), call.Training);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        return Shape.Create(inputShape[0], OutputSize);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        return [ComputeOutputShape(inputShapes[0]), .. StateSizes.Select(size => Shape.Create(inputShapes[0][0], size))];
    }

    /// <summary>States of zeros.</summary>
    /// <param name="batch">The number of samples.</param>
    /// <returns>One tensor per state, <c>(batch, size)</c>.</returns>
    public IReadOnlyList<Tensor> InitialStates(int batch) => [.. StateSizes.Select(size => Tensor.Zeros([batch, size]))];

    /// <summary>The shapes of the states for an input of a step.</summary>
    internal IReadOnlyList<Shape> StateShapes(Shape step) => [.. ComputeOutputShapes([step]).Skip(1)];

    /// <summary>States of zeros for an input of a step.</summary>
    internal IReadOnlyList<Tensor> FirstStates(Shape step) => [.. StateShapes(step).Select(Tensor.Zeros)];

    /// <summary>What is dropped in all steps of one sequence in training; null if nothing is.</summary>
    internal virtual CellMasks? DrawMasks(Shape step) => null;

    /// <summary>One step of a sequence whose masks are drawn.</summary>
    internal virtual IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks) => Step(x, states, training);

    /// <summary>What the steps of a sequence make of their inputs without their states, for all of them at once, <c>(batch, time, …)</c>; null if there is nothing of the kind.</summary>
    internal virtual Tensor? Project(Tensor x, CellMasks? masks) => null;

    /// <summary>One step of a sequence from what <see cref="Project"/> made of its input.</summary>
    internal virtual IReadOnlyList<Tensor> StepProjected(Tensor projected, IReadOnlyList<Tensor> states, CellMasks? masks) => throw new NotSupportedException();

    /// <summary>A whole sequence in one operation, in the form that recurrent operations return; null if there is none for this cell.</summary>
    internal virtual Tensor? Fuse(Tensor x, IReadOnlyList<Tensor>? states, RecurrenceOptions options, CellMasks? masks) => null;
}

/// <summary>What is dropped in all steps of a sequence: of the input and of the state, one mask each or one for every gate. Those of stacked cells stand in a list.</summary>
internal sealed record CellMasks(Tensor[]? Input, Tensor[]? Recurrent, CellMasks?[]? Inner = null);
