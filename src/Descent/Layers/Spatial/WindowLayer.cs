using Descent.Kernels;

namespace Descent.Layers;

/// <summary>A spatial layer with a window that slides over its input: a convolution or a pooling layer.</summary>
public abstract class WindowLayer : SpatialLayer
{
    private SlidingWindow? _window; // of the last input: they mostly have the same size

    private protected WindowLayer(int axes)
        : base(axes)
    {
    }

    private protected WindowLayer(int axes, ConfigReader reader)
        : base(axes, reader) => Padding = reader.String("padding", Padding);

    /// <summary>
    /// What happens at the edges: <c>"valid"</c> (the window stays inside, the default) or <c>"same"</c> (as much around the input as gives
    /// <c>size / strides</c> outputs); of a convolution over one axis also <c>"causal"</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The value is none of these.</exception>
    public string Padding
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            var padding = value.ToLowerInvariant();
            if (padding is not ("valid" or "same") && !(padding == "causal" && AllowsCausal))
                throw new ArgumentException($"Padding of {GetType().Name} must be 'valid'{(AllowsCausal ? ", 'same' or 'causal'" : " or 'same'")}. Received: '{value}'.", nameof(value));
            field = padding;
        }
    } = "valid";

    private protected virtual bool AllowsCausal => false;

    /// <summary>The size of the window on each axis.</summary>
    private protected abstract PerAxis WindowSize { get; }

    /// <summary>How far apart its places lie.</summary>
    private protected abstract PerAxis WindowStrides { get; }

    /// <summary>How far apart its taps lie.</summary>
    private protected virtual PerAxis WindowDilation => PerAxis.One.For(Axes, "dilation");

    /// <summary>The window over an input with its channels last.</summary>
    private protected SlidingWindow WindowOver(Tensor x)
    {
        if (_window is { } window && Fits(window, x.Shape)) return window;
        OutputAxes(x.Shape);
        return _window = MakeWindow(x.Shape);
    }

    private protected virtual SlidingWindow MakeWindow(Shape input) =>
        SlidingWindow.Over(input, [.. WindowSize], WindowStrides, WindowDilation, Ops.ParsePadding(Padding));

    /// <summary>Whether a window was made for inputs of this shape.</summary>
    private protected virtual bool Fits(SlidingWindow window, Shape input) => window.Fits(input);

    private protected virtual int OutputSize(int input, int axis) =>
        WindowAxis.OutputSize(input, WindowSize[axis], WindowStrides[axis], WindowDilation[axis], Ops.ParsePadding(Padding));

    /// <summary>The spatial axes of the output, -1 where those of the input are not known.</summary>
    /// <exception cref="ArgumentException">One would be empty.</exception>
    private protected int[] OutputAxes(Shape input)
    {
        var sizes = new int[Axes];
        for (var i = 0; i < Axes; i++)
        {
            sizes[i] = OutputSize(input[i + 1], i);
            if (sizes[i] is not (-1 or > 0))
                throw Refusal($"Layer '{Name}' would have an empty output: its window {WindowSize}, dilation {WindowDilation}, must fit into the input. Received shape {Shown(input)}, padding '{Padding}'.", nameof(input));
        }

        return sizes;
    }
}
