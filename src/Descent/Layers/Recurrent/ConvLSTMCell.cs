using Descent.Kernels;

namespace Descent.Layers;

/// <summary>One step of a <see cref="ConvLSTM"/>: that of an <see cref="LSTMCell"/> with convolutions where it has products.</summary>
internal sealed class ConvLSTMCell(int axes, PerAxis kernelSize, CellOptions options) : DropoutRNNCell(options)
{
    // Of the last step: all steps of a sequence have the same size.
    private SlidingWindow? _inputWindow;
    private SlidingWindow? _stateWindow;

    public int Axes => axes;

    public PerAxis KernelSize { get; } = kernelSize.For(axes, nameof(KernelSize));

    public PerAxis Strides { get; set; } = PerAxis.One.For(axes, nameof(Strides));

    public PerAxis DilationRate { get; set; } = PerAxis.One.For(axes, nameof(DilationRate));

    public string Padding { get; set; } = "valid";

    public string DataFormat { get; set; } = DataFormats.ChannelsLast;

    public override IReadOnlyList<int> StateSizes => [Units, Units];

    private bool ChannelsFirst => DataFormat == DataFormats.ChannelsFirst;

    private protected override int Gates => 4;

    private protected override int MaskCount => Gates;

    private protected override bool IsFusable => false;

    public override Shape ComputeOutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        var x = Last(inputShape);
        var output = new int[x.Rank];
        (output[0], output[^1]) = (x[0], Units);
        for (var i = 0; i < axes; i++)
            output[i + 1] = WindowAxis.OutputSize(x[i + 1], KernelSize[i], Strides[i], DilationRate[i], Ops.ParsePadding(Padding));
        var shape = Shape.Create(output);
        return ChannelsFirst ? DataFormats.ToFirst(shape) : shape;
    }

    public override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        var shape = ComputeOutputShape(inputShapes[0]);
        return [shape, shape, shape];
    }

    /// <summary>Whether an input of a step has the size that the cell was built for.</summary>
    public bool Fits(Shape step) => BuildShape is not { } built || step[1..] == built[1..];

    internal override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks) =>
        StepProjected(Convolve(Drop(x, masks?.Input), Kernel, Bias, ref _inputWindow, isState: false), states, masks);

    // The steps' inputs are samples of one larger batch.
    internal override Tensor Project(Tensor x, CellMasks? masks)
    {
        var inputs = Drop(x, masks?.Input is { } dropped ? Array.ConvertAll(dropped, m => Ops.ExpandDims(m, 1)) : null);
        var rows = Shape.Create([x.Shape[0] * x.Shape[1], .. x.Shape.Dimensions[2..]]);
        var gates = Convolve(Array.ConvertAll(inputs, i => Ops.Reshape(i, rows)), Kernel, Bias, ref _inputWindow, isState: false);
        return Ops.Reshape(gates, Shape.Create([.. x.Shape.Dimensions[..2], .. gates.Shape.Dimensions[1..]]));
    }

    internal override IReadOnlyList<Tensor> StepProjected(Tensor projected, IReadOnlyList<Tensor> states, CellMasks? masks)
    {
        var fromState = Convolve(Drop(states[0], masks?.Recurrent), RecurrentKernel, null, ref _stateWindow, isState: true);
        var (h, c) = Ops.LstmStep(projected + fromState, Last(states[1]), Activation.Apply, Options.RecurrentActivation!.Apply);
        if (ChannelsFirst) (h, c) = (DataFormats.ToFirst(h), DataFormats.ToFirst(c));
        return [h, h, c];
    }

    private protected override (Shape Kernel, Shape RecurrentKernel) KernelShapes(Shape inputShape)
    {
        if (inputShape.Rank != axes + 2 || inputShape.Dimensions[1..].ContainsAnyInRange(int.MinValue, 0) || ComputeOutputShape(inputShape).Dimensions[1..].ContainsAnyInRange(int.MinValue, 0))
            throw Refusal($"Cell '{Name}' expects an input of rank {axes + 2} whose sizes are known, but for the batch, and large enough for its window {KernelSize}. Received shape {inputShape}.", nameof(inputShape));
        return ([.. KernelSize, Last(inputShape)[^1], Gates * Units], [.. KernelSize, Units, Gates * Units]);
    }

    private protected override Tensor Fuse(in RecurrenceInputs inputs, RecurrenceOptions options) => throw new NotSupportedException();

    // What each gate drops is its own, so with masks each has its own convolution.
    private static Tensor[] Drop(Tensor x, Tensor[]? masks) => masks is null ? [x] : Array.ConvertAll(masks, m => x * m);

    private Tensor Convolve(Tensor[] inputs, Tensor kernel, Tensor? bias, ref SlidingWindow? window, bool isState)
    {
        if (inputs is [var x]) return Conv(x, kernel, bias, ref window, isState);
        var (kernels, parts) = (Ops.Split(kernel, Gates, -1), new Tensor[Gates]);
        for (var i = 0; i < parts.Length; i++) parts[i] = Conv(inputs[i], kernels[i], null, ref window, isState);
        var gates = Ops.Concatenate(parts);
        return bias is null ? gates : gates + bias;
    }

    private Tensor Conv(Tensor x, Tensor kernel, Tensor? bias, ref SlidingWindow? window, bool isState)
    {
        x = Last(x);
        var current = window; // calls may come from several threads
        if (current is null || !current.Fits(x.Shape))
        {
            current = isState
                ? SlidingWindow.Over(x.Shape, [.. KernelSize], PerAxis.One, PerAxis.One, WindowPadding.Same)
                : SlidingWindow.Over(x.Shape, [.. KernelSize], Strides, DilationRate, Ops.ParsePadding(Padding));
            window = current;
        }

        return Ops.Conv(x, kernel, bias, relu: false, current);
    }

    private Tensor Last(Tensor x) => ChannelsFirst ? DataFormats.ToLast(x) : x;

    private Shape Last(Shape shape) => ChannelsFirst ? DataFormats.ToLast(shape) : shape;
}
