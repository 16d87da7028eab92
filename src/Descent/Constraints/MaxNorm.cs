using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>Shortens vectors that are longer than a limit to it: <c>w · min(‖w‖, max) / (‖w‖ + ε)</c>.</summary>
/// <example><code>new Dense(64) { KernelConstraint = new MaxNorm(3) }</code></example>
/// <seealso href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al., Dropout (section 5.1)</seealso>
public sealed class MaxNorm : NormConstraint
{
    private const double DefaultMaxValue = 2;

    /// <summary>Creates the constraint.</summary>
    /// <param name="maxValue">The limit, 0 or more; default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxValue"/> is negative or not finite.</exception>
    public MaxNorm(double maxValue = DefaultMaxValue) => MaxValue = Check.NotNegative(maxValue, nameof(MaxValue));

    private MaxNorm(ConfigReader reader)
        : base(reader)
        => MaxValue = Check.NotNegative(reader.Double("max_value", DefaultMaxValue), nameof(MaxValue));

    /// <summary>The greatest norm.</summary>
    public double MaxValue { get; }

    private protected override Tensor Desired(Tensor norms) => Ops.Minimum(norms, (float)MaxValue);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        // Keras' default is an integer; what its users give, a float.
        config["max_value"] = MaxValue == DefaultMaxValue ? KerasJson.Number(MaxValue) : KerasJson.Float(MaxValue);
        return config;
    }

    /// <summary>Makes the constraint from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MaxNorm FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MaxNorm(reader));
}
