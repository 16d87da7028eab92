using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Descent.Activations;
using Descent.Initializers;

namespace Descent.Layers;

/// <summary>A dense layer over any axes: <c>activation(einsum(equation, x, kernel) + bias)</c>.</summary>
/// <remarks>
/// In an equation such as <c>"abc,cd-&gt;abd"</c> each letter is an axis: of the input, of the kernel, of the output. Axes of the input that the output lacks are summed over.
/// <c>...</c> at the left or right of input and output stands for any further axes.
/// </remarks>
/// <example><code>new EinsumDense("abc,cde->abde", outputShape: [-1, 8, 64]) { BiasAxes = "de" }   // heads of attention</code></example>
public sealed partial class EinsumDense : ProjectionLayer
{
    private Variable? _kernel;
    private Variable? _bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="equation">Which axes input, kernel and output have.</param>
    /// <param name="outputShape">The shape of the output without the batch dimension and the axes that <c>...</c> stands for; -1: as in the input.</param>
    /// <exception cref="ArgumentException">The equation has another form.</exception>
    public EinsumDense(string equation, Shape outputShape)
    {
        ArgumentNullException.ThrowIfNull(equation);
        ArgumentNullException.ThrowIfNull(outputShape);
        (Equation, OutputShape) = (CheckEquation(equation), outputShape);
    }

    private EinsumDense(ConfigReader reader)
        : base(reader)
    {
        OutputShape = reader.Node("output_shape") is JsonArray shape ? ConfigShapes.Read(shape) : Shape.Create(reader.Int("output_shape"));
        Equation = CheckEquation(reader.String("equation"));
        Activation = ActivationFunction.FromJson(reader.Node("activation"));
        BiasAxes = reader.NullableString("bias_axes");
        RefuseQuantization(reader);
    }

    /// <summary>Which axes input, kernel and output have.</summary>
    public string Equation { get; }

    /// <summary>The shape of the output without the batch dimension and the axes that <c>...</c> stands for.</summary>
    public Shape OutputShape { get; }

    /// <summary>The function applied to the output; default linear.</summary>
    public ActivationFunction Activation { get; init; } = ActivationFunction.Linear;

    /// <summary>The axes of the output that have a bias, as letters of the equation; default null: no bias.</summary>
    public string? BiasAxes { get; init; }

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        var axes = Analyze(inputShape);
        var sizes = axes.Sizes;
        int Known(char axis) => sizes[axis] > 0 ? sizes[axis] : throw Refusal($"Layer '{Name}' must know axis '{axis}' of '{Equation}'. Received shape {inputShape}.", nameof(inputShape));
        _kernel = AddKernel(Shape.Create([.. axes.Kernel.Select(Known)]), Fan(axes));
        if (BiasAxes is null) return;
        var first = BiasAxes.Length == 0 ? 0 : BiasAxes.Min(a => axes.Output.IndexOf(a, StringComparison.Ordinal));
        int[] bias = [.. axes.Output.Skip(first).Select(a => BiasAxes.Contains(a) ? Known(a) : 1)];
        _bias = AddBias(bias);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var kernel = _kernel ?? throw new InvalidOperationException($"Layer '{Name}' must be built before it has a kernel. Call Build with the input's shape, or Apply.");
        var axes = Analyze(x.Shape);
        if (!axes.Kernel.Select(a => axes.Sizes[a]).SequenceEqual(kernel.Shape))
            throw Refusal($"Layer '{Name}' with the equation '{Equation}' has a kernel of shape {kernel.Shape}. Received an input of shape {x.Shape}.", nameof(x));

        // As a batch of matrix products: shared axes first, then those of one side alone, then those that are summed over.
        char[] shared = [.. axes.Input.Where(a => axes.Kernel.Contains(a) && axes.Output.Contains(a))];
        char[] summed = [.. axes.Input.Where(a => axes.Kernel.Contains(a) && !axes.Output.Contains(a))];
        char[] rows = [.. axes.Input.Where(a => !axes.Kernel.Contains(a) && axes.Output.Contains(a))];
        char[] columns = [.. axes.Kernel.Where(a => !axes.Input.Contains(a))];
        int[] alone = [.. Enumerable.Range(0, x.Rank).Where(i => !axes.Kernel.Contains(axes.Input[i]) && !axes.Output.Contains(axes.Input[i]))];
        if (alone.Length > 0) x = Ops.Sum(x, alone);
        var input = string.Concat(axes.Input.Where((_, i) => Array.IndexOf(alone, i) < 0));
        int Size(char[] group) => group.Aggregate(1, (size, a) => size * axes.Sizes[a]);
        Tensor Arrange(Tensor t, string from, params char[] to) => from.SequenceEqual(to) ? t : Ops.Transpose(t, [.. to.Select(a => from.IndexOf(a, StringComparison.Ordinal))]);

        var left = Arrange(x, input, [.. shared, .. rows, .. summed]);
        var right = Arrange(kernel, axes.Kernel, [.. shared, .. summed, .. columns]);
        int[] leftShape = [Size(rows), Size(summed)], rightShape = [Size(summed), Size(columns)];
        var product = shared.Length == 0
            ? Ops.MatMul(Ops.Reshape(left, leftShape), Ops.Reshape(right, rightShape))
            : Ops.MatMul(Ops.Reshape(left, [Size(shared), .. leftShape]), Ops.Reshape(right, [Size(shared), .. rightShape]));
        string got = string.Concat([.. shared, .. rows, .. columns]);
        var y = Arrange(Ops.Reshape(product, Shape.Create([.. got.Select(a => axes.Sizes[a])])), got, [.. axes.Output]);
        return Activation.Apply(_bias is null ? y : y + _bias);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        var axes = Analyze(inputShape);
        return Shape.Create([.. axes.Output.Select(a => axes.Sizes[a])]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["output_shape"] = ConfigShapes.Write(OutputShape);
        config["equation"] = Equation;
        config["activation"] = Activation.ToJson();
        config["bias_axes"] = BiasAxes;
        WriteWeights(config, withActivity: true);
        config["quantization_config"] = null;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static EinsumDense FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new EinsumDense(reader));

    [GeneratedRegex(@"^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$")]
    private static partial Regex Form();

    private static string CheckEquation(string equation)
    {
        var match = Form().Match(equation);
        bool Has(int group) => match.Groups[group].Success;
        var holds = match.Success && Has(1) == Has(5) && Has(3) == Has(7) && !(Has(1) && Has(3))
            && match.Groups.Values.All(g => !g.Success || g.Value is "..." || g == match.Groups[0] || g.Value.Distinct().Count() == g.Length)
            && match.Groups[6].Value.All(a => match.Groups[2].Value.Contains(a) || match.Groups[4].Value.Contains(a))
            && match.Groups[4].Value.All(a => match.Groups[2].Value.Contains(a) || match.Groups[6].Value.Contains(a));
        return holds ? equation : throw new ArgumentException(
            $"An equation must have the form 'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...', each letter of kernel and output being in another part, too. Received: '{equation}'.", nameof(equation));
    }

    // The axes of an input of a shape, those that "..." stands for as digits, and the sizes of all.
    private (string Input, string Kernel, string Output, Dictionary<char, int> Sizes) Analyze(Shape shape)
    {
        var match = Form().Match(Equation);
        var (input, kernel, output) = (match.Groups[2].Value, match.Groups[4].Value, match.Groups[6].Value);
        var (left, right) = (match.Groups[1].Success, match.Groups[3].Success);
        var more = shape.Rank - input.Length;
        if (more < 0 || more > 0 && !left && !right || more > 9)
            throw Refusal($"Layer '{Name}' expects an input of the axes of '{Equation}'. Received shape {shape}.", nameof(shape));
        var others = "0123456789"[..more];
        (input, output) = left ? (others + input, others + output) : (input + others, output + others);

        var sizes = new Dictionary<char, int>();
        for (var i = 0; i < input.Length; i++) sizes[input[i]] = shape[i];

        // What OutputShape says: all of the output but the batch dimension and the axes of "...".
        char[] named = [.. output.Where((a, i) => !char.IsAsciiDigit(a) && (i > 0 || left && more > 0))];
        if (named.Length != OutputShape.Rank)
            throw Refusal($"OutputShape of layer '{Name}' must have {named.Length} dimensions for the equation '{Equation}'. Received: {OutputShape}.", nameof(shape));
        for (var i = 0; i < named.Length; i++)
        {
            var size = OutputShape[i];
            if (size >= 0 && sizes.TryGetValue(named[i], out var given) && given != size && given >= 0)
                throw Refusal($"Axis '{named[i]}' of layer '{Name}' is {size} in its OutputShape. Received an input of shape {shape}, where it is {given}.", nameof(shape));
            if (size >= 0 || !sizes.ContainsKey(named[i])) sizes[named[i]] = size;
        }

        return (input, kernel, output, sizes);
    }

    // The axes that the kernel takes in and gives out make its fans.
    private Initializer Fan((string Input, string Kernel, string Output, Dictionary<char, int> Sizes) axes)
    {
        if (KernelInitializer is not FanInitializer { InputAxes: null } and not FanInitializer { OutputAxes: null }) return KernelInitializer;
        int[] Places(bool given) => [.. Enumerable.Range(0, axes.Kernel.Length).Where(i => axes.Output.Contains(axes.Kernel[i]) == given)];
        var json = KerasRegistry.Serialize(KernelInitializer);
        json["config"]!["input_axes"] = KerasJson.Integers(Places(false));
        json["config"]!["output_axes"] = KerasJson.Integers(Places(true));
        return Initializer.Deserialize(json);
    }
}
