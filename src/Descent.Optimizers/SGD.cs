using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Gradient descent, with momentum if wanted.</summary>
/// <remarks>
/// <code>
/// without momentum:  w -= learningRate · g
/// with momentum:     m = momentum · m - learningRate · g;  w += m
/// with Nesterov:     m = momentum · m - learningRate · g;  w += momentum · m - learningRate · g
/// </code>
/// </remarks>
/// <example><code>
/// var sgd = new SGD(learningRate: 0.01) { Momentum = 0.9, Nesterov = true };
/// </code></example>
/// <seealso href="http://www.cs.toronto.edu/~fritz/absps/momentum.pdf">On the importance of initialization and momentum in deep learning (2013)</seealso>
public sealed class SGD : RuleOptimizer
{
    private const double DefaultLearningRate = 0.01;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.01.</param>
    public SGD(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private SGD(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Momentum = reader.Double("momentum", Momentum);
        Nesterov = reader.Bool("nesterov", Nesterov);
    }

    /// <summary>The share of the last update that the next one keeps, in [0, 1]. Default 0: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double Momentum
    {
        get;
        init => field = Check.UnitInterval(value, nameof(Momentum));
    }

    /// <summary>Whether the momentum looks ahead (Nesterov). Default: no.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        if (Momentum != 0) AddSlots(["momentum"]);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step)
    {
        if (Momentum == 0) runner.Run(new SGDRule((float)learningRate));
        else runner.Run(new MomentumRule((float)learningRate, (float)Momentum, Nesterov));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["momentum"] = KerasJson.Float(Momentum);
        config["nesterov"] = Nesterov;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SGD FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SGD(reader));
}

internal readonly struct SGDRule(float learningRate) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L _, ref L __, ref L ___) where L : struct, ILane<L> => w -= g * L.Create(learningRate);
}

internal readonly struct MomentumRule(float learningRate, float momentum, bool nesterov) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L _, ref L __) where L : struct, ILane<L>
    {
        var step = g * L.Create(learningRate);
        m = m * L.Create(momentum) - step;
        w += nesterov ? m * L.Create(momentum) - step : m;
    }
}
