using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>What Adam and its relatives of Keras 1 and 2 have in common: two running means of the gradient, and the options that govern them.</summary>
public abstract class LegacyAdamFamily : LegacyAdaptive
{
    private protected LegacyAdamFamily(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyAdamFamily(KerasVersion version, ConfigReader reader, double lr)
        : base(version, reader, lr)
    {
        Beta1 = reader.Double("beta_1", Beta1);
        Beta2 = reader.Double("beta_2", Beta2);
    }

    /// <inheritdoc cref="AdamFamily.Beta1"/>
    public double Beta1
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Beta1));
    } = 0.9;

    /// <inheritdoc cref="AdamFamily.Beta2"/>
    public double Beta2
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Beta2));
    } = 0.999;

    /// <summary>The betas of the formula, which Keras keeps in float32: 1 - 0.999f is 1.3e-5 away from 0.001.</summary>
    private protected (double First, double Second) UsedBetas => ((float)Beta1, (float)Beta2);

    private protected sealed override bool UsesStep => true;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta_1"] = KerasJson.Float32(Beta1);
        config["beta_2"] = KerasJson.Float32(Beta2);
        return config;
    }
}
