using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>Recurrent layers over sequences of images and the like: an <see cref="LSTM"/> with convolutions where it has products.</summary>
/// <remarks>
/// Input <c>(batch, time, spatial axes…, channels)</c> and behind it the first states, if they are given; the spatial axes must be known. Output and states
/// <c>(batch, spatial axes…, filters)</c>, the output with <see cref="Recurrent.ReturnSequences"/> <c>(batch, time, spatial axes…, filters)</c>. Weights: kernel
/// <c>(sizes…, channels, 4 · filters)</c>, recurrent kernel <c>(sizes…, filters, 4 · filters)</c>, bias <c>(4 · filters)</c>. The convolution of the state is padded as
/// <c>"same"</c>, with strides and dilation of 1.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1506.04214">Shi et al., Convolutional LSTM Network (2015)</seealso>
public abstract class ConvLSTM : RecurrentUnits
{
    private protected ConvLSTM(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation, ActivationFunction? recurrentActivation)
        : base(new ConvLSTMCell(axes, kernelSize ?? throw new ArgumentNullException(nameof(kernelSize)), CellOptions.ForLstm(Check.AtLeast(1, filters, nameof(Filters)))))
    {
        Options.Activation = activation ?? Options.Activation;
        Options.RecurrentActivation = recurrentActivation ?? Options.RecurrentActivation;
    }

    private protected ConvLSTM(int axes, ConfigReader reader)
        : base(reader, new ConvLSTMCell(axes, SpatialLayer.ReadPerAxis(reader, "kernel_size"), CellOptions.ForLstm(Check.AtLeast(1, reader.Int("filters"), nameof(Filters))).Read(reader)))
    {
        Strides = SpatialLayer.ReadPerAxis(reader, "strides", PerAxis.One);
        Padding = reader.String("padding", Padding);
        if (reader.NullableString("data_format") is { } dataFormat) DataFormat = dataFormat;
        DilationRate = SpatialLayer.ReadPerAxis(reader, "dilation_rate", PerAxis.One);
    }

    /// <summary>The channels of the output and of the states.</summary>
    public int Filters => Options.Units;

    /// <summary>The size of the kernels on each spatial axis.</summary>
    public PerAxis KernelSize => ConvCell.KernelSize;

    /// <summary>How far apart neighbouring outputs lie on the input, 1 or more; default 1.</summary>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public PerAxis Strides { get => ConvCell.Strides; init => ConvCell.Strides = value.For(ConvCell.Axes, nameof(Strides)); }

    /// <summary>How far apart the taps of the kernel lie on the input, 1 or more; default 1. Above 1 it excludes strides above 1.</summary>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public PerAxis DilationRate { get => ConvCell.DilationRate; init => ConvCell.DilationRate = value.For(ConvCell.Axes, nameof(DilationRate)); }

    /// <summary>What happens at the edges of the input: <c>"valid"</c> (the default) or <c>"same"</c>.</summary>
    /// <exception cref="ArgumentException">The value is neither.</exception>
    public string Padding
    {
        get => ConvCell.Padding;
        init => ConvCell.Padding = value?.ToLowerInvariant() is "valid" or "same" ? value.ToLowerInvariant() : throw new ArgumentException(
            $"Padding of {GetType().Name} must be 'valid' or 'same'. Received: '{value}'.", nameof(value));
    }

    /// <summary>Where input, output and states have their channels: <c>"channels_last"</c> (the default) or <c>"channels_first"</c>, behind batch and time.</summary>
    /// <exception cref="ArgumentException">The value is neither.</exception>
    public string DataFormat { get => ConvCell.DataFormat; init => ConvCell.DataFormat = DataFormats.Check(value); }

    /// <summary>The function of the gates; default sigmoid.</summary>
    public ActivationFunction RecurrentActivation => Options.RecurrentActivation!;

    /// <inheritdoc cref="LSTMCell.UnitForgetBias"/>
    public bool UnitForgetBias { get => Options.UnitForgetBias!.Value; init => Options.UnitForgetBias = value; }

    private ConvLSTMCell ConvCell => (ConvLSTMCell)Cell;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        CheckOptions();
        base.Build(inputShape);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        CheckOptions();
        var config = base.GetConfig();
        var place = config.IndexOf("units");
        config.RemoveAt(place);
        config.Insert(place++, "filters", Filters);
        config.Insert(place++, "kernel_size", KerasJson.Integers(KernelSize));
        config.Insert(place++, "strides", KerasJson.Integers(Strides));
        config.Insert(place++, "padding", Padding);
        config.Insert(place++, "data_format", DataFormat);
        config.Insert(place, "dilation_rate", KerasJson.Integers(DilationRate));
        config.Remove("unit_forget_bias");
        config.Insert(config.IndexOf("bias_initializer") + 1, "unit_forget_bias", UnitForgetBias);
        return config;
    }

    private protected override void CheckRank(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank != ConvCell.Axes + 3 || !ConvCell.Fits(StepShape(shape)))
            throw Refusal($"Layer '{Name}' expects an input of rank {ConvCell.Axes + 3}, batch and time before {(DataFormat == DataFormats.ChannelsFirst ? "channels, spatial axes" : "spatial axes, channels")}, of the size it was built for. Received shape {shape}.", nameof(shape));
    }

    private void CheckOptions()
    {
        if (Strides.Max() > 1 && DilationRate.Max() > 1)
            throw Refusal($"Only one of Strides and DilationRate of layer '{Name}' can be above 1. Received: Strides={Strides}, DilationRate={DilationRate}.");
    }
}
