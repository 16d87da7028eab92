using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Attention without projections: each query gets the mean of the values, weighted by how well their keys match it.</summary>
/// <remarks>
/// Inputs: query <c>(batch, queries, features)</c>, value <c>(batch, keys, …)</c> and, if it is not the value, a key. The score of a pair is the dot product, or with
/// <see cref="ScoreMode"/> <c>"concat"</c> <c>w · Σ tanh(query + key)</c>. Masked values count for nothing; the output of masked queries is 0.
/// <see cref="LayerCall.UseCausalMask"/> hides later keys, <see cref="LayerCall.ReturnAttentionScores"/> adds the probabilities as a second output.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1508.04025">Luong et al., Effective Approaches to Attention-based Neural Machine Translation (2015)</seealso>
public sealed class Attention : ScoredAttention
{
    private Variable? _scale;
    private Variable? _concatScoreWeight;

    /// <summary>Creates the layer.</summary>
    public Attention()
    {
    }

    private Attention(ConfigReader reader)
        : base(reader)
    {
        UseScale = reader.Bool("use_scale", UseScale);
        ScoreMode = reader.String("score_mode", ScoreMode);
    }

    /// <summary>Whether a learned factor scales the scores; default false.</summary>
    public bool UseScale { get; init; }

    /// <summary>How scores are computed: <c>"dot"</c>, the default, or <c>"concat"</c>.</summary>
    /// <exception cref="ArgumentException">The mode is neither.</exception>
    public string ScoreMode
    {
        get;
        init => field = value is "dot" or "concat" ? value : throw new ArgumentException($"ScoreMode must be 'dot' or 'concat'. Received: '{value}'.", nameof(value));
    } = "dot";

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Shape> inputShapes)
    {
        CheckShapes(inputShapes);
        _scale = UseScale ? AddWeight("scale", Shape.Scalar, "ones") : null;
        _concatScoreWeight = ScoreMode == "concat" ? AddWeight("concat_score_weight", Shape.Scalar, "ones") : null;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["use_scale"] = UseScale;
        config["score_mode"] = ScoreMode;
        WriteDropout(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Attention FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Attention(reader));

    private protected override Tensor? DotQuery(Tensor query) =>
        ScoreMode != "dot" ? null : _scale is null ? query : query * _scale;

    private protected override Tensor Scores(Tensor sums)
    {
        if (_scale is not null) sums *= _scale;
        return _concatScoreWeight! * Ops.Sum(Ops.Tanh(sums), [-1]);
    }
}
