using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>Adam of Keras 2.3.1, which steps by the mean of the gradient over the root of its mean square.</summary>
/// <remarks>
/// <inheritdoc cref="LegacyAdam" path="/remarks/node()"/>
/// <para>With <see cref="AmsGrad"/>: <c>v̂ = max(v̂, v)</c> in place of <c>v</c>.</para>
/// </remarks>
/// <inheritdoc cref="LegacyAdam" path="/seealso"/>
/// <example><code>
/// var adam = new Keras2.Adam(lr: 0.001) { Beta1 = 0.9, Beta2 = 0.999 };
/// </code></example>
public sealed class Adam : LegacyAdam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 0.001.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adam(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private Adam(ConfigReader reader)
        : base(KerasVersion.Keras2, reader) => AmsGrad = reader.Bool("amsgrad", AmsGrad);

    /// <inheritdoc cref="AdamBase.AmsGrad"/>
    public bool AmsGrad { get; init; }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        base.BuildSlots();
        if (AmsGrad)
        {
            AddSlots(["vhat"]);
            return;
        }

        // Keras keeps placeholders instead, so that the state has one layout.
        for (var i = 0; i < TrainableVariables.Count; i++) AddVariable(SlotName(i, "vhat"), Tensor.Zeros([1]), new StateKey(TrainableVariables[i], "vhat"));
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step)
    {
        var (beta1, beta2) = UsedBetas;
        if (AmsGrad) runner.Run(AmsGradRule<LegacyArithmetic>.At(step, learningRate, beta1, beta2, UsedEpsilon));
        else base.Update(runner, learningRate, step);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["amsgrad"] = AmsGrad;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adam(reader), "Adam of Keras 2");
}
