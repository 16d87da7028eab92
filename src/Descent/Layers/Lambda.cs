using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that applies a function of tensors: <c>new Lambda(x =&gt; x * x)</c>.</summary>
/// <remarks>
/// It has no weights, and no file can hold it: a function is code. What is to be saved, or learns something, is written as a class that derives from <see cref="Layer"/>.
/// The mask of the input ends here, as in Keras.
/// </remarks>
/// <example><code>
/// var y = new Lambda(x =&gt; Ops.Mean(x, [1])).Apply(x);
/// var z = new Lambda((a, b) =&gt; Ops.Maximum(a, b)).Apply([x, y]);
/// </code></example>
public sealed class Lambda : Layer
{
    private readonly Func<IReadOnlyList<Tensor>, Tensor> _function;
    private readonly int _count;

    /// <summary>Creates a layer of a function of one tensor.</summary>
    /// <param name="function">Takes the input, batch dimension first, and gives the output; it is differentiated through the operations it uses.</param>
    public Lambda(Func<Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        (_function, _count) = (inputs => function(inputs[0]), 1);
    }

    /// <summary>Creates a layer of a function of two tensors.</summary>
    /// <param name="function">Takes the inputs, batch dimension first, and gives the output; it is differentiated through the operations it uses.</param>
    public Lambda(Func<Tensor, Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        (_function, _count) = (inputs => function(inputs[0], inputs[1]), 2);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Call([x], training);

    /// <inheritdoc/>
    public override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != _count)
            throw Refusal($"The function of layer '{Name}' takes {_count} inputs. Received: {inputs.Count}.", nameof(inputs));
        return _function(inputs) ?? throw new InvalidOperationException($"The function of layer '{Name}' must return a tensor. Received: null.");
    }

    /// <summary>Throws: a function cannot be written.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override JsonObject GetConfig() => throw new NotSupportedException(
        $"Layer '{Name}' is a Lambda, whose function is code that no config can hold. Write a class that derives from Layer instead, and register it: KerasRegistry.Register<MyLayer>(\"MyPackage\").");

    // Keras writes Python's bytecode, which nobody should run who reads a file.
    internal static Lambda Refuse(JsonObject config) => throw new ArgumentException(
        $"A Lambda layer holds code, which is never read from a file. Received: '{(config["name"] as JsonValue)?.ToString() ?? "lambda"}'. Write a class that derives from Layer and computes the same, and put it in the place of the Lambda, in Keras too.");
}
