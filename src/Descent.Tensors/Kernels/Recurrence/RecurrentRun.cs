using Descent.Threading;

namespace Descent.Kernels.Recurrence;

/// <summary>
/// All time steps of a recurrence, for some rows of the batch at a time: rows know nothing of each other, so threads share them and
/// meet only at the end. Blocks are (time, batch, …), states have one time step more: the one before the first.
/// </summary>
internal readonly unsafe struct RecurrentRun(RecurrentKernel kernel, RecurrentRun.Memory memory) : IParallelJob
{
    // Rows at a time whose weights stay near the processor. Products with larger weights are shared among threads themselves.
    private const int Rows = 16;
    private const int SmallWeights = 1 << 17;

    /// <summary>The sizes and blocks of a run.</summary>
    public struct Memory
    {
        public int Batch, Time, Units;
        public RecurrentStep First; // where the first row of the first time step lies
        public bool IsBackward;

        /// <summary>False where a step is masked, as (batch, source time), or null.</summary>
        public bool* Mask;
        public bool Reversed;

        /// <summary>The output or its gradient, of <see cref="OutputSteps"/> states per row: all or the last, and the last carry behind them if there is room.</summary>
        public float* Output;
        public int OutputSteps;
        public bool Sequences;

        /// <summary>In the backward pass (batch, 2 · units): what masked rows keep.</summary>
        public float* Spare;
    }

    private int ChunkRows
    {
        get
        {
            if ((long)memory.Units * memory.Units * kernel.Gates > SmallWeights) return memory.Batch;
            var chunks = (memory.Batch + Rows - 1) / Rows;
            return (memory.Batch + chunks - 1) / chunks;
        }
    }

    public void Run() => Workers.Run((memory.Batch + ChunkRows - 1) / ChunkRows, this);

    public void Run(int chunk)
    {
        var start = chunk * ChunkRows;
        var rows = Math.Min(ChunkRows, memory.Batch - start);
        if (memory.IsBackward) Backward(start, rows);
        else Forward(start, rows);
    }

    private RecurrentStep At(int time, int row, int rows)
    {
        var step = memory.First;
        var place = (nint)time * memory.Batch + row;
        var state = place * memory.Units;
        var next = state + (nint)memory.Batch * memory.Units;
        step.Rows = rows;
        step.Units = memory.Units;
        step.Gates += place * kernel.Kept * memory.Units;
        step.NextH = step.H + next;
        step.H += state;
        if (kernel.HasCarry)
        {
            step.NextC = step.C + next;
            step.C += state;
        }

        if (!memory.IsBackward) return step;
        step.Slopes += place * kernel.Slopes * memory.Units;
        step.GradientH += (nint)row * memory.Units;
        step.GradientC += (nint)row * memory.Units;
        return step;
    }

    private void Forward(int start, int rows)
    {
        var units = memory.Units;
        for (var time = 0; time < memory.Time; time++)
        {
            var step = At(time, start, rows);
            kernel.Forward(step);
            for (var row = 0; row < rows; row++)
            {
                if (!IsMasked(time, start + row)) continue;
                Copy(step.H, step.NextH, row);
                if (kernel.HasCarry) Copy(step.C, step.NextC, row);
            }

            if (memory.Sequences) Emit(step.NextH, time, start, rows);
            if (time < memory.Time - 1) continue;
            if (!memory.Sequences) Emit(step.NextH, 0, start, rows);
            if (HasCarryOutput) Emit(step.NextC, memory.OutputSteps - 1, start, rows);
        }

        void Copy(float* from, float* to, int row) => new Span<float>(from + (nint)row * units, units).CopyTo(new Span<float>(to + (nint)row * units, units));
    }

    private void Backward(int start, int rows)
    {
        for (var time = memory.Time - 1; time >= 0; time--)
        {
            var step = At(time, start, rows);
            if (memory.Sequences || time == memory.Time - 1) Collect(step.GradientH, memory.Sequences ? time : 0, start, rows);
            if (time == memory.Time - 1 && HasCarryOutput) Collect(step.GradientC, memory.OutputSteps - 1, start, rows);
            if (memory.Mask == null)
            {
                kernel.Backward(step);
                continue;
            }

            Keep(step, start, rows);
            kernel.Backward(step);
            Restore(step, time, start, rows);
        }
    }

    // What arrives at a masked step goes past it.
    private void Keep(in RecurrentStep step, int start, int rows)
    {
        var units = memory.Units;
        var spare = memory.Spare + (nint)start * 2 * units;
        new Span<float>(step.GradientH, rows * units).CopyTo(new Span<float>(spare, rows * units));
        if (kernel.HasCarry) new Span<float>(step.GradientC, rows * units).CopyTo(new Span<float>(spare + rows * units, rows * units));
    }

    private void Restore(in RecurrentStep step, int time, int start, int rows)
    {
        var units = memory.Units;
        var spare = memory.Spare + (nint)start * 2 * units;
        for (var row = 0; row < rows; row++)
        {
            if (!IsMasked(time, start + row)) continue;
            new Span<float>(step.Slopes + (nint)row * kernel.Slopes * units, kernel.Slopes * units).Clear();
            new Span<float>(spare + (nint)row * units, units).CopyTo(new Span<float>(step.GradientH + (nint)row * units, units));
            if (kernel.HasCarry) new Span<float>(spare + ((nint)rows + row) * units, units).CopyTo(new Span<float>(step.GradientC + (nint)row * units, units));
        }
    }

    private bool HasCarryOutput => memory.OutputSteps > (memory.Sequences ? memory.Time : 1);

    private bool IsMasked(int time, int row) =>
        memory.Mask != null && !memory.Mask[(nint)row * memory.Time + (memory.Reversed ? memory.Time - 1 - time : time)];

    private void Emit(float* states, int place, int start, int rows)
    {
        var units = memory.Units;
        for (var row = 0; row < rows; row++)
            new Span<float>(states + (nint)row * units, units).CopyTo(new Span<float>(Output(place, start + row), units));
    }

    private void Collect(float* gradient, int place, int start, int rows)
    {
        var units = memory.Units;
        for (var row = 0; row < rows; row++)
        {
            var own = gradient + (nint)row * units;
            Elementwise.ZipRange(own, 1, Output(place, start + row), 1, own, units, default(Ops.AddFunction));
        }
    }

    private float* Output(int place, int row) => memory.Output + ((nint)row * memory.OutputSteps + place) * memory.Units;
}
