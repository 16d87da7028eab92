using Descent.Threading;

namespace Descent.Kernels;

/// <summary>The gradient of a depthwise kernel <c>(taps, channels)</c>: a sum over all outputs, in parts of some samples each.</summary>
internal readonly unsafe struct DepthwiseKernel(SlidingWindow window, int channels, int batch, float* x, float* g, float* parts) : IParallelJob
{
    private const int MostParts = 16;

    /// <summary>The number of parts, which depends on the batch alone.</summary>
    public static int Parts(int batch) => Math.Clamp(batch, 1, MostParts);

    public void Run() => Workers.Run(Parts(batch), this);

    public void Run(int chunk)
    {
        var lines = window.Depth.Output * window.Height.Output;
        var part = parts + (nint)chunk * window.Taps * channels;
        new Span<float>(part, window.Taps * channels).Clear();
        var pass = new WindowPass<WindowSumKernel>(window, channels, new WindowSumKernel(x, g, part));
        new WidestLanes<WindowPass<WindowSumKernel>>(pass).Run(
            (int)((long)batch * chunk / Parts(batch)) * lines, (int)((long)batch * (chunk + 1) / Parts(batch)) * lines);
    }
}
