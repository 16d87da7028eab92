using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>Makes the computation of an operation from its config and its arguments.</summary>
/// <param name="options">The config without the name.</param>
/// <param name="arguments">Those of the call: null for a tensor of the graph, and what stands beside those, such as a number.</param>
internal delegate Func<IReadOnlyList<Tensor>, Tensor> OperationCompiler(ConfigReader options, JsonNode?[] arguments);

/// <summary>A class of operations that Keras has and a functional model can have here.</summary>
internal sealed class OperationKind
{
    private static readonly Dictionary<string, OperationKind> Kinds = new OperationKind[]
    {
        Elementwise("Add", Ops.Add, static (x, y) => x + y),
        Elementwise("Subtract", Ops.Subtract, static (x, y) => x - y),
        Elementwise("Multiply", Ops.Multiply, static (x, y) => x * y),
        Elementwise("Divide", Ops.Divide),
        Elementwise("TrueDivide", Ops.Divide),
        Elementwise("Power", Ops.Power),
        Elementwise("Maximum", Ops.Maximum, Math.Max),
        Elementwise("Minimum", Ops.Minimum, Math.Min),
        Elementwise("Negative", Ops.Negative, static (x, _) => -x),
        Elementwise("Absolute", Ops.Abs, static (x, _) => x < 0 ? -x : x),
        Elementwise("Exp", Ops.Exp),
        Elementwise("Log", Ops.Log),
        Elementwise("Sqrt", Ops.Sqrt),
        Elementwise("Square", Ops.Square, static (x, _) => x * x),
        Elementwise("Sin", Ops.Sin),
        Elementwise("Cos", Ops.Cos),
        Elementwise("Tanh", Ops.Tanh),
        new("Relu", (_, arguments) => One(arguments, Ops.Relu)) { Module = "keras.src.ops.nn", IsElementwise = true },
        new("Sigmoid", (_, arguments) => One(arguments, Ops.Sigmoid)) { Module = "keras.src.ops.nn", IsElementwise = true },
        new("Softmax", (options, arguments) => Along(options.Int("axis", -1), arguments, Ops.Softmax)) { Module = "keras.src.ops.nn" },
        new("Matmul", (_, arguments) => Two(arguments, Ops.MatMul)),
        Reduction("Sum", Ops.Sum),
        Reduction("Mean", Ops.Mean),
        Reduction("Max", Ops.Max),
        Reduction("Min", Ops.Min),
        new("Reshape", (options, arguments) => With(ConfigShapes.Read(options.Array("newshape")), arguments, Ops.Reshape)) { KeepsType = true },
        new("Transpose", (options, arguments) => With(options.Ints("axes"), arguments, Ops.Transpose)) { KeepsType = true },
        new("Squeeze", (options, arguments) => With(Axes(options), arguments, Ops.Squeeze)) { KeepsType = true },
        new("ExpandDims", (options, arguments) => Along(options.Int("axis"), arguments, Ops.ExpandDims)) { KeepsType = true },
        new("Concatenate", (options, _) => options.Int("axis", 0) is var axis ? x => Ops.Concatenate(x, axis) : null!) { KeepsType = true, TakesList = true },
        new("Stack", (options, _) => options.Int("axis", 0) is var axis ? x => Ops.Stack(x, axis) : null!) { KeepsType = true, TakesList = true },
        new("GetItem", (_, arguments) => With(ItemKey.Read(arguments), [null], (x, key) => key.Of(x))) { KeepsType = true },
    }.ToDictionary(k => k.Name, StringComparer.Ordinal);

    private OperationKind(string name, OperationCompiler compile) => (Name, Compile) = (name, compile);

    /// <summary>The name of the class.</summary>
    public string Name { get; }

    /// <summary>Makes the computation.</summary>
    public OperationCompiler Compile { get; }

    /// <summary>The module that Keras writes.</summary>
    public string Module { get; private init; } = "keras.src.ops.numpy";

    /// <summary>Whether the output has the shape that the inputs broadcast to.</summary>
    public bool IsElementwise { get; private init; }

    /// <summary>Whether the output has the type of the input, whatever that is.</summary>
    public bool KeepsType { get; private init; }

    /// <summary>Whether integers with integers make integers.</summary>
    public bool Counts { get; private init; }

    /// <summary>Whether the tensors are given as one list.</summary>
    public bool TakesList { get; private init; }

    /// <summary>Finds a class by its name.</summary>
    /// <exception cref="ArgumentException">It is not known here.</exception>
    public static OperationKind Find(string name, string operation) => Kinds.TryGetValue(name, out var kind) ? kind : throw new ArgumentException(
        $"A functional model must consist of layers, and of operations that are known: {string.Join(", ", Kinds.Keys)}; others are read only where they make masks that layers pass on. Received: '{operation}' of class {name}, which a layer reads from.");

    /// <summary>Whether integers are made of operands of these types: of integers, and of bool beside them.</summary>
    public static bool AreIntegers(params ReadOnlySpan<DType> types) => types.Contains(DType.Int32) && !types.Contains(DType.Float32);

    private static OperationKind Elementwise(string name, Func<Tensor, Tensor, Tensor> compute) => new(name, (_, arguments) => Two(arguments, compute)) { IsElementwise = true };

    private static OperationKind Elementwise(string name, Func<Tensor, Tensor, Tensor> compute, Func<int, int, int> count) => new(
        name,
        (_, arguments) => Two(arguments, (x, y) => AreIntegers(x.DType, y.DType) ? Ops.ZipIntegers(x, y, count) : compute(Floats(x), Floats(y))))
    {
        IsElementwise = true,
        Counts = true,
    };

    private static OperationKind Elementwise(string name, Func<Tensor, Tensor> compute) => new(name, (_, arguments) => One(arguments, compute)) { IsElementwise = true };

    private static OperationKind Elementwise(string name, Func<Tensor, Tensor> compute, Func<int, int, int> count) => new(
        name,
        (_, arguments) => One(arguments, x => AreIntegers(x.DType) ? Ops.ZipIntegers(x, x, count) : compute(Floats(x))))
    {
        IsElementwise = true,
        Counts = true,
    };

    private static Tensor Floats(Tensor x) => Ops.Cast(x, DType.Float32);

    private static OperationKind Reduction(string name, Func<Tensor, int[]?, bool, Tensor> compute) => new(name, (options, arguments) =>
    {
        var (axes, keepDimensions) = (Axes(options), options.Bool("keepdims", false));
        if (options.Node("initial") is { } initial)
            throw new ArgumentException($"Argument 'initial' of {name} must be null. Received: {KerasNames.Shorten(initial)}.");
        return One(arguments, x => compute(x, axes, keepDimensions));
    });

    private static Func<IReadOnlyList<Tensor>, Tensor> One(JsonNode?[] arguments, Func<Tensor, Tensor> compute) =>
        arguments is [null] ? x => compute(x[0]) : throw Bad(arguments);

    // Keras takes numbers in the place of tensors.
    private static Func<IReadOnlyList<Tensor>, Tensor> Two(JsonNode?[] arguments, Func<Tensor, Tensor, Tensor> compute)
    {
        switch (arguments)
        {
            case [null, null]:
                return x => compute(x[0], x[1]);
            case [null, { } right] when Number(right) is var (number, own):
                return x => compute(x[0], x[0].DType == DType.Float32 ? number : own);
            case [{ } left, null] when Number(left) is var (number, own):
                return x => compute(x[0].DType == DType.Float32 ? number : own, x[0]);
            default:
                throw Bad(arguments);
        }
    }

    private static Func<IReadOnlyList<Tensor>, Tensor> Along(int axis, JsonNode?[] arguments, Func<Tensor, int, Tensor> compute) => One(arguments, x => compute(x, axis));

    private static Func<IReadOnlyList<Tensor>, Tensor> With<T>(T option, JsonNode?[] arguments, Func<Tensor, T, Tensor> compute) => One(arguments, x => compute(x, option));

    // For float32, and of its own type for others.
    private static (Tensor Float, Tensor Own)? Number(JsonNode json)
    {
        if (json is not JsonValue value) return null;
        if (value.TryGetValue(out int whole)) return (Tensor.From([(float)whole], Shape.Scalar), Tensor.From([whole], Shape.Scalar));
        if (!value.TryGetValue(out double number)) return null;
        var single = Tensor.From([(float)number], Shape.Scalar);
        return (single, single);
    }

    private static int[]? Axes(ConfigReader options) => options.Node("axis") switch
    {
        null => null,
        JsonArray => options.Ints("axis"),
        _ => [options.Int("axis")],
    };

    private static ArgumentException Bad(JsonNode?[] arguments) =>
        new($"An operation must be called with tensors of the graph, or with one and a number. Received: ({string.Join(", ", arguments.Select(a => a is null ? "a tensor" : KerasNames.Shorten(a)))}).");
}
