using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>What dense layers and the heads of attention have in common: the options of a kernel and of a bias, or of several.</summary>
public abstract class ProjectionLayer : Layer
{
    private protected ProjectionLayer()
    {
    }

    private protected ProjectionLayer(ConfigReader reader)
        : base(reader)
    {
        KernelInitializer = ReadInitializer(reader, "kernel_initializer", KernelInitializer);
        BiasInitializer = ReadInitializer(reader, "bias_initializer", BiasInitializer);
        KernelRegularizer = ReadRegularizer(reader, "kernel_regularizer");
        BiasRegularizer = ReadRegularizer(reader, "bias_regularizer");
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
        KernelConstraint = ReadConstraint(reader, "kernel_constraint");
        BiasConstraint = ReadConstraint(reader, "bias_constraint");
    }

    /// <summary>Gives each kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get; init; } = "glorot_uniform";

    /// <summary>Gives each bias its first value; default <c>"zeros"</c>.</summary>
    public Initializer BiasInitializer { get; init; } = "zeros";

    /// <summary>A penalty on each kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on each bias; default none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>Applied to each kernel after each step; default none.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>Applied to each bias after each step; default none.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>Creates a kernel with these options.</summary>
    private protected Variable AddKernel(Shape shape, Initializer? initializer = null) => AddWeight("kernel", shape, initializer ?? KernelInitializer, true, KernelRegularizer, KernelConstraint);

    /// <summary>Creates a bias with these options.</summary>
    private protected Variable AddBias(Shape shape) => AddWeight("bias", shape, BiasInitializer, true, BiasRegularizer, BiasConstraint);

    /// <summary>Writes these options.</summary>
    /// <param name="config">What to write to.</param>
    /// <param name="withActivity">Whether Keras has the penalty on activity among them, even where there is none.</param>
    private protected void WriteWeights(JsonObject config, bool withActivity)
    {
        config["kernel_initializer"] = KerasRegistry.Serialize(KernelInitializer);
        config["bias_initializer"] = KerasRegistry.Serialize(BiasInitializer);
        config["kernel_regularizer"] = Write(KernelRegularizer);
        config["bias_regularizer"] = Write(BiasRegularizer);
        if (withActivity)
        {
            config.Remove("activity_regularizer");
            config["activity_regularizer"] = Write(ActivityRegularizer);
        }

        config["kernel_constraint"] = Write(KernelConstraint);
        config["bias_constraint"] = Write(BiasConstraint);
    }

    /// <summary>Refuses Keras' quantized layers.</summary>
    private protected void RefuseQuantization(ConfigReader reader)
    {
        if (reader.Node("quantization_config") is { } quantization)
            throw new ArgumentException($"Argument 'quantization_config' of {GetType().Name} must be null: quantized layers are not supported. Received: {KerasNames.Shorten(quantization)}.");
    }
}
