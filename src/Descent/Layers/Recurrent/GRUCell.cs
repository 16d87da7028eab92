using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>One step of a <see cref="GRU"/>.</summary>
/// <remarks>
/// <code>
/// z, r = σ(x · kernel + h · recurrentKernel + bias), in parts of units columns
/// g = tanh(x · kernel + r · (h · recurrentKernel + recurrent bias))        with reset after the product, the default
/// g = tanh(x · kernel + (r · h) · recurrentKernel)                         with reset before it
/// h' = z · h + (1 - z) · g
/// </code>
/// Input <c>(batch, features)</c>; output and state <c>(batch, units)</c>. Weights: kernel <c>(features, 3 · units)</c>, recurrent kernel <c>(units, 3 · units)</c>,
/// bias <c>(2, 3 · units)</c>, that of the input and that of the state, or <c>(3 · units)</c> with reset before the product.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1406.1078">Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014)</seealso>
public sealed class GRUCell : DropoutRNNCell
{
    /// <summary>Creates the cell.</summary>
    /// <param name="units">The size of the output and of the state, 1 or more.</param>
    /// <param name="activation">The function of g; default tanh.</param>
    /// <param name="recurrentActivation">The function of z and r; default sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public GRUCell(int units, ActivationFunction? activation = null, ActivationFunction? recurrentActivation = null)
        : this(CellOptions.ForGru(units))
    {
        Options.Activation = activation ?? Options.Activation;
        Options.RecurrentActivation = recurrentActivation ?? Options.RecurrentActivation;
    }

    internal GRUCell(CellOptions options)
        : base(options)
    {
    }

    private GRUCell(ConfigReader reader)
        : base(reader, CellOptions.ForGru(reader.Int("units")))
    {
    }

    /// <summary>The function of z and r; default sigmoid.</summary>
    public ActivationFunction RecurrentActivation => Options.RecurrentActivation!;

    /// <summary>Whether the state is multiplied with the weights before it is reset; default true. False is the form of the paper.</summary>
    public bool ResetAfter { get => Options.ResetAfter!.Value; init => Options.ResetAfter = value; }

    private protected override int Gates => 3;

    private protected override Shape BiasShape => ResetAfter ? [2, 3 * Units] : [3 * Units];

    /// <summary>Makes the cell from what <see cref="DropoutRNNCell.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new cell.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GRUCell FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GRUCell(reader));

    internal override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks)
    {
        var (h, kernel, dropped) = (states[0], RecurrentKernel, masks?.Recurrent);
        var biases = ResetAfter && Bias is { } both ? Ops.Split(both, 2) : null;
        var recurrentBias = biases is null ? null : Ops.Reshape(biases[1], [3 * Units]);
        var gates = Project(h, kernel, recurrentBias, dropped, 0, 2);
        var projected = Project(x, Kernel, biases is null ? Bias : Ops.Reshape(biases[0], [3 * Units]), masks?.Input);
        var next = Ops.GruStep(projected, gates, h, Candidate, Activation.Apply, RecurrentActivation.Apply);
        return [next, next];

        Tensor Candidate(Tensor r) => ResetAfter
            ? r * Project(h, kernel, recurrentBias, dropped, 2, 1)
            : Project(r * h, kernel, null, dropped, 2, 1);
    }

    private protected override Tensor Fuse(in RecurrenceInputs inputs, RecurrenceOptions options) => Ops.GruRecurrence(inputs, options, ResetAfter);
}
