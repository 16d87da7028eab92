using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>Convolutions over one, two or three axes.</summary>
public abstract class Convolution : FullConvolution
{
    private protected Convolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, filters, kernelSize, activation)
    {
    }

    private protected Convolution(int axes, ConfigReader reader)
        : base(axes, reader) => Groups = reader.Int("groups", Groups);

    /// <summary>Into how many groups channels and filters are divided, each convolved for itself; must divide both; default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int Groups
    {
        get;
        init => field = CheckCount(value, nameof(Groups));
    } = 1;

    private protected override void CheckOptions()
    {
        base.CheckOptions();
        if (Filters % Groups != 0)
            throw Refusal($"Groups of layer '{Name}' must divide its filters. Received: Groups={Groups}, Filters={Filters}.");
    }

    private protected override int[] ChannelAxes(int channels) => channels % Groups == 0 ? [channels / Groups, Filters] : throw Refusal(
        $"Groups of layer '{Name}' must divide the channels of its input. Received: Groups={Groups}, {channels} channels.");

    private protected override Tensor Compute(Tensor x) => Ops.Conv(x, Kernel, BiasTensor, Activation.IsRelu, WindowOver(x));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        WriteBefore(config, "activation", "groups", Groups);
        return config;
    }
}
