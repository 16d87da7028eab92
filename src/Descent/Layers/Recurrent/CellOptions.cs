using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>What can be chosen for a cell of Keras' own, and the layer around it alike: its form in a config stands here once.</summary>
internal sealed class CellOptions(int units)
{
    private double _dropout;
    private double _recurrentDropout;

    public int Units { get; } = Check.AtLeast(1, units, nameof(Units));

    public ActivationFunction Activation { get; set; } = "tanh";

    /// <summary>Null for a cell without gates.</summary>
    public ActivationFunction? RecurrentActivation { get; set; }

    public bool UseBias { get; set; } = true;

    /// <summary>Null for any cell but the LSTM.</summary>
    public bool? UnitForgetBias { get; set; }

    /// <summary>Null for any cell but the GRU.</summary>
    public bool? ResetAfter { get; set; }

    public Initializer KernelInitializer { get; set; } = "glorot_uniform";

    public Initializer RecurrentInitializer { get; set; } = "orthogonal";

    public Initializer BiasInitializer { get; set; } = "zeros";

    public Regularizer? KernelRegularizer { get; set; }

    public Regularizer? RecurrentRegularizer { get; set; }

    public Regularizer? BiasRegularizer { get; set; }

    public Constraint? KernelConstraint { get; set; }

    public Constraint? RecurrentConstraint { get; set; }

    public Constraint? BiasConstraint { get; set; }

    public double Dropout
    {
        get => _dropout;
        set => _dropout = Check.UnitInterval(value, nameof(Dropout));
    }

    public double RecurrentDropout
    {
        get => _recurrentDropout;
        set => _recurrentDropout = Check.UnitInterval(value, nameof(RecurrentDropout));
    }

    public long? Seed { get; set; }

    public static CellOptions ForSimpleRnn(int units) => new(units);

    public static CellOptions ForLstm(int units) => new(units) { RecurrentActivation = "sigmoid", UnitForgetBias = true };

    public static CellOptions ForGru(int units) => new(units) { RecurrentActivation = "sigmoid", ResetAfter = true };

    /// <summary>Reads what a config gives, over the defaults that are set.</summary>
    public CellOptions Read(ConfigReader reader)
    {
        if (reader.Has("activation")) Activation = ActivationFunction.FromJson(reader.Node("activation"));
        if (RecurrentActivation is not null && reader.Has("recurrent_activation")) RecurrentActivation = ActivationFunction.FromJson(reader.Node("recurrent_activation"));
        UseBias = reader.Bool("use_bias", UseBias);
        if (UnitForgetBias is { } unitForgetBias) UnitForgetBias = reader.Bool("unit_forget_bias", unitForgetBias);
        if (ResetAfter is { } resetAfter) ResetAfter = reader.Bool("reset_after", resetAfter);
        KernelInitializer = Layer.ReadInitializer(reader, "kernel_initializer", KernelInitializer);
        RecurrentInitializer = Layer.ReadInitializer(reader, "recurrent_initializer", RecurrentInitializer);
        BiasInitializer = Layer.ReadInitializer(reader, "bias_initializer", BiasInitializer);
        KernelRegularizer = Layer.ReadRegularizer(reader, "kernel_regularizer");
        RecurrentRegularizer = Layer.ReadRegularizer(reader, "recurrent_regularizer");
        BiasRegularizer = Layer.ReadRegularizer(reader, "bias_regularizer");
        KernelConstraint = Layer.ReadConstraint(reader, "kernel_constraint");
        RecurrentConstraint = Layer.ReadConstraint(reader, "recurrent_constraint");
        BiasConstraint = Layer.ReadConstraint(reader, "bias_constraint");
        Dropout = reader.Double("dropout", Dropout);
        RecurrentDropout = reader.Double("recurrent_dropout", RecurrentDropout);
        Seed = reader.NullableLong("seed");
        reader.Ignore("implementation"); // how Keras computes, not what
        return this;
    }

    /// <summary>Writes Keras' keys; a layer has its activity regularizer among them, and one without gates no seed.</summary>
    public void Write(JsonObject config, Layer owner)
    {
        config.Remove("activity_regularizer");
        config["units"] = Units;
        config["activation"] = Activation.ToJson();
        if (RecurrentActivation is not null) config["recurrent_activation"] = RecurrentActivation.ToJson();
        config["use_bias"] = UseBias;
        if (UnitForgetBias is { } unitForgetBias) config["unit_forget_bias"] = unitForgetBias;
        config["kernel_initializer"] = KerasRegistry.Serialize(KernelInitializer);
        config["recurrent_initializer"] = KerasRegistry.Serialize(RecurrentInitializer);
        config["bias_initializer"] = KerasRegistry.Serialize(BiasInitializer);
        config["kernel_regularizer"] = Layer.Write(KernelRegularizer);
        config["recurrent_regularizer"] = Layer.Write(RecurrentRegularizer);
        config["bias_regularizer"] = Layer.Write(BiasRegularizer);
        if (owner is not RNNCell) config["activity_regularizer"] = Layer.Write(owner.ActivityRegularizer);
        config["kernel_constraint"] = Layer.Write(KernelConstraint);
        config["recurrent_constraint"] = Layer.Write(RecurrentConstraint);
        config["bias_constraint"] = Layer.Write(BiasConstraint);
        config["dropout"] = KerasJson.Float(Dropout);
        config["recurrent_dropout"] = KerasJson.Float(RecurrentDropout);
        if (ResetAfter is { } resetAfter) config["reset_after"] = resetAfter;
        if (owner is RNNCell || RecurrentActivation is not null) config["seed"] = Seed;
    }
}
