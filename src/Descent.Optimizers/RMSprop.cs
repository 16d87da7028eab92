using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Divides the gradient by a running root of its mean square.</summary>
/// <remarks>
/// <code>
/// v = rho · v + (1 - rho) · g²
/// centered:  a = rho · a + (1 - rho) · g;  d = v - a² + epsilon;  otherwise d = v + epsilon
/// momentum:  m = momentum · m + learningRate · g / √d;  w -= m;  otherwise w -= learningRate · g / √d
/// </code>
/// </remarks>
/// <example><code>
/// var rmsprop = new RMSprop(learningRate: 1e-3) { Rho = 0.9, Momentum = 0.9 };
/// </code></example>
/// <seealso href="http://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf">Hinton, Neural Networks for Machine Learning, lecture 6 (2012)</seealso>
public sealed class RMSprop : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public RMSprop(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private RMSprop(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Rho = reader.Double("rho", Rho);
        Momentum = reader.Double("momentum", Momentum);
        Epsilon = reader.Double("epsilon", Epsilon);
        Centered = reader.Bool("centered", Centered);
    }

    /// <summary>How much of the old mean square stays at each step, in [0, 1). Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Rho
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Rho));
    } = 0.9;

    /// <summary>The share of the last update that the next one keeps, zero or more. Default 0: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Momentum
    {
        get;
        init => field = Check.NotNegative(value, nameof(Momentum));
    }

    /// <summary>Added inside the root, zero or more. Default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-7;

    /// <summary>Whether the mean of the gradient is subtracted: the divisor is then its standard deviation. Default: no.</summary>
    public bool Centered { get; init; }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        AddSlots(["velocity"]);
        if (Momentum > 0) AddSlots(["momentum"]);
        if (Centered) AddSlots(["average_gradient"]);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new RMSpropRule((float)learningRate, (float)Rho, (float)(1 - Rho), (float)Momentum, (float)Epsilon, Centered));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rho"] = KerasJson.Float(Rho);
        config["momentum"] = KerasJson.Float(Momentum);
        config["epsilon"] = KerasJson.Float(Epsilon);
        config["centered"] = Centered;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RMSprop FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RMSprop(reader));
}

internal readonly struct RMSpropRule(float learningRate, float rho, float oneMinusRho, float momentum, float epsilon, bool centered) : IUpdateRule
{
    // Without momentum the mean of the gradient is the second slot.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L v, ref L s1, ref L s2) where L : struct, ILane<L>
    {
        if (momentum > 0) Step(ref w, g, ref v, ref s1, ref s2);
        else Step(ref w, g, ref v, ref s2, ref s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step<L>(ref L w, L g, ref L v, ref L m, ref L a) where L : struct, ILane<L>
    {
        v = v * L.Create(rho) + g * g * L.Create(oneMinusRho);
        var d = v + L.Create(epsilon);
        if (centered)
        {
            a = a * L.Create(rho) + g * L.Create(oneMinusRho);
            d = v - a * a + L.Create(epsilon);
        }

        var step = g * L.Create(learningRate) / L.Sqrt(d);
        if (momentum > 0)
        {
            m = m * L.Create(momentum) + step;
            w -= m;
        }
        else
        {
            w -= step;
        }
    }
}
