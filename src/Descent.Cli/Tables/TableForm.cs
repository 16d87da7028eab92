using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Saving;

namespace Descent.Cli.Tables;

/// <summary>
/// What lies between a table and a network that was trained on one: the columns and how they become its inputs, and what its outputs mean.
/// It stands in the <c>.keras</c> file as an entry of its own, which Keras passes over.
/// </summary>
/// <param name="HasHeader">Whether the file that was trained on named its columns.</param>
/// <param name="Encoder">What turns columns into inputs, in the network's order.</param>
/// <param name="Target">What the outputs are.</param>
internal sealed record TableForm(bool HasHeader, TableEncoder Encoder, TableTarget Target)
{
    public const string Entry = "table.json";

    private const string HeaderKey = "header";
    private const string ColumnsKey = "columns";
    private const string TargetKey = "target";
    private const string NameKey = "name";
    private const string MeanKey = "mean";
    private const string DeviationKey = "deviation";
    private const string CategoriesKey = "categories";
    private const string ClassesKey = "classes";

    /// <summary>The form of a model in a file; null if it was not trained on a table here.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static TableForm? Read(string path)
    {
        var place = $"'{Entry}' of '{path}'";
        return KerasArchive.ReadOther(path, Entry) is { } json
            ? SavedJson.Read(place, () => ConfigReader.Read(json, Read, place))
            : null;
    }

    public JsonObject ToJson() => new()
    {
        [HeaderKey] = HasHeader,
        [ColumnsKey] = new JsonArray([.. Encoder.Columns.Select(Write)]),
        [TargetKey] = Target switch
        {
            ClassTarget classes => new JsonObject { [NameKey] = classes.Name, [ClassesKey] = Texts(classes.Classes) },
            NumberTarget number => WriteNumber(number.Name, number.Mean, number.Deviation),
            _ => throw new NotSupportedException(),
        },
    };

    private static JsonNode Write(EncodedColumn column) => column switch
    {
        OneHotColumn text => new JsonObject { [NameKey] = text.Name, [CategoriesKey] = Texts(text.Categories) },
        StandardizedColumn number => WriteNumber(number.Name, number.Mean, number.StandardDeviation),
        _ => throw new NotSupportedException(),
    };

    private static JsonObject WriteNumber(string name, double mean, double deviation) => new()
    {
        [NameKey] = name,
        [MeanKey] = KerasJson.Float(mean),
        [DeviationKey] = KerasJson.Float(deviation),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static TableForm Read(ConfigReader reader)
    {
        var columns = reader.Objects(ColumnsKey).Select(column => ConfigReader.Read(column, ReadColumn, "a column")).ToList();
        if (columns.DistinctBy(column => column.Name).Count() < columns.Count)
            throw new ArgumentException("Columns must have names of their own. Received: one twice.");
        return new TableForm(reader.Bool(HeaderKey), new TableEncoder(columns), ConfigReader.Read(reader.Object(TargetKey), ReadTarget, "the target"));
    }

    private static EncodedColumn ReadColumn(ConfigReader reader) => reader.Has(CategoriesKey)
        ? new OneHotColumn(reader.String(NameKey), Distinct(reader, CategoriesKey, 1))
        : new StandardizedColumn(reader.String(NameKey), reader.Double(MeanKey), reader.Double(DeviationKey));

    private static TableTarget ReadTarget(ConfigReader reader) => reader.Has(ClassesKey)
        ? new ClassTarget(reader.String(NameKey), Distinct(reader, ClassesKey, 2))
        : new NumberTarget(reader.String(NameKey), reader.Double(MeanKey), reader.Double(DeviationKey));

    private static string[] Distinct(ConfigReader reader, string key, int least)
    {
        var texts = reader.Strings(key);
        return texts.Length >= least && texts.Distinct(StringComparer.Ordinal).Count() == texts.Length ? texts : throw new ArgumentException(
            $"'{key}' must be {least} or more different texts. Received: {KerasNames.Shorten(reader.Node(key))}.");
    }
}
