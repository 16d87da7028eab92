using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Attention with the score <c>Σ scale · tanh(query + key)</c>.</summary>
/// <remarks>Inputs, masks and outputs as those of <see cref="Attention"/>.</remarks>
/// <seealso href="https://arxiv.org/abs/1409.0473">Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and Translate (2014)</seealso>
public sealed class AdditiveAttention : ScoredAttention
{
    private Variable? _scale;

    /// <summary>Creates the layer.</summary>
    public AdditiveAttention()
    {
    }

    private AdditiveAttention(ConfigReader reader)
        : base(reader) => UseScale = reader.Bool("use_scale", UseScale);

    /// <summary>Whether each feature has a learned factor; default true.</summary>
    public bool UseScale { get; init; } = true;

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Shape> inputShapes)
    {
        CheckShapes(inputShapes);
        _scale = UseScale ? AddWeight("scale", [inputShapes[0][^1]], "glorot_uniform") : null;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["use_scale"] = UseScale;
        WriteDropout(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static AdditiveAttention FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new AdditiveAttention(reader));

    private protected override Tensor Scores(Tensor sums)
    {
        var squashed = Ops.Tanh(sums);
        return Ops.Sum(_scale is null ? squashed : squashed * _scale, [-1]);
    }
}
