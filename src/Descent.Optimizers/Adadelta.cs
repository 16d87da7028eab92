using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adagrad over a window, with steps in the units of the weights.</summary>
/// <remarks>
/// <code>
/// a = rho · a + (1 - rho) · g²
/// Δ = -√(d + epsilon) / √(a + epsilon) · g
/// d = rho · d + (1 - rho) · Δ²
/// w += learningRate · Δ
/// </code>
/// <para>The paper has no learning rate: 1 is its formula. The default is that of Keras 3.</para>
/// </remarks>
/// <example><code>
/// var adadelta = new Adadelta(learningRate: 1.0);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1212.5701">ADADELTA: An Adaptive Learning Rate Method (2012)</seealso>
public sealed class Adadelta : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adadelta(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Adadelta(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Rho = reader.Double("rho", Rho);
        Epsilon = reader.Double("epsilon", Epsilon);
    }

    /// <summary>How much of the old means stays at each step, in [0, 1). Default 0.95.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Rho
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Rho));
    } = 0.95;

    /// <summary>Added inside the roots, zero or more. Default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-7;

    /// <inheritdoc/>
    protected override void BuildSlots() => AddSlots(["accumulated_grad", "accumulated_delta_var"]);

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new AdadeltaRule((float)learningRate, (float)Rho, (float)(1 - Rho), (float)Epsilon));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rho"] = KerasJson.Float(Rho);
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adadelta FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adadelta(reader));
}

internal readonly struct AdadeltaRule(float learningRate, float rho, float oneMinusRho, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L a, ref L d, ref L _) where L : struct, ILane<L>
    {
        a = a * L.Create(rho) + g * g * L.Create(oneMinusRho);
        var delta = -(L.Sqrt(d + L.Create(epsilon)) * g / L.Sqrt(a + L.Create(epsilon)));
        d = d * L.Create(rho) + delta * delta * L.Create(oneMinusRho);
        w += delta * L.Create(learningRate);
    }
}
