using Descent.Kernels.Recurrence;

namespace Descent;

/// <summary>What a recurrence takes: x (batch, time, features), kernel (features, gates · units), recurrent kernel (units, gates · units), bias, and the first states (batch, units), zeros when absent.</summary>
internal readonly record struct RecurrenceInputs(Tensor X, Tensor Kernel, Tensor RecurrentKernel, Tensor? Bias = null, Tensor? H = null, Tensor? C = null);

/// <summary>How a recurrence runs.</summary>
/// <param name="Sequences">Whether the states after each step are returned, or those after the last.</param>
/// <param name="Carry">Whether the last carry is returned behind them.</param>
/// <param name="Reversed">Whether time runs backwards; the states come in the order in which they were computed.</param>
/// <param name="Mask">Bool (batch, time), false where a step leaves the states as they are; none when null.</param>
internal readonly record struct RecurrenceOptions(bool Sequences, bool Carry = false, bool Reversed = false, Tensor? Mask = null);

/// <summary>What the way back of a recurrence needs of the way there. Blocks have time first.</summary>
internal sealed record RecurrenceTrace(RecurrentKernel Kernel, RecurrenceOptions Options, int Batch, int Time, int Units)
{
    public required Tensor X { get; init; }

    public required Tensor Gates { get; init; }

    /// <summary>The states, beginning with the one before the first step.</summary>
    public required Tensor H { get; init; }

    public Tensor? C { get; init; }

    /// <summary>The same recurrence of ordinary operations.</summary>
    public Tensor Compose(Tensor?[] inputs) => Ops.ComposedRecurrence(this, inputs);

    public int Rows => Time * Batch;

    public int SlopeCount => Rows * Kernel.Slopes * Units;

    public unsafe RecurrentRun.Memory Memory(RecurrentStep first, bool* mask, float* output, int outputSteps) => new()
    {
        Batch = Batch,
        Time = Time,
        Units = Units,
        First = first,
        Mask = mask,
        Reversed = Options.Reversed,
        Output = output,
        OutputSteps = outputSteps,
        Sequences = Options.Sequences,
    };
}

public static partial class Ops
{
    // Single steps of ordinary operations, with any activations: what cells do that no fused recurrence covers, and the gradients of gradients
    // of those that one does.

    /// <summary>One step of an LSTM.</summary>
    /// <param name="z">The gates before their activations, (batch, 4 · units): i, f, g, o.</param>
    /// <param name="c">The carry before the step.</param>
    /// <param name="activation">That of g and of the carry.</param>
    /// <param name="recurrentActivation">That of i, f and o.</param>
    internal static (Tensor H, Tensor C) LstmStep(Tensor z, Tensor c, Func<Tensor, Tensor> activation, Func<Tensor, Tensor> recurrentActivation)
    {
        var gates = Split(z, 4, -1);
        c = recurrentActivation(gates[1]) * c + recurrentActivation(gates[0]) * activation(gates[2]);
        return (recurrentActivation(gates[3]) * activation(c), c);
    }

    /// <summary>One step of a GRU.</summary>
    /// <param name="x">What the input adds to the gates, (batch, 3 · units): z, r and the candidate.</param>
    /// <param name="recurrent">What the state adds to z and r, (batch, 2 · units).</param>
    /// <param name="h">The state before the step.</param>
    /// <param name="candidate">What the state adds to the candidate, given r.</param>
    /// <param name="activation">That of the candidate.</param>
    /// <param name="recurrentActivation">That of z and r.</param>
    internal static Tensor GruStep(Tensor x, Tensor recurrent, Tensor h, Func<Tensor, Tensor> candidate, Func<Tensor, Tensor> activation, Func<Tensor, Tensor> recurrentActivation)
    {
        var (parts, gates) = (Split(x, 3, -1), Split(recurrent, 2, -1));
        var z = recurrentActivation(parts[0] + gates[0]);
        var r = recurrentActivation(parts[1] + gates[1]);
        return z * h + (1f - z) * activation(parts[2] + candidate(r));
    }

    internal static Tensor ComposedRecurrence(RecurrenceTrace trace, Tensor?[] inputs)
    {
        var (x, kernel, recurrent, bias) = (inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]);
        var (time, units, options) = (trace.Time, trace.Units, trace.Options);
        var h = inputs[4] ?? Tensor.Zeros(Shape.Create(trace.Batch, units));
        var c = inputs[5] ?? Tensor.Zeros(h.Shape);
        var states = new List<Tensor>();
        for (var t = 0; t < time; t++)
        {
            var source = options.Reversed ? time - 1 - t : t;
            var (nextH, nextC) = Step(Dense(Row(x, 1, source), kernel, bias is { Rank: 2 } ? Row(bias, 0, 0) : bias), h, c);
            if (options.Mask is { } mask)
            {
                var counts = Slice(mask, .., source..(source + 1));
                (nextH, nextC) = (Where(counts, nextH, h), Where(counts, nextC, c));
            }

            (h, c) = (nextH, nextC);
            if (options.Sequences || t == time - 1) states.Add(h);
        }

        if (options.Carry && trace.Kernel.HasCarry) states.Add(c);
        return Stack(states, 1);

        (Tensor H, Tensor C) Step(Tensor z, Tensor h, Tensor c)
        {
            if (trace.Kernel == SimpleRnn) return (Tanh(z + MatMul(h, recurrent)), c);
            if (trace.Kernel == Lstm) return LstmStep(z + MatMul(h, recurrent), c, Tanh, Sigmoid);
            var weights = Split(recurrent, [2 * units], -1);
            var biases = bias is { Rank: 2 } ? Split(Row(bias, 0, 1), [2 * units], -1) : null;
            return (GruStep(z, Dense(h, weights[0], biases?[0]), h, r => trace.Kernel == GruResetAfter ? r * Dense(h, weights[1], biases?[1]) : MatMul(r * h, weights[1]), Tanh, Sigmoid), c);
        }
    }

    // One place of an axis, which goes away.
    private static Tensor Row(Tensor x, int axis, int index) => Squeeze(Cut(x, Along(x.Shape, axis, index, 1)), [axis]);
}
