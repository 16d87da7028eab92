using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Descent.Activations;

/// <summary>A function that a layer applies to its output, known by a name. Converts implicitly from Keras' names.</summary>
/// <example><code>new Dense(64, "relu");  ActivationFunction.From(x =&gt; x * Ops.Sigmoid(1.702f * x), "quick_gelu")</code></example>
public sealed class ActivationFunction
{
    /// <summary>What classes and files call a function that is no class.</summary>
    private const string FunctionClass = "function";

    /// <summary>What Keras 1 and 2 called <c>hard_sigmoid</c>, which is another function in Keras 3.</summary>
    internal const string OldHardSigmoid = "hard_sigmoid_keras2";

    private static readonly Dictionary<string, ActivationFunction> BuiltIn = BuiltIns();
    private static readonly ConcurrentDictionary<string, ActivationFunction> Registered = new(StringComparer.Ordinal)
    {
        [OldHardSigmoid] = new(OldHardSigmoid, static x => Ops.Clip(0.2f * x + 0.5f, 0, 1)),
    };


    private static readonly ActivationFunction Relu = BuiltIn["relu"];
    private static readonly ActivationFunction Tanh = BuiltIn["tanh"];
    private static readonly ActivationFunction Sigmoid = BuiltIn["sigmoid"];

    private readonly Func<Tensor, Tensor> _function;

    private ActivationFunction(string name, Func<Tensor, Tensor> function) => (Name, _function) = (name, function);

    /// <summary>The identity, which layers use when no activation is given.</summary>
    public static ActivationFunction Linear { get; } = BuiltIn["linear"];

    /// <summary>Keras' name of the function; of two names (<c>swish</c>, <c>silu</c>) the one that Keras writes.</summary>
    public string Name { get; }

    internal bool IsLinear => ReferenceEquals(this, Linear);

    internal bool IsRelu => ReferenceEquals(this, Relu);

    internal bool IsTanh => ReferenceEquals(this, Tanh);

    internal bool IsSigmoid => ReferenceEquals(this, Sigmoid);

    /// <summary>Applies the function.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <returns>A tensor, as a rule of the same shape.</returns>
    public Tensor Apply(Tensor x) => _function(x);

    /// <summary>Wraps a function of the user's own.</summary>
    /// <param name="function">Made of <see cref="Ops"/>, so that it has a gradient.</param>
    /// <param name="name">The name in configs; <see cref="Register"/> makes it readable from them.</param>
    public static ActivationFunction From(Func<Tensor, Tensor> function, string name = "custom")
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ActivationFunction(name, function);
    }

    /// <summary>Makes a function of the user's own known by its name, so that configs which mention it can be read.</summary>
    /// <param name="activation">The function.</param>
    /// <exception cref="ArgumentException">The name belongs to one of Keras' functions.</exception>
    public static void Register(ActivationFunction activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (BuiltIn.ContainsKey(activation.Name))
            throw new ArgumentException($"The name of a registered activation must not be one of Keras' own. Received: '{activation.Name}'.", nameof(activation));
        Registered[activation.Name] = activation;
    }

    /// <summary>Finds a function by name.</summary>
    /// <param name="name">One of Keras' names, in any case, or a registered one.</param>
    /// <exception cref="ArgumentException">No function has this name.</exception>
    public static ActivationFunction Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (BuiltIn.TryGetValue(name, out var found) || Registered.TryGetValue(name, out found)) return found;
        string[] known = [.. BuiltIn.Keys, .. Registered.Keys];
        throw new ArgumentException($"Unknown activation '{name}'.{KerasNames.DidYouMean(name, known)} Known: {string.Join(", ", known)}.", nameof(name));
    }

    /// <summary>Finds a function by Keras' name.</summary>
    /// <param name="name">The name.</param>
    public static implicit operator ActivationFunction(string name) => Get(name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Writes the name; for a function that Keras does not have, the form that Keras gives functions of the user's own.</summary>
    internal JsonNode ToJson() => BuiltIn.ContainsKey(Name) ? Name : new JsonObject
    {
        ["module"] = "builtins",
        ["class_name"] = FunctionClass,
        ["config"] = Name,
        ["registered_name"] = FunctionClass,
    };

    /// <summary>Reads what <see cref="ToJson"/> or Keras wrote; none means linear.</summary>
    internal static ActivationFunction FromJson(JsonNode? json) => json switch
    {
        null => Linear,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Get(value.GetValue<string>()),
        JsonObject described when (string?)described["class_name"] == FunctionClass => FromJson(described["config"]),
        _ => throw new ArgumentException($"An activation must be a name. Received: {KerasNames.Shorten(json)}."),
    };

    private static Dictionary<string, ActivationFunction> BuiltIns()
    {
        var table = new Dictionary<string, ActivationFunction>(KerasNames.Comparer);
        Add("linear", static x => x);
        Add("relu", static x => Ops.Relu(x));
        Add("relu6", static x => Ops.Relu6(x));
        Add("leaky_relu", static x => Ops.LeakyRelu(x));
        Add("elu", static x => Ops.Elu(x));
        Add("selu", static x => Ops.Selu(x));
        Add("celu", static x => Ops.Celu(x));
        Add("gelu", static x => Ops.Gelu(x));
        Add("silu", static x => Ops.Silu(x), "swish");
        Add("sigmoid", static x => Ops.Sigmoid(x));
        Add("hard_sigmoid", static x => Ops.HardSigmoid(x));
        Add("hard_silu", static x => Ops.HardSilu(x), "hard_swish");
        Add("hard_tanh", static x => Ops.HardTanh(x));
        Add("hard_shrink", static x => Ops.HardShrink(x));
        Add("soft_shrink", static x => Ops.SoftShrink(x));
        Add("tanh", static x => Ops.Tanh(x));
        Add("tanh_shrink", static x => Ops.TanhShrink(x));
        Add("softplus", static x => Ops.Softplus(x));
        Add("softsign", static x => Ops.Softsign(x));
        Add("squareplus", static x => Ops.Squareplus(x));
        Add("exponential", static x => Ops.Exp(x));
        Add("mish", static x => Ops.Mish(x));
        Add("log_sigmoid", static x => Ops.LogSigmoid(x));
        Add("sparse_plus", static x => Ops.SparsePlus(x));
        Add("sparse_sigmoid", static x => Ops.SparseSigmoid(x));
        Add("glu", static x => Ops.Glu(x));
        Add("softmax", static x => Ops.Softmax(x));
        Add("log_softmax", static x => Ops.LogSoftmax(x));
        Add("sparsemax", static x => Ops.Sparsemax(x));
        return table;

        void Add(string name, Func<Tensor, Tensor> function, params ReadOnlySpan<string> aliases)
        {
            var activation = new ActivationFunction(name, function);
            table.Add(name, activation);
            foreach (var alias in aliases) table.Add(alias, activation);
        }
    }
}
