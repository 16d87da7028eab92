namespace Descent.Kernels.Recurrence;

/// <summary>h' = tanh(x + h · R).</summary>
internal sealed unsafe class SimpleRnnKernel : RecurrentKernel
{
    private static readonly RecurrentProduct[] Whole = [new(-1, 0, 0, 1)];

    public override int Gates => 1;

    public override int Kept => 1;

    public override int Slopes => 1;

    public override ReadOnlySpan<RecurrentProduct> Products => Whole;

    public override void Forward(in RecurrentStep step)
    {
        Multiply(step, step.H, step.Units, step.Units, 0, 0, step.Units, step.Gates, step.Units, accumulate: true);
        Elementwise.MapRange(step.Gates, step.Gates, step.Rows * step.Units, default(Ops.TanhFunction));
        var size = (long)step.Rows * step.Units * sizeof(float);
        Buffer.MemoryCopy(step.Gates, step.NextH, size, size);
    }

    public override void Backward(in RecurrentStep step)
    {
        Elementwise.ZipRange(step.GradientH, 1, step.Gates, 1, step.Slopes, step.Rows * step.Units, default(Ops.TanhSlope));
        Multiply(step, step.Slopes, step.Units, step.Units, 0, 0, step.Units, step.GradientH, step.Units, accumulate: false);
    }
}
