using System.Text.Json.Nodes;
using Descent.Initializers;
using Descent.Memory;

namespace Descent.Layers;

/// <summary>A layer around another, whose kernel it divides by its largest singular value before each call in training: the layer then stretches no difference of two inputs, which steadies GANs.</summary>
/// <remarks>
/// The kernel, of shape <c>(…, outputs)</c>, counts as a matrix W with a column per output. Its largest singular value is estimated by power iterations that go on from the vector u of the call before:
/// <code>
/// v = normalize(u · Wᵀ)
/// u = normalize(v · W)
/// σ = v · W · uᵀ
/// W = W / σ
/// </code>
/// As in Keras the kernel itself is replaced, and gradients are those with respect to the kernel that came out. A kernel of zeros stays as it is. A step that calls the layer twice in training, with a
/// gradient through both, is refused: the kernel of the first call is gone. Join the inputs in one batch instead.
/// </remarks>
/// <example><code>new SpectralNormalization(new Conv2D(64, [3, 3]))</code></example>
/// <seealso href="https://arxiv.org/abs/1802.05957">Spectral Normalization for Generative Adversarial Networks</seealso>
public sealed class SpectralNormalization : Layer
{
    private Variable? _kernel;
    private Variable? _vectorU;

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">A layer with a weight named <c>kernel</c> or <c>embeddings</c>.</param>
    public SpectralNormalization(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = Track(layer, "layer");
    }

    private SpectralNormalization(ConfigReader reader)
        : base(reader)
    {
        Layer = Track(Deserialize(reader.Object("layer")), "layer");
        PowerIterations = reader.Int("power_iterations", PowerIterations);
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
    }

    /// <summary>The layer whose kernel is divided.</summary>
    public Layer Layer { get; }

    /// <summary>The power iterations of a call, 1 or more. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int PowerIterations
    {
        get;
        init => field = Check.AtLeast(1, value, nameof(PowerIterations));
    } = 1;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    // The layer inside marks its own output.
    internal override int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => Layer.GivenMaskRank(inputShapes);

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        Layer.EnsureBuilt(inputShape);
        _kernel = OwnWeight("kernel") ?? OwnWeight("embeddings") ?? throw Refusal(
            $"Layer '{Name}' expects a layer with a weight named kernel or embeddings. Received: {Layer.GetType().Name} with {(Layer.Weights.Count == 0 ? "no weights" : string.Join(", ", Layer.Weights.Select(w => w.Path)))}.");
        _vectorU = AddWeight("vector_u", [1, _kernel.Shape[^1]], new TruncatedNormal(stddev: 0.02), trainable: false);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckFits(x.Shape);
        if (training && !IsTrial) NormalizeKernel(_kernel!, _vectorU!);
        return Layer.Apply(x, training);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => Layer.ComputeOutputShape(inputShape);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["layer"] = Layer.Serialize();
        config["power_iterations"] = PowerIterations;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SpectralNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SpectralNormalization(reader));

    // Keras counts the kernel among the wrapper's own weights, too, which come first.
    private protected override IEnumerable<Variable> Own() => _kernel is null ? base.Own() : base.Own().Where(v => v != _kernel).Prepend(_kernel);

    // Not those of layers inside the layer: Keras asks for an attribute.
    private Variable? OwnWeight(string name) => Layer.Weights.FirstOrDefault(w => w.Path.EndsWith($"{Layer.Name}/{name}", StringComparison.Ordinal));

    private void NormalizeKernel(Variable kernel, Variable vectorU)
    {
        using var _ = new StepMemory.Seclusion(true);
        var weights = Ops.Reshape(kernel, [-1, kernel.Shape[^1]]);
        if (!weights.AsSpan().ContainsAnyExcept(0f)) return;
        var transposed = Ops.Transpose(weights);
        Tensor u = vectorU, v = u;
        for (var i = 0; i < PowerIterations; i++)
        {
            v = KerasMath.Normalize(Ops.MatMul(u, transposed), -1);
            u = KerasMath.Normalize(Ops.MatMul(v, weights), -1);
        }

        var sigma = Ops.MatMul(Ops.MatMul(v, weights), Ops.Transpose(u));
        vectorU.Assign(u);
        kernel.Assign(Ops.Reshape(weights / sigma, kernel.Shape));
    }
}
