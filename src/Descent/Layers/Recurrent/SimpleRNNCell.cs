using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>One step of a <see cref="SimpleRNN"/>: <c>h' = activation(x · kernel + h · recurrentKernel + bias)</c>.</summary>
/// <remarks>Input <c>(batch, features)</c>; output and state <c>(batch, units)</c>. Weights: kernel <c>(features, units)</c>, recurrent kernel <c>(units, units)</c>, bias <c>(units)</c>.</remarks>
public sealed class SimpleRNNCell : DropoutRNNCell
{
    /// <summary>Creates the cell.</summary>
    /// <param name="units">The size of the output and of the state, 1 or more.</param>
    /// <param name="activation">The function of the new state; default tanh.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public SimpleRNNCell(int units, ActivationFunction? activation = null)
        : this(CellOptions.ForSimpleRnn(units)) => Options.Activation = activation ?? Options.Activation;

    internal SimpleRNNCell(CellOptions options)
        : base(options)
    {
    }

    private SimpleRNNCell(ConfigReader reader)
        : base(reader, CellOptions.ForSimpleRnn(reader.Int("units")))
    {
    }

    private protected override int Gates => 1;

    /// <summary>Makes the cell from what <see cref="DropoutRNNCell.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new cell.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SimpleRNNCell FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SimpleRNNCell(reader));

    internal override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks)
    {
        var h = Activation.Apply(Project(x, Kernel, Bias, masks?.Input) + Project(states[0], RecurrentKernel, null, masks?.Recurrent));
        return [h, h];
    }

    private protected override Tensor Fuse(in RecurrenceInputs inputs, RecurrenceOptions options) => Ops.SimpleRecurrence(inputs, options);
}
