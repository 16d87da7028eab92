using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A layer that applies an activation function and keeps the shape.</summary>
/// <example><code>new Activation("softmax")</code></example>
public sealed class Activation : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="activation">The function, or its name.</param>
    public Activation(ActivationFunction activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        Function = activation;
    }

    private Activation(ConfigReader reader)
        : base(reader)
    {
        Function = ActivationFunction.FromJson(reader.Node("activation"));
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
    }

    /// <summary>The function.</summary>
    public ActivationFunction Function { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Function.Apply(x);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["activation"] = Function.ToJson();
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Activation FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Activation(reader));
}
