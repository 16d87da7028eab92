using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Memory;

namespace Descent;

/// <summary>An operation of Keras' <c>ops</c> in a graph: what arithmetic with symbolic tensors makes. It is written and read as Keras does; to users it is no layer.</summary>
internal sealed class Operation : Layer
{
    private readonly OperationKind _kind;
    private readonly JsonObject _options;
    private readonly JsonNode?[] _arguments;
    private readonly Func<IReadOnlyList<Tensor>, Tensor> _compute;

    private Operation(OperationKind kind, JsonObject options, JsonNode?[] arguments)
    {
        (_kind, _options, _arguments) = (kind, options, arguments);
        using var _ = StepMemory.Suspend(); // numbers outlive the step that may be running
        _compute = ConfigReader.Read(options, reader => kind.Compile(reader, arguments), kind.Name);
    }

    internal override string ClassName => _kind.Name;

    /// <inheritdoc/>
    protected override bool TakesIntegers => _kind.KeepsType || _kind.Counts;

    /// <summary>Makes an operation of arithmetic.</summary>
    /// <param name="kind">The name of the class in Keras.</param>
    /// <param name="arguments">Symbolic tensors and numbers.</param>
    /// <returns>The symbolic result.</returns>
    public static KerasTensor Apply(string kind, params ReadOnlySpan<object> arguments)
    {
        List<KerasTensor> tensors = [];
        var others = new JsonNode?[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(arguments[i]);
            if (arguments[i] is KerasTensor tensor) tensors.Add(tensor);
            else others[i] = arguments[i] is int whole ? JsonValue.Create(whole) : KerasJson.Float((double)arguments[i]);
        }

        return new Operation(OperationKind.Find(kind, kind), [], others).Apply(tensors);
    }

    /// <summary>Makes the operation of a file.</summary>
    /// <param name="kind">The name of the class.</param>
    /// <param name="name">Its own name.</param>
    /// <param name="config">Its config.</param>
    /// <param name="arguments">Those of its call, null for a tensor.</param>
    /// <exception cref="ArgumentException">The class is not known, or an option or an argument is not one that it has here.</exception>
    public static Operation Read(string kind, string name, JsonObject config, JsonNode?[] arguments)
    {
        var options = config.DeepClone().AsObject();
        options.Remove("name");
        var found = OperationKind.Find(kind, name);
        try
        {
            return new Operation(found, options, arguments) { Name = name };
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"Operation '{name}' of class {kind} cannot be read. {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => _compute([x]);

    /// <inheritdoc/>
    public override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false) => _compute(inputs);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes) =>
        _kind.IsElementwise ? inputShapes.Aggregate(Shape.Broadcast) : base.ComputeOutputShape(inputShapes);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => _kind.IsElementwise ? inputShape : base.ComputeOutputShape(inputShape);

    internal override DType OutputDType(IReadOnlyList<DType> inputs) =>
        _kind.KeepsType ? inputs[0]
        : _kind.Counts && OperationKind.AreIntegers([.. inputs, .. _arguments.OfType<JsonValue>().Select(a => a.TryGetValue(out int _) ? DType.Int32 : DType.Float32)]) ? DType.Int32
        : DType.Float32;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = new JsonObject { ["name"] = Name };
        foreach (var (key, value) in _options) config[key] = value?.DeepClone();
        return config;
    }

    /// <summary>Writes the operation as Keras does: under its own module and name, as it has no public ones.</summary>
    public JsonObject Write() => new()
    {
        ["module"] = _kind.Module,
        ["class_name"] = _kind.Name,
        ["config"] = GetConfig(),
        ["registered_name"] = _kind.Name,
    };

    /// <summary>The arguments of the call as Keras writes them.</summary>
    /// <param name="tensors">Those that are tensors of the graph, in their order.</param>
    public List<JsonNode> WriteArguments(List<JsonNode> tensors)
    {
        if (_kind.TakesList) return [new JsonArray([.. tensors])];
        var next = 0;
        return [.. _arguments.Select(a => a is null ? tensors[next++] : a.DeepClone())];
    }
}
