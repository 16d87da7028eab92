namespace Descent.Layers;

// Two ways lead through a call. One tensor in and one out takes the short one: Apply, Call with the mask, Call. Everything else takes the
// general one, whose last default falls back on the short one: a layer overrides the simplest form that can do its work.
public abstract partial class Layer
{
    private const string NamedBy = "Descent.Layer"; // the key of the layer's name among the data of an error

    /// <summary>Whether the layer passes the mask of its input on to its output; default false: what comes after it sees none.</summary>
    public virtual bool SupportsMasking => false;

    /// <summary>Whether the layer gets int32 and bool as they are, to look things up with them; default false: they become float32.</summary>
    protected virtual bool TakesIntegers => false;

    /// <summary>Computes the output. Code that uses a layer calls <see cref="Apply(Tensor, bool)"/>, which builds it first.</summary>
    /// <param name="x">The input, batch dimension first.</param>
    /// <param name="training">Whether this is a step of training: dropout and the like act only then.</param>
    /// <returns>The output, batch dimension first.</returns>
    public abstract Tensor Call(Tensor x, bool training = false);

    /// <summary>Computes the output of a layer that looks at the mask. The default ignores it.</summary>
    /// <param name="x">The input, batch dimension first.</param>
    /// <param name="mask">Which time steps count, bool <c>(batch, time)</c>; null: all.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, batch dimension first.</returns>
    protected internal virtual Tensor Call(Tensor x, Tensor? mask, bool training) => Call(x, training);

    /// <summary>Computes the output of a layer that takes several inputs. The default takes one.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, batch dimension first.</returns>
    /// <exception cref="ArgumentException">The number of inputs does not fit the layer.</exception>
    public virtual Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Count == 1 ? Call(inputs[0], training) : throw Refusal(
            $"Layer '{Name}' expects 1 input. Received: {inputs.Count}, of shapes {string.Join(", ", inputs.Select(i => i.Shape))}.", nameof(inputs));
    }

    /// <summary>Computes the outputs of a layer that has several, or inputs that may be absent, or looks at the masks of several inputs.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="call">What comes with them.</param>
    /// <returns>The outputs, batch dimension first.</returns>
    /// <exception cref="ArgumentException">The number of inputs does not fit the layer.</exception>
    protected internal virtual IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return [inputs.Count == 1 ? Call(inputs[0], call.For(inputs).Masks[0], call.Training) : Call(inputs, call.Training)];
    }

    /// <summary>The mask of the output. The default passes that of the input on if <see cref="SupportsMasking"/>.</summary>
    /// <param name="x">The input.</param>
    /// <param name="mask">Its mask; null: none.</param>
    /// <returns>The mask; null: none.</returns>
    public virtual Tensor? ComputeMask(Tensor x, Tensor? mask) => SupportsMasking ? mask : null;

    /// <summary>The mask of the first output of a layer that takes several inputs; further outputs have none. The default looks at the first input.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="masks">Their masks; null: none.</param>
    /// <returns>The mask; null: none.</returns>
    public virtual Tensor? ComputeMask(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(masks);
        return ComputeMask(inputs[0], masks[0]);
    }

    /// <summary>Builds the layer if that has not happened, and computes its output: Keras' <c>layer(x)</c>. The mask that the input carries goes with it.</summary>
    /// <param name="x">The input, batch dimension first; int32 and bool become float32 unless the layer takes integers.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, batch dimension first; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The input does not fit the layer.</exception>
    public Tensor Apply(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Run(x, x.Mask, training);
    }

    /// <summary>The same with a mask of the caller's: Keras' <c>layer(x, mask=mask)</c>.</summary>
    /// <param name="x">The input, batch dimension first.</param>
    /// <param name="mask">Which time steps count: bool, of the leading dimensions of <paramref name="x"/>; null: that of <paramref name="x"/>.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, batch dimension first; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The input or the mask does not fit the layer.</exception>
    public Tensor Apply(Tensor x, Tensor? mask, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckMask(x, mask);
        return Run(x, mask ?? x.Mask, training);
    }

    /// <summary>Builds the layer if that has not happened, and computes its output for several inputs: Keras' <c>layer([x1, x2])</c>.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The output, batch dimension first; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The inputs do not fit the layer.</exception>
    public Tensor Apply(IReadOnlyList<Tensor> inputs, bool training = false) => ApplyAll(inputs, new LayerCall(training))[0];

    /// <summary>The same with masks of the caller's and options such as <see cref="LayerCall.UseCausalMask"/>.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="call">What comes with them.</param>
    /// <returns>The output, batch dimension first; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The inputs or masks do not fit the layer.</exception>
    public Tensor Apply(IReadOnlyList<Tensor> inputs, LayerCall call) => ApplyAll(inputs, call)[0];

    /// <summary>Builds the layer if that has not happened, and computes all its outputs.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="training">Whether this is a step of training.</param>
    /// <returns>The outputs, batch dimension first.</returns>
    /// <exception cref="ArgumentException">The inputs do not fit the layer.</exception>
    public IReadOnlyList<Tensor> ApplyAll(IReadOnlyList<Tensor> inputs, bool training = false) => ApplyAll(inputs, new LayerCall(training));

    /// <summary>The same with masks of the caller's.</summary>
    /// <param name="inputs">The inputs, batch dimension first.</param>
    /// <param name="call">What comes with them.</param>
    /// <returns>The outputs, batch dimension first.</returns>
    /// <exception cref="ArgumentException">The inputs or masks do not fit the layer.</exception>
    public IReadOnlyList<Tensor> ApplyAll(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw NoInputs();
        call = call.For(inputs);
        if (call.Masks.Count != inputs.Count)
            throw Refusal($"Layer '{Name}' must have one mask per input, or none. Received: {call.Masks.Count} masks for {inputs.Count} inputs.", nameof(call));
        CheckOptions(call);
        for (var i = 0; i < inputs.Count; i++) CheckMask(inputs[i], call.Masks[i]);
        EnsureBuilt(inputs, call.Masks);
        inputs = Convert(inputs);
        IReadOnlyList<Tensor> outputs;
        try
        {
            outputs = Call(inputs, call);
        }
        catch (ArgumentException exception) when (IsNameless(exception))
        {
            throw Named(exception, inputs.Select(x => x.Shape));
        }

        var first = outputs[0];
        first = inputs.Contains(first)
            ? MaskedAlias(first, ComputeMask(inputs, call.Masks))
            : Masked(first, first.Mask ?? ComputeMask(inputs, call.Masks));
        if (first != outputs[0]) outputs = [first, .. outputs.Skip(1)];
        for (var i = 0; i < outputs.Count; i++) Penalize(outputs[i]);
        return outputs;
    }

    /// <summary>The shape of the output for a shape of the input. The default tries the layer on zeros.</summary>
    /// <param name="inputShape">Batch dimension first; -1 for any.</param>
    /// <returns>Batch dimension first.</returns>
    public virtual Shape ComputeOutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        return TryOn([inputShape])[0];
    }

    /// <summary>The shape of the output of a layer that takes several inputs. The default takes one.</summary>
    /// <param name="inputShapes">Batch dimension first; -1 for any.</param>
    /// <returns>Batch dimension first; of a layer with several outputs the shape of the first.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer.</exception>
    public virtual Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        return inputShapes.Count == 1 ? ComputeOutputShape(inputShapes[0]) : TryOn(inputShapes)[0];
    }

    /// <summary>The shapes of all outputs. The default tries the layer on zeros, or gives that of <see cref="ComputeOutputShape(IReadOnlyList{Shape})"/>.</summary>
    /// <param name="inputShapes">One per input, batch dimension first; -1 for any.</param>
    /// <returns>One per output, batch dimension first.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer.</exception>
    public virtual IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        // A layer whose first shape was found by a trial has the others from it, too.
        _tried = null;
        var first = ComputeOutputShape(inputShapes);
        return _tried is { } all && all[0] == first ? all : [first];
    }

    private Tensor Run(Tensor x, Tensor? mask, bool training)
    {
        if (!_built) EnsureBuilt([x], [mask]);
        x = Convert(x);
        Tensor y;
        try
        {
            y = Call(x, mask, training);
        }
        catch (ArgumentException exception) when (IsNameless(exception))
        {
            throw Named(exception, [x.Shape]);
        }

        y = y == x ? MaskedAlias(y, ComputeMask(x, mask)) : Masked(y, y.Mask ?? ComputeMask(x, mask));
        Penalize(y);
        return y;
    }

    /// <summary>The same values with a mask: a tensor of its own if the mask is another, as that which is given is the caller's. Null: the tensor as it is.</summary>
    private protected static Tensor MaskedAlias(Tensor x, Tensor? mask) => mask is null || x.Mask == mask ? x : Masked(Ops.Alias(x), mask);

    private static Tensor Masked(Tensor output, Tensor? mask)
    {
        if (mask is not null) output.Mask = mask;
        return output;
    }

    private void Penalize(Tensor output)
    {
        if (ActivityRegularizer is { } regularizer && ExtraLosses.Current is { } extra)
            extra.Add(regularizer.Call(output) * (1f / output.Shape[0]));
    }

    /// <summary>What the layer computes of an input, without what <c>Apply</c> adds to that: a mask on the output, the penalty on it. The layer must be built.</summary>
    internal Tensor Compute(Tensor x, Tensor? mask, bool training) => Call(Convert(x), mask, training);

    /// <summary>An error whose message names this layer, so that the layers around it let it pass.</summary>
    /// <param name="message">The message.</param>
    /// <param name="parameter">The argument that is bad; null: none.</param>
    internal ArgumentException Refusal(string message, string? parameter = null) => Named(new ArgumentException(message, parameter));

    private ArgumentException Named(ArgumentException exception)
    {
        exception.Data[NamedBy] = Name;
        return exception;
    }

    // What an operation says knows nothing of layers.
    private static bool IsNameless(ArgumentException exception) => exception.GetType() == typeof(ArgumentException) && !exception.Data.Contains(NamedBy);

    private ArgumentException Named(ArgumentException exception, IEnumerable<Shape> shapes) =>
        Named(new ArgumentException($"Layer '{Name}' cannot work with its input of shape {string.Join(", ", shapes)}. {exception.Message}", exception));

    private Tensor Convert(Tensor x) => TakesIntegers ? x : Ops.Cast(x, DType.Float32);

    private IReadOnlyList<Tensor> Convert(IReadOnlyList<Tensor> inputs)
    {
        for (var i = 0; i < inputs.Count; i++)
            if (Convert(inputs[i]) != inputs[i]) return [.. inputs.Select(Convert)];
        return inputs;
    }

    /// <summary>The dimensions whose leading ones a mask has: time behind batch.</summary>
    private protected virtual Shape MaskedShape(Shape inputShape) => inputShape;

    /// <summary>How many of them a mask has at least and at most.</summary>
    private protected virtual (int Least, int Most) MaskRanks => (1, int.MaxValue);

    /// <summary>The options that the layer has of those which a call can come with; only attention has any, and a class of the user's may.</summary>
    private protected virtual CallOptions CallOptions => GetType().Assembly == typeof(Layer).Assembly ? CallOptions.None : CallOptions.All;

    private void CheckOptions(LayerCall call)
    {
        if ((call.Options & ~CallOptions) is not CallOptions.None and var unknown)
            throw Refusal($"Layer '{Name}' does not have the options of its call. Received: {unknown}.", nameof(call));
    }

    private void CheckMask(Tensor x, Tensor? mask)
    {
        if (mask is not null) CheckMask(x.Shape, mask.Shape, mask.DType);
    }

    private void CheckMask(Shape input, Shape mask, DType dtype = DType.Bool)
    {
        var (shape, (least, most)) = (MaskedShape(input), MaskRanks);
        var fits = dtype == DType.Bool && mask.Rank >= least && mask.Rank <= Math.Min(most, shape.Rank);
        for (var i = 0; fits && i < mask.Rank; i++) fits = mask[i] == shape[i] || mask[i] < 0 || shape[i] < 0;
        if (fits) return;
        var expected = least == most ? $"{least} leading dimensions" : least > 1 ? $"leading dimensions, {least} or more," : "leading dimensions";
        throw Refusal($"The mask of layer '{Name}' must be bool, of the {expected} of its input of shape {input}. Received: {dtype.KerasName()} of shape {mask}.", nameof(mask));
    }

    private ArgumentException NoInputs() => Refusal($"Layer '{Name}' expects at least 1 input. Received: none.");
}
