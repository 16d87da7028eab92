using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Divides the gradient by the root of the sum of its squares so far: frequent features learn slower.</summary>
/// <remarks>
/// <code>
/// a += g²
/// w -= learningRate · g / √(a + epsilon)
/// </code>
/// <para>The paper's rate is larger: 1 is a common choice; Keras 3 starts the sums at 0.1 where the paper starts at 0.</para>
/// </remarks>
/// <example><code>
/// var adagrad = new Adagrad(learningRate: 0.5) { InitialAccumulatorValue = 0 };
/// </code></example>
/// <seealso href="https://www.jmlr.org/papers/volume12/duchi11a/duchi11a.pdf">Adaptive Subgradient Methods for Online Learning and Stochastic Optimization (2011)</seealso>
public sealed class Adagrad : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adagrad(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Adagrad(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        InitialAccumulatorValue = reader.Double("initial_accumulator_value", InitialAccumulatorValue);
        Epsilon = reader.Double("epsilon", Epsilon);
    }

    /// <summary>The first value of the sum of squares. Default 0.1; as in Keras it may be negative, which gives NaN until the sum is positive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double InitialAccumulatorValue
    {
        get;
        init => field = Check.Finite(value, nameof(InitialAccumulatorValue));
    } = 0.1;

    /// <summary>Added inside the root, zero or more. Default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-7;

    /// <inheritdoc/>
    protected override void BuildSlots() => AddSlots(["accumulator"], InitialAccumulatorValue);

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new AdagradRule((float)learningRate, (float)Epsilon));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["initial_accumulator_value"] = KerasJson.Float(InitialAccumulatorValue);
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adagrad FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adagrad(reader));
}

internal readonly struct AdagradRule(float learningRate, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L a, ref L _, ref L __) where L : struct, ILane<L>
    {
        a += g * g;
        w -= g * L.Create(learningRate) / L.Sqrt(a + L.Create(epsilon));
    }
}
