using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Descent.Tests.Serialization;

public class KerasJsonTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(100000.0, "100000.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1e-7, "1e-07")]
    [InlineData(2.5e-300, "2.5e-300")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(-1234567890123456.0, "-1234567890123456.0")]
    [InlineData(1234567890123456.5, "1234567890123456.5")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-12345678901234568.0, "-1.2345678901234568e+16")]
    [InlineData(1e17, "1e+17")]
    [InlineData(1e20, "1e+20")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(double.Epsilon, "5e-324")]
    public void Float_Value_PrintsAsPythonDoes(double value, string expected)
        => Assert.Equal(expected, KerasJson.Float(value).ToJsonString());

    [Fact]
    public void Float_AnyFiniteValue_ParsesToItselfAndLooksLikeAFloat()
        => Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), number =>
        {
            string text = KerasJson.Float(number.Item).ToJsonString();
            return double.Parse(text, CultureInfo.InvariantCulture).Equals(number.Item) && text.AsSpan().ContainsAny('.', 'e');
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Float_AroundTheSizeWherePythonChangesForm_ParsesToItselfInPythonsForm()
        => Prop.ForAll(Gen.Choose(1, 90_000_000).Select(n => n * 1.0625e9).ToArbitrary(), number =>
        {
            string text = KerasJson.Float(number).ToJsonString();
            return double.Parse(text, CultureInfo.InvariantCulture).Equals(number) && text.Contains('e') == number >= 1e16;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Float_CopiedAndParsedAgain_KeepsItsSpelling()
    {
        var config = new JsonObject { ["a"] = KerasJson.Float(1), ["b"] = KerasJson.Float32(0.001), ["c"] = KerasJson.Float(null) };
        const string Expected = """{"a":1.0,"b":0.0010000000474974513,"c":null}""";
        Assert.Equal(Expected, config.ToJsonString());
        Assert.Equal(Expected, config.DeepClone().ToJsonString());
        Assert.Equal(Expected, KerasJson.Copy(config)!.ToJsonString());
        Assert.Equal(Expected, JsonNode.Parse(config.ToJsonString())!.ToJsonString());
    }

    [Theory]
    [InlineData(5.0, "5")]
    [InlineData(-3.0, "-3")]
    [InlineData(1.5, "1.5")]
    [InlineData(1e20, "1e+20")]
    public void Number_Value_KeepsWholeNumbersWhole(double value, string expected)
        => Assert.Equal(expected, KerasJson.Number(value).ToJsonString());

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Float_NotFinite_Throws(double value, string name)
    {
        var error = Assert.Throws<ArgumentException>(() => KerasJson.Float(value));
        Assert.StartsWith($"A number in JSON must be finite. Received: {name}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_DotNetFloats_GetADecimalPointAndIntegersDoNot()
    {
        var config = new JsonObject { ["d"] = 1.0, ["f"] = 2f, ["i"] = 3, ["l"] = new JsonArray(0.0, 4L), ["s"] = "1", ["b"] = true };
        Assert.Equal("""{"d":1.0,"f":2.0,"i":3,"l":[0.0,4],"s":"1","b":true}""", KerasJson.Copy(config)!.ToJsonString());
    }
}
