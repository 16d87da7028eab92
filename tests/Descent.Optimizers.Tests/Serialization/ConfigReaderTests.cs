using System.Text.Json.Nodes;

namespace Descent.Tests.Serialization;

public class ConfigReaderTests
{
    private enum Reduction
    {
        Sum,
        SumOverBatchSize,
    }

    [Fact]
    public void Read_EveryKind_GivesTheValues()
    {
        const string Json = """
            {"d": 5, "nd": null, "i": 3, "l": 5000000000, "b": true, "s": "x", "c": "sum_over_batch_size",
             "o": {"k": 1}, "a": [1, 2.5], "ints": [2, 3], "ignored": 0}
            """;
        Probe probe = Read(Json, r =>
        {
            r.Ignore("ignored");
            Assert.Equal(5.0, r.Double("d"));
            Assert.Null(r.NullableDouble("nd", 7));
            Assert.Equal(7, r.NullableDouble("absent", 7));
            Assert.Equal(3, r.Int("i"));
            Assert.Equal(5000000000, r.NullableLong("l"));
            Assert.True(r.Bool("b", false));
            Assert.Equal("x", r.String("s"));
            Assert.Equal(Reduction.SumOverBatchSize, r.Choice("c", Reduction.Sum));
            Assert.Equal(1, r.Object("o")["k"]!.GetValue<int>());
            Assert.Equal([1, 2.5], r.Doubles("a"));
            Assert.Equal([2, 3], r.Ints("ints"));
            Assert.Null(r.NullableArray("no_array"));
            return new Probe();
        });
        Assert.NotNull(probe);
    }

    [Fact]
    public void Read_NumbersMadeInDotNet_GivesTheValues()
    {
        var config = new JsonObject { ["a"] = 5, ["b"] = 2.5f, ["c"] = 1.5m, ["d"] = 6L };
        ConfigReader.Read(config, r =>
        {
            Assert.Equal([5, 2.5, 1.5], [r.Double("a"), r.Double("b"), r.Double("c")]);
            Assert.Equal([5, 6], [r.Int("a"), r.Int("d")]);
            return new Probe();
        });
    }

    [Theory]
    [InlineData("""{"x": "0.1"}""", "Argument 'x' of Probe must be a finite number. Received: \"0.1\".")]
    [InlineData("""{"x": true}""", "Argument 'x' of Probe must be a finite number. Received: true.")]
    [InlineData("""{"x": 1e999}""", "Argument 'x' of Probe must be a finite number. Received: 1e999.")]
    [InlineData("""{"x": null}""", "Argument 'x' of Probe must not be null.")]
    [InlineData("""{"y": 1}""", "Probe must be given the argument 'x'. Received: 'y'.")]
    public void Double_BadValue_SaysWhatIsExpectedAndReceived(string json, string message) => AssertFails(json, message, r => r.Double("x"));

    [Theory]
    [InlineData("""{"x": 2.5}""", "Argument 'x' of Probe must be an integer. Received: 2.5.")]
    [InlineData("""{"x": 3000000000}""", "Argument 'x' of Probe must be an integer. Received: 3000000000.")]
    [InlineData("""{"x": "3"}""", "Argument 'x' of Probe must be an integer. Received: \"3\".")]
    public void Int_BadValue_SaysWhatIsExpectedAndReceived(string json, string message) => AssertFails(json, message, r => r.Int("x"));

    [Fact]
    public void Bool_Number_SaysWhatIsExpectedAndReceived()
        => AssertFails("""{"x": 1}""", "Argument 'x' of Probe must be true or false. Received: 1.", r => r.Bool("x"));

    [Fact]
    public void String_Number_SaysWhatIsExpectedAndReceived()
        => AssertFails("""{"x": 1}""", "Argument 'x' of Probe must be a string. Received: 1.", r => r.String("x"));

    [Fact]
    public void Object_Array_SaysWhatIsExpectedAndReceived()
        => AssertFails("""{"x": [1]}""", "Argument 'x' of Probe must be an object. Received: [1].", r => r.Object("x"));

    [Fact]
    public void Array_Object_SaysWhatIsExpectedAndReceived()
        => AssertFails("""{"x": {}}""", "Argument 'x' of Probe must be an array. Received: {}.", r => r.Array("x"));

    [Fact]
    public void Doubles_ElementIsNull_SaysWhatIsExpectedAndReceived()
        => AssertFails("""{"x": [1, null]}""", "Argument 'x' of Probe must be a finite number. Received: null.", r => r.Doubles("x"));

    [Fact]
    public void Choice_UnknownValue_ListsTheChoices()
        => AssertFails(
            """{"x": "mean"}""",
            "Argument 'x' of Probe must be one of 'sum', 'sum_over_batch_size'. Received: 'mean'.",
            r => r.Choice("x", Reduction.Sum));

    [Fact]
    public void Read_KeysThatNobodyAskedFor_NamesThemAndTheNearest()
        => AssertFails(
            """{"epsilo": 1, "foo": 2}""",
            "Argument(s) not recognized: 'epsilo', 'foo'. Probe knows: 'beta_1', 'epsilon'. Did you mean 'epsilon' for 'epsilo'?",
            r => (r.Double("beta_1", 0.9), r.Double("epsilon", 1e-7)));

    private static void AssertFails(string json, string message, Func<ConfigReader, object> read)
    {
        var error = Assert.Throws<ArgumentException>(() => Read(json, r =>
        {
            read(r);
            return new Probe();
        }));
        Assert.Equal(message, error.Message);
    }

    private static Probe Read(string json, Func<ConfigReader, Probe> make) => ConfigReader.Read((JsonObject)JsonNode.Parse(json)!, make);

    private sealed class Probe;
}
