using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>One step of an <see cref="LSTM"/>.</summary>
/// <remarks>
/// <code>
/// i, f, g, o = x · kernel + h · recurrentKernel + bias, in parts of units columns
/// c' = σ(f) · c + σ(i) · tanh(g)        h' = σ(o) · tanh(c')
/// </code>
/// Input <c>(batch, features)</c>; the output and both states, h and c, <c>(batch, units)</c>. Weights: kernel <c>(features, 4 · units)</c>, recurrent kernel <c>(units, 4 · units)</c>, bias <c>(4 · units)</c>.
/// </remarks>
/// <seealso href="https://doi.org/10.1162/neco.1997.9.8.1735">Hochreiter and Schmidhuber, Long Short-Term Memory (1997)</seealso>
public sealed class LSTMCell : DropoutRNNCell
{
    /// <summary>Creates the cell.</summary>
    /// <param name="units">The size of the output and of the states, 1 or more.</param>
    /// <param name="activation">The function of g and of the carry; default tanh.</param>
    /// <param name="recurrentActivation">The function of i, f and o; default sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public LSTMCell(int units, ActivationFunction? activation = null, ActivationFunction? recurrentActivation = null)
        : this(CellOptions.ForLstm(units))
    {
        Options.Activation = activation ?? Options.Activation;
        Options.RecurrentActivation = recurrentActivation ?? Options.RecurrentActivation;
    }

    internal LSTMCell(CellOptions options)
        : base(options)
    {
    }

    private LSTMCell(ConfigReader reader)
        : base(reader, CellOptions.ForLstm(reader.Int("units")))
    {
    }

    /// <summary>The function of i, f and o; default sigmoid.</summary>
    public ActivationFunction RecurrentActivation => Options.RecurrentActivation!;

    /// <summary>Whether the bias of f begins with 1, so that a new cell remembers; default true.</summary>
    /// <seealso href="https://proceedings.mlr.press/v37/jozefowicz15.html">Jozefowicz et al., An Empirical Exploration of Recurrent Network Architectures (2015)</seealso>
    public bool UnitForgetBias { get => Options.UnitForgetBias!.Value; init => Options.UnitForgetBias = value; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> StateSizes => [Units, Units];

    private protected override int Gates => 4;

    /// <summary>Makes the cell from what <see cref="DropoutRNNCell.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new cell.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static LSTMCell FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LSTMCell(reader));

    internal override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks)
    {
        var z = Project(x, Kernel, Bias, masks?.Input) + Project(states[0], RecurrentKernel, null, masks?.Recurrent);
        var (h, c) = Ops.LstmStep(z, states[1], Activation.Apply, RecurrentActivation.Apply);
        return [h, h, c];
    }

    private protected override Tensor Fuse(in RecurrenceInputs inputs, RecurrenceOptions options) => Ops.LstmRecurrence(inputs, options);
}
