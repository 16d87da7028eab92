using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Descent.Callbacks;

/// <summary>What a part of training must know to go on in another process as if nothing had happened. <see cref="Callback.GetState"/> gives it, <see cref="BackupAndRestore"/> keeps it.</summary>
public sealed class TrainingState
{
    /// <summary>Counters and the like, as JSON. Its numbers must be finite.</summary>
    public JsonObject Values { get; } = [];

    /// <summary>What is too large for JSON, by names.</summary>
    public IDictionary<string, Tensor> Tensors { get; } = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);

    /// <summary>Reads the values; what is missing or of another type is said to be an argument of <paramref name="owner"/>.</summary>
    internal ConfigReader Reader(string owner) => ConfigReader.Lenient(Values, $"the state of {owner}");

    /// <summary>Adds tensors by their numbers.</summary>
    internal void AddList(string name, IEnumerable<Tensor> tensors)
    {
        foreach (var (i, tensor) in tensors.Index()) Tensors.Add(Numbered(name, i), tensor);
    }

    /// <summary>The tensors that <see cref="AddList"/> added, as many as there are.</summary>
    internal List<Tensor> List(string name)
    {
        List<Tensor> tensors = [];
        while (Tensors.TryGetValue(Numbered(name, tensors.Count), out var tensor)) tensors.Add(tensor);
        return tensors;
    }

    /// <summary>A number that need not be finite: a loss may be NaN.</summary>
    internal static JsonNode? Write(double? value) => value is not { } number ? null
        : double.IsFinite(number) ? KerasJson.Float(number)
        : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <exception cref="ArgumentException">It is no number.</exception>
    internal static double? Read(JsonNode? node) => node?.GetValueKind() switch
    {
        null => null,
        JsonValueKind.Number => node.GetValue<double>(),
        JsonValueKind.String when double.TryParse(node.GetValue<string>(), CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new ArgumentException($"A number of the state of training must be one. Received: {KerasNames.Shorten(node)}."),
    };

    private static string Numbered(string name, int index) => FormattableString.Invariant($"{name}/{index}");
}
