using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that runs a cell over the time steps of sequences and hands its states on from step to step.</summary>
/// <remarks>
/// Input <c>(batch, time, features)</c>, and behind it the first states if they are given: <c>layer.Apply([x, h, c])</c>. Output <c>(batch, units)</c>, or
/// <c>(batch, time, units)</c> with <see cref="ReturnSequences"/>; with <see cref="ReturnState"/> <c>ApplyAll</c> gives the states behind it. A masked time
/// step leaves the states as they are, and the output is that of the step before; as in Keras 3, the mask ends here and what follows sees none. Cells of Keras' own with default activations run as one
/// operation over all time steps, masked or not; other activations and recurrent dropout take one step after the other, which is slower.
/// </remarks>
public abstract class Recurrent : Layer
{
    private Tensor[]? _states;
    private bool _zeroOutputForMask;

    private protected Recurrent(RNNCell cell) => Cell = Track(cell, "cell");

    private protected Recurrent(ConfigReader reader, RNNCell cell)
        : base(reader)
    {
        Cell = Track(cell, "cell");
        ReturnSequences = reader.Bool("return_sequences", ReturnSequences);
        ReturnState = reader.Bool("return_state", ReturnState);
        GoBackwards = reader.Bool("go_backwards", GoBackwards);
        Stateful = reader.Bool("stateful", Stateful);
        Unroll = reader.Bool("unroll", Unroll);
        ZeroOutputForMask = reader.Bool("zero_output_for_mask", ZeroOutputForMask);
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
    }

    /// <summary>What runs over the time steps.</summary>
    public RNNCell Cell { get; }

    /// <summary>Whether the outputs of all time steps are returned, or that of the last; default false.</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>Whether the states after the last time step are returned behind the output; default false.</summary>
    public bool ReturnState { get; init; }

    /// <summary>Whether time runs from the last step to the first; the outputs come in that order. Default false.</summary>
    public bool GoBackwards { get; init; }

    /// <summary>Whether a batch begins with the states with which the batch before it ended, sample by sample; default false. See <see cref="ResetStates"/>. In the functional API the input needs a batch size then, as in Keras.</summary>
    public bool Stateful { get; init; }

    /// <summary>Kept for Keras' sake: whether it writes the loop out. The result is the same. Default false.</summary>
    public bool Unroll { get; init; }

    /// <summary>Whether the output of a masked time step is 0; default false: it is that of the step before.</summary>
    public bool ZeroOutputForMask { get => _zeroOutputForMask; init => _zeroOutputForMask = value; }

    private protected sealed override (int Least, int Most) MaskRanks => (2, 2);

    internal override bool TakesMask => true;

    internal sealed override CallForm CallForm => CallForm.WithStates;

    /// <summary>Forgets the states that a <see cref="Stateful"/> layer carries: the next batch begins with zeros.</summary>
    /// <exception cref="InvalidOperationException">The layer is not stateful.</exception>
    public void ResetStates()
    {
        if (!Stateful) throw new InvalidOperationException($"Layer '{Name}' must be stateful to reset its states. Set Stateful = true.");
        _states = null;
    }

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        CheckRank(inputShape);
        Cell.EnsureBuilt(StepShape(inputShape));
    }

    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false) => Call(x, null, training);

    /// <inheritdoc/>
    protected internal sealed override Tensor Call(Tensor x, Tensor? mask, bool training) => Run(x, null, mask, training).Output;

    /// <inheritdoc/>
    protected internal sealed override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[]? initial = inputs.Count == 1 ? null : [.. inputs.Skip(1)];
        if (initial is not null) CheckStates(inputs[0], initial);
        var (output, states) = Run(inputs[0], initial, call.For(inputs).Masks[0], call.Training);
        return ReturnState ? [output, .. states] : [output];
    }

    /// <inheritdoc/>
    public sealed override Shape ComputeOutputShape(Shape inputShape)
    {
        CheckRank(inputShape);
        var step = Cell.ComputeOutputShape(StepShape(inputShape));
        return ReturnSequences ? Shape.Create([inputShape[0], inputShape[1], .. step.Dimensions[1..]]) : step;
    }

    /// <inheritdoc/>
    public sealed override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        return ComputeOutputShape(inputShapes[0]);
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        var output = ComputeOutputShape(inputShapes);
        return ReturnState ? [output, .. Cell.StateShapes(StepShape(inputShapes[0]))] : [output];
    }

    // Asked for symbolic inputs alone: real ones say how many states there are.
    internal sealed override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes, LayerCall call)
    {
        if (Stateful && inputShapes[0][0] < 0)
            throw Refusal($"Layer '{Name}' is stateful and must know the batch size: give Keras.Input a batchSize. Received shape {inputShapes[0]}.", nameof(inputShapes));
        return base.ComputeOutputShapes(inputShapes, call);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["return_sequences"] = ReturnSequences;
        config["return_state"] = ReturnState;
        config["go_backwards"] = GoBackwards;
        config["stateful"] = Stateful;
        config["unroll"] = Unroll;
        config["zero_output_for_mask"] = ZeroOutputForMask;
        return config;
    }

    /// <summary>What a bidirectional layer asks of its layers.</summary>
    internal void ZeroMaskedOutput() => _zeroOutputForMask = ReturnSequences;

    /// <summary>What the layer goes on from with the next batch, if it is <see cref="Stateful"/>; null: zeros.</summary>
    internal IReadOnlyList<Tensor>? States
    {
        get => _states;
        set => _states = value is null ? null : [.. value];
    }

    internal sealed override Action SaveStreams()
    {
        var (states, inner) = (_states, base.SaveStreams());
        return () =>
        {
            _states = states;
            inner();
        };
    }

    private protected static Shape StepShape(Shape inputShape) => Shape.Create([inputShape[0], .. inputShape.Dimensions[2..]]);

    private (Tensor Output, IReadOnlyList<Tensor> States) Run(Tensor x, Tensor[]? initial, Tensor? mask, bool training)
    {
        CheckRank(x.Shape);
        CheckFits(x.Shape);
        if (x.Shape[1] == 0)
            throw Refusal($"Layer '{Name}' expects at least one time step. Received shape {x.Shape}.", nameof(x));
        if (mask is not null && mask.Rank != 2) mask = Ops.Reshape(mask, x.Shape[..2]);
        var isStateful = Stateful && !IsTrial;
        if (initial is null && isStateful && _states is not null)
        {
            initial = _states;
            if (initial[0].Shape[0] != x.Shape[0])
                throw Refusal($"Layer '{Name}' is stateful and expects {initial[0].Shape[0]} samples, as in the batch before. Received shape {x.Shape}; call ResetStates first.", nameof(x));
        }

        var masks = training ? Cell.DrawMasks(StepShape(x.Shape)) : null;
        var withStates = ReturnState || isStateful;
        var fused = Cell.Fuse(x, initial, new RecurrenceOptions(ReturnSequences, withStates, GoBackwards, mask), masks);
        var (output, states) = fused is null ? StepByStep(x, initial, mask, training, masks) : Unpack(fused, x.Shape[1], withStates);
        if (fused is not null && mask is not null) output = MaskOutput(output, mask, initial is not null);
        if (isStateful) _states = [.. states.Select(s => s.Copy())];
        return (output, states);
    }

    // (batch, steps, units): all states, or the last, and behind them the last carry.
    private (Tensor Output, IReadOnlyList<Tensor> States) Unpack(Tensor packed, int time, bool withStates)
    {
        var steps = ReturnSequences ? time : 1;
        var outputs = packed.Shape[1] == steps ? packed : Ops.Slice(packed, .., ..steps);
        var last = withStates || !ReturnSequences ? TimeStep(packed, steps - 1) : packed;
        Tensor[] states = !withStates ? [] : packed.Shape[1] == steps ? [last] : [last, TimeStep(packed, steps)];
        return (ReturnSequences ? outputs : last, states);
    }

    // The recurrence carries the states over masked steps. Keras' output is that of the last step that counted, which is 0 as long as there was none.
    private Tensor MaskOutput(Tensor output, Tensor mask, bool hasInitial)
    {
        if (!ZeroOutputForMask && !hasInitial) return output;
        if (GoBackwards) mask = Ops.Flip(mask, [1]);
        if (!ZeroOutputForMask) mask = AnySoFar(mask);
        if (!ReturnSequences) mask = Ops.Slice(mask, .., ^1..);
        return Ops.Where(ReturnSequences ? Ops.ExpandDims(mask, -1) : mask, output, 0f);
    }

    private static Tensor AnySoFar(Tensor mask)
    {
        var (counts, time) = (mask.AsBoolSpan().ToArray(), mask.Shape[1]);
        for (var i = 0; i < counts.Length; i++) counts[i] |= i % time > 0 && counts[i - 1];
        return Tensor.From(counts, mask.Shape);
    }

    private (Tensor Output, IReadOnlyList<Tensor> States) StepByStep(Tensor x, Tensor[]? initial, Tensor? mask, bool training, CellMasks? masks)
    {
        var time = x.Shape[1];
        IReadOnlyList<Tensor> states = initial ?? Cell.FirstStates(StepShape(x.Shape));
        var outputs = new List<Tensor>(ReturnSequences ? time : 1);
        Tensor? output = null;
        var projected = Cell.Project(x, masks);
        for (var t = 0; t < time; t++)
        {
            var place = GoBackwards ? time - 1 - t : t;
            var result = projected is null ? Cell.Step(TimeStep(x, place), states, training, masks) : Cell.StepProjected(TimeStep(projected, place), states, masks);
            if (mask is null)
            {
                (output, states) = (result[0], [.. result.Skip(1)]);
            }
            else
            {
                var counts = Ops.Slice(mask, .., place..(place + 1));
                var before = output is null || ZeroOutputForMask ? Tensor.Zeros(result[0].Shape) : output;
                output = Ops.Where(Aligned(counts, result[0]), result[0], before);
                states = [.. states.Select((s, i) => Ops.Where(Aligned(counts, s), result[i + 1], s))];
            }

            if (ReturnSequences) outputs.Add(output);
        }

        return (ReturnSequences ? Ops.Stack(outputs, 1) : output!, states);
    }

    private static Tensor Aligned(Tensor counts, Tensor x) =>
        x.Rank == 2 ? counts : Ops.Reshape(counts, Shape.Create([x.Shape[0], .. Enumerable.Repeat(1, x.Rank - 1)]));

    /// <summary>One time step, (batch, …), of (batch, time, …).</summary>
    internal static Tensor TimeStep(Tensor x, int time) => Ops.Squeeze(Ops.Slice(x, .., time..(time + 1)), [1]);

    private protected virtual void CheckRank(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank != 3)
            throw Refusal($"Layer '{Name}' expects an input of shape (batch, time, features). Received shape {shape}.");
    }

    private void CheckStates(Tensor x, Tensor[] states)
    {
        var shapes = Cell.StateShapes(StepShape(x.Shape));
        if (!states.Select(s => s.Shape).SequenceEqual(shapes))
            throw Refusal($"Layer '{Name}' expects first states of shapes {string.Join(", ", shapes)}. Received shapes {string.Join(", ", states.Select(s => s.Shape))}.");
    }
}
