namespace Descent.Kernels;

/// <summary>What lies around the input where a window reaches over its edge.</summary>
internal enum WindowPadding
{
    /// <summary>Nothing: the window stays inside.</summary>
    Valid,

    /// <summary>As much on both sides (one more behind) as gives every stride-th element an output.</summary>
    Same,

    /// <summary>All of it in front, so that an output sees no later input.</summary>
    Causal,
}

/// <summary>
/// One axis on which a window slides. Output <c>o</c> sees with its tap <c>t</c> the input <c>o · Stride - Before + t · Dilation</c>, where there is one.
/// </summary>
internal readonly record struct WindowAxis(int Input, int Output, int Size, int Stride, int Dilation, int Before)
{
    // Within this, no place that a window reaches leaves the range of int.
    private const int LongestReach = 1 << 30;

    /// <summary>An axis with nothing on it.</summary>
    public static readonly WindowAxis None = new(1, 1, 1, 1, 1, 0);

    public WindowAxis(int input, int size, int stride, int dilation, WindowPadding padding)
        : this(input, OutputSize(input, size, stride, dilation, padding), size, stride, dilation, 0)
    {
        var reach = (int)Math.Min(LongestReach, Reach(size, dilation));
        Before = padding switch
        {
            WindowPadding.Causal => reach,
            WindowPadding.Same => Math.Max(0, (Output - 1) * stride + reach + 1 - input) / 2,
            _ => 0,
        };
    }

    /// <summary>Whether every output sees just the input of its place.</summary>
    public bool IsPointwise => Size == 1 && Stride == 1 && Before == 0 && Input == Output;

    /// <summary>The size of an output; -1 if that of the input is unknown, 0 if no window fits.</summary>
    public static int OutputSize(int input, int size, int stride, int dilation, WindowPadding padding)
    {
        if (input < 0) return -1;
        var reach = Reach(size, dilation);
        if (reach > LongestReach || input > LongestReach || stride > LongestReach) return 0;
        if (padding != WindowPadding.Valid) return (input + stride - 1) / stride;
        var free = input - (int)reach - 1;
        return free < 0 ? 0 : free / stride + 1;
    }

    /// <summary>How far the last tap of a window lies from its first.</summary>
    public static long Reach(int size, int dilation) => (long)dilation * (size - 1);

    /// <summary>Where in the input the window of an output begins; before it if negative.</summary>
    public int Start(int output) => output * Stride - Before;

    /// <summary>The taps of a window that fall on the input.</summary>
    public (int First, int End) Taps(int start)
    {
        if (Size == 1) return (0, start >= 0 && start < Input ? 1 : 0); // whatever the dilation
        var first = start >= 0 ? 0 : Math.Min(Size, (Dilation - 1 - start) / Dilation);
        var end = Math.Min(Size, (int)(((long)Input - start + Dilation - 1) / Dilation));
        return (first, Math.Max(first, end));
    }
}

/// <summary>
/// How a window slides over up to three spatial axes of tensors <c>(batch, spatial axes…, channels)</c>: all that convolutions and
/// pooling of every rank have in common.
/// </summary>
internal sealed class SlidingWindow
{
    private const int MaxAxes = 3;

    private readonly WindowAxis[] _axes;

    public SlidingWindow(WindowAxis[] axes)
    {
        if (axes.Length is < 1 or > MaxAxes)
            throw new ArgumentException($"A window slides over 1 to {MaxAxes} spatial axes. Received: {axes.Length}.", nameof(axes));
        _axes = axes;
        Width = axes[^1];
        Height = axes.Length > 1 ? axes[^2] : WindowAxis.None;
        Depth = axes.Length > 2 ? axes[^3] : WindowAxis.None;
        Inputs = checked(Depth.Input * Height.Input * Width.Input);
        Outputs = checked(Depth.Output * Height.Output * Width.Output);
        Taps = checked(Depth.Size * Height.Size * Width.Size);
        IsPointwise = Array.TrueForAll(axes, a => a.IsPointwise);
    }

    /// <summary>Fewer than three axes have <see cref="WindowAxis.None"/> in front.</summary>
    public WindowAxis Depth { get; }

    public WindowAxis Height { get; }

    public WindowAxis Width { get; }

    /// <summary>The positions of the input.</summary>
    public int Inputs { get; }

    /// <summary>The positions of the output.</summary>
    public int Outputs { get; }

    /// <summary>The positions in the window.</summary>
    public int Taps { get; }

    /// <summary>Whether every output sees just the input of its place.</summary>
    public bool IsPointwise { get; }

    /// <summary>A window over the spatial axes of a shape.</summary>
    /// <exception cref="ArgumentException">The numbers do not fit the shape, or an output would be empty.</exception>
    public static SlidingWindow Over(Shape input, ReadOnlySpan<int> size, PerAxis strides, PerAxis dilation, WindowPadding padding)
    {
        if (input.Rank != size.Length + 2)
            throw new ArgumentException($"A window over {size.Length} axes needs an input of rank {size.Length + 2}. Received shape {input}.", nameof(input));
        var (step, gap) = (strides.For(size.Length, nameof(strides)), dilation.For(size.Length, nameof(dilation)));
        var axes = new WindowAxis[size.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            axes[i] = new WindowAxis(input[i + 1], size[i], step[i], gap[i], padding);
            if (axes[i].Output < 1)
                throw new ArgumentException($"A window must fit into the input. Received: size {size[i]}, dilation {gap[i]} on axis {i + 1} of shape {input}.", nameof(size));
        }

        return new SlidingWindow(axes);
    }

    /// <summary>Whether this window slides over inputs of a shape.</summary>
    public bool Fits(Shape input)
    {
        var fits = input.Rank == _axes.Length + 2;
        for (var i = 0; fits && i < _axes.Length; i++) fits = _axes[i].Input == input[i + 1];
        return fits;
    }

    /// <summary>Whether this window gives outputs of a shape.</summary>
    public bool Gives(Shape output)
    {
        var gives = output.Rank == _axes.Length + 2;
        for (var i = 0; gives && i < _axes.Length; i++) gives = _axes[i].Output == output[i + 1];
        return gives;
    }

    /// <summary>The shape of the inputs.</summary>
    public Shape InputShape(int batch, int channels)
    {
        Span<int> dimensions = [batch, Depth.Input, Height.Input, Width.Input, channels];
        return Trim(dimensions);
    }

    /// <summary>The shape of the outputs.</summary>
    public Shape OutputShape(int batch, int channels)
    {
        Span<int> dimensions = [batch, Depth.Output, Height.Output, Width.Output, channels];
        return Trim(dimensions);
    }

    // Takes out the spatial axes that this window does not have.
    private Shape Trim(Span<int> dimensions)
    {
        var missing = MaxAxes - _axes.Length;
        dimensions[missing] = dimensions[0];
        return Shape.Create(dimensions[missing..]);
    }
}
