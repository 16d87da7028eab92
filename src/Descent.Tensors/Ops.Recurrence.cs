using Descent.Kernels;
using Descent.Kernels.Recurrence;
using Descent.Memory;

namespace Descent;

public static partial class Ops
{
    private static readonly SimpleRnnKernel SimpleRnn = new();
    private static readonly LstmKernel Lstm = new();
    private static readonly GruKernel GruResetAfter = new(resetAfter: true);
    private static readonly GruKernel GruResetBefore = new(resetAfter: false);

    private static readonly Backward[] RecurrenceGradients =
    [
        static n => RecurrenceGradient(n, 0, RecurrenceInput),
        static n => RecurrenceGradient(n, 1, RecurrenceKernel),
        static n => RecurrenceGradient(n, 2, RecurrenceRecurrentKernel),
        static n => RecurrenceGradient(n, 3, RecurrenceBias),
        static n => RecurrenceGradient(n, 4, RecurrenceH),
        static n => RecurrenceGradient(n, 5, RecurrenceC),
    ];

    /// <summary>A whole simple recurrence in one operation: <c>h' = tanh(x · kernel + h · recurrentKernel + bias)</c>.</summary>
    internal static Tensor SimpleRecurrence(in RecurrenceInputs inputs, RecurrenceOptions options) => Recurrence(SimpleRnn, inputs, options);

    /// <summary>A whole LSTM in one operation, with tanh and sigmoid.</summary>
    internal static Tensor LstmRecurrence(in RecurrenceInputs inputs, RecurrenceOptions options) => Recurrence(Lstm, inputs, options);

    /// <summary>A whole GRU in one operation, with tanh and sigmoid. With reset after the product the bias is (2, 3 · units): that of the input and that of the state.</summary>
    internal static Tensor GruRecurrence(in RecurrenceInputs inputs, RecurrenceOptions options, bool resetAfter) =>
        Recurrence(resetAfter ? GruResetAfter : GruResetBefore, inputs, options);

    // Returns (batch, steps, units): the states after each step or after the last, and behind them the last carry if asked for. A masked
    // step leaves the states as they are. Inside, time comes first: one product takes the input of all steps, and the rows of a step lie together.
    private static unsafe Tensor Recurrence(RecurrentKernel kernel, in RecurrenceInputs inputs, RecurrenceOptions options)
    {
        CheckRecurrence(kernel, inputs, options.Mask);
        var x = inputs.X;
        var (batch, time, features, units) = (x.Shape[0], x.Shape[1], x.Shape[2], inputs.RecurrentKernel.Shape[0]);
        var steps = (options.Sequences ? time : 1) + (options.Carry && kernel.HasCarry ? 1 : 0);
        var output = Tensor.New(Shape.Create(batch, steps, units));
        RecurrenceTrace trace;
        using (new StepMemory.Seclusion(true))
        {
            trace = new RecurrenceTrace(kernel, options, batch, time, units)
            {
                X = TimeFirst(x, options.Reversed),
                Gates = Tensor.New(Shape.Create(time, batch, kernel.Kept * units)),
                H = Tensor.New(Shape.Create(time + 1, batch, units)),
                C = kernel.HasCarry ? Tensor.New(Shape.Create(time + 1, batch, units)) : null,
            };
            var weights = Spaced(inputs.RecurrentKernel, transposed: false);
            SetState(trace.H, inputs.H);
            if (trace.C is not null) SetState(trace.C, inputs.C);
            var gates = kernel.Gates * units;
            fixed (float* px = trace.X.Floats, pk = inputs.Kernel.Floats, pb = inputs.Bias is null ? default : inputs.Bias.Floats, pg = trace.Gates.Floats, pw = weights.Floats)
            fixed (float* ph = trace.H.Floats, pc = trace.C is null ? default : trace.C.Floats, py = output.Floats)
            fixed (bool* pm = options.Mask is null ? default : options.Mask.Bools)
            {
                if (output.Length > 0)
                {
                    Gemm.Multiply(false, false, time * batch, gates, features, px, features, pk, gates, pg, kernel.Kept * units, bias: pb);
                    var first = new RecurrentStep { Weights = pw, Stride = weights.Shape[1], Bias = inputs.Bias is { Rank: 2 } ? pb + gates : null, Gates = pg, H = ph, C = pc };
                    new RecurrentRun(kernel, trace.Memory(first, pm, py, steps)).Run();
                }
            }
        }

        return Record(output, [x, inputs.Kernel, inputs.RecurrentKernel, inputs.Bias, inputs.H, inputs.C], RecurrenceGradients, trace);
    }

    // The kernels trust the shapes.
    private static void CheckRecurrence(RecurrentKernel kernel, in RecurrenceInputs inputs, Tensor? mask)
    {
        var (x, units) = (inputs.X.Shape, inputs.RecurrentKernel.Shape[0]);
        var gates = kernel.Gates * units;
        var fits = x.Rank == 3 && x[1] > 0
            && inputs.Kernel.Shape == Shape.Create(x[2], gates)
            && inputs.RecurrentKernel.Shape == Shape.Create(units, gates)
            && (inputs.Bias is null || inputs.Bias.Shape == (inputs.Bias.Rank == 1 ? Shape.Create(gates) : Shape.Create(2, gates)));
        if (!fits)
            throw new ArgumentException($"A recurrence needs x (batch, time, features) with at least one time step, a kernel (features, {kernel.Gates} · units), a recurrent kernel (units, {kernel.Gates} · units) and a bias to fit. Received shapes {x}, {inputs.Kernel.Shape}, {inputs.RecurrentKernel.Shape} and {inputs.Bias?.Shape.ToString() ?? "none"}.");
        CheckState(inputs.H, x, units);
        CheckState(inputs.C, x, units);
        if (mask is not null && (mask.DType != DType.Bool || mask.Shape != Shape.Create(x[0], x[1])))
            throw new ArgumentException($"A mask of a recurrence must be bool of shape ({x[0]}, {x[1]}). Received: {mask.DType.KerasName()} of shape {mask.Shape}.");
    }

    private static void CheckState(Tensor? state, Shape x, int units)
    {
        if (state is not null && state.Shape != Shape.Create(x[0], units))
            throw new ArgumentException($"A first state of a recurrence must have shape ({x[0]}, {units}). Received: {state.Shape}.");
    }

    private static Tensor RecurrenceGradient(Node n, int input, Func<Node, RecurrenceTrace, Tensor, Tensor> gradient)
    {
        var trace = (RecurrenceTrace)n.State!;
        if (n.Output.Length == 0) return Tensor.Zeros(n.Input(input).Shape);
        return Recording.Current is null
            ? gradient(n, trace, n.Scratch ??= RecurrenceSlopes(n, trace))
            : ComposedGradient(n, input, trace.Compose);
    }

    // The way back through time: the slopes of all steps, and behind them the gradients of the states before the first.
    private static unsafe Tensor RecurrenceSlopes(Node n, RecurrenceTrace trace)
    {
        var (kernel, batch, units) = (trace.Kernel, trace.Batch, trace.Units);
        var result = Tensor.New(Shape.Create(trace.SlopeCount + 2 * batch * units));
        result.Floats[trace.SlopeCount..].Clear();
        var weights = Spaced(n.Input(2), transposed: true);
        var spare = Tensor.New(Shape.Create(trace.Options.Mask is null ? 0 : 2 * batch * units));
        fixed (float* pg = trace.Gates.Floats, pw = weights.Floats, ph = trace.H.Floats, pc = trace.C is null ? default : trace.C.Floats)
        fixed (float* ps = result.Floats, py = n.Gradient.Floats, pk = spare.Floats)
        fixed (bool* pm = trace.Options.Mask is null ? default : trace.Options.Mask.Bools)
        {
            var first = new RecurrentStep
            {
                Weights = pw,
                Stride = weights.Shape[1],
                Gates = pg,
                H = ph,
                C = pc,
                Slopes = ps,
                GradientH = ps + trace.SlopeCount,
                GradientC = ps + trace.SlopeCount + batch * units,
            };
            new RecurrentRun(kernel, trace.Memory(first, pm, py, n.Output.Shape[1]) with { IsBackward = true, Spare = pk }).Run();
        }

        return result;
    }

    private static unsafe Tensor RecurrenceInput(Node n, RecurrenceTrace trace, Tensor slopes)
    {
        var (columns, features) = (trace.Kernel.Gates * trace.Units, n.XShape[2]);
        var result = Tensor.New(trace.X.Shape);
        fixed (float* ps = slopes.Floats, pk = n.Y.Floats, py = result.Floats)
            Gemm.Multiply(false, true, trace.Rows, features, columns, ps, trace.Kernel.Slopes * trace.Units, pk, columns, py, features);
        return BatchFirst(result, trace.Options.Reversed);
    }

    private static unsafe Tensor RecurrenceKernel(Node n, RecurrenceTrace trace, Tensor slopes)
    {
        var (columns, features) = (trace.Kernel.Gates * trace.Units, n.XShape[2]);
        var result = Tensor.New(n.YShape);
        fixed (float* px = trace.X.Floats, ps = slopes.Floats, py = result.Floats)
            Gemm.Multiply(true, false, features, columns, trace.Rows, px, features, ps, trace.Kernel.Slopes * trace.Units, py, columns);
        return result;
    }

    private static unsafe Tensor RecurrenceRecurrentKernel(Node n, RecurrenceTrace trace, Tensor slopes)
    {
        var (kernel, units) = (trace.Kernel, trace.Units);
        var result = Tensor.New(n.Input(2).Shape);
        fixed (float* ph = trace.H.Floats, pg = trace.Gates.Floats, ps = slopes.Floats, py = result.Floats)
        {
            foreach (var (gate, slope, column, count) in kernel.Products)
            {
                var left = gate < 0 ? ph : pg + gate * units;
                var stride = gate < 0 ? units : kernel.Kept * units;
                Gemm.Multiply(true, false, units, count * units, trace.Rows, left, stride, ps + slope * units, kernel.Slopes * units, py + column * units, kernel.Gates * units);
            }
        }

        return result;
    }

    private static unsafe Tensor RecurrenceBias(Node n, RecurrenceTrace trace, Tensor slopes)
    {
        var (kernel, units) = (trace.Kernel, trace.Units);
        var sums = Tensor.New(Shape.Create(kernel.Slopes * units));
        fixed (float* ps = slopes.Floats, py = sums.Floats)
            Reduction.Run(ps, 1, trace.Rows, sums.Length, py, default(SumReducer));

        // The bias of the input has the slopes of the gates' inputs, that of the state those of its product.
        var result = Tensor.New(n.Input(3).Shape);
        var gates = kernel.Gates * units;
        sums.Floats[..gates].CopyTo(result.Floats);
        if (result.Rank == 1) return result;
        foreach (var (_, slope, column, count) in kernel.Products)
            sums.Floats.Slice(slope * units, count * units).CopyTo(result.Floats[(gates + column * units)..]);
        return result;
    }

    private static Tensor RecurrenceH(Node n, RecurrenceTrace trace, Tensor slopes) => slopes.View(n.Input(4).Shape, trace.SlopeCount);

    private static Tensor RecurrenceC(Node n, RecurrenceTrace trace, Tensor slopes) => slopes.View(n.Input(5).Shape, trace.SlopeCount + n.Input(5).Length);

    // (batch, time, …) as (time, batch, …), and the other way round.
    private static Tensor TimeFirst(Tensor x, bool reversed)
    {
        var (batch, time, features) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var result = Tensor.New(Shape.Create(time, batch, features));
        Copy(x, reversed ? (time - 1) * features : 0, [reversed ? -features : features, time * features, 1], result, 0, [batch * features, features, 1], result.Shape);
        return result;
    }

    private static Tensor BatchFirst(Tensor x, bool reversed)
    {
        var (time, batch, features) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var result = Tensor.New(Shape.Create(batch, time, features));
        Copy(x, reversed ? (time - 1) * batch * features : 0, [features, reversed ? -batch * features : batch * features, 1], result, 0, [time * features, features, 1], result.Shape);
        return result;
    }

    // A copy of a matrix whose rows lie a cache line more than their length apart: at a distance of a power of two they would all fall into the same
    // few sets of the cache.
    private static Tensor Spaced(Tensor x, bool transposed)
    {
        const int Space = 16;
        var (rows, columns) = transposed ? (x.Shape[1], x.Shape[0]) : (x.Shape[0], x.Shape[1]);
        var result = Tensor.New(Shape.Create(rows, columns + Space));
        Copy(x, 0, transposed ? [1, rows] : [columns, 1], result, 0, [columns + Space, 1], Shape.Create(rows, columns));
        return result;
    }

    private static void SetState(Tensor states, Tensor? initial)
    {
        var first = states.Floats[..(states.Shape[1] * states.Shape[2])];
        if (initial is null) first.Clear();
        else initial.Floats.CopyTo(first);
    }
}
