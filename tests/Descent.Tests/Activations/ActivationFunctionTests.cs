using Descent.Activations;

namespace Descent.Tests.Activations;

public class ActivationFunctionTests
{
    private const double Tolerance = 6e-6;

    // Keras' threshold takes arguments; no name alone means it.
    public static TheoryData<GoldenCase> Cases()
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (var row in (IEnumerable<object[]>)Golden.Cases("layers/activations"))
            if (row[0] is GoldenCase golden && (string?)golden.Json["name"] != "threshold") cases.Add(golden);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Activation_RecordedValues_GivesKerasNumbers(GoldenCase golden)
    {
        var json = golden.Json;
        var y = ActivationFunction.Get((string)json["name"]!).Apply(Tensor.From(Golden.Floats(json["x"]), Golden.Shape(json["x"])));
        Golden.AssertClose(Golden.Floats(json["y"]), y.AsSpan(), Tolerance);
    }

    [Fact]
    public void Activation_Serialized_HasTheNameKerasWrites()
    {
        foreach (var (name, written) in Golden.Load("layers/activations")["serialized"]!.AsObject())
            Assert.Equal((string?)written, ActivationFunction.Get(name).Name);
    }

    [Fact]
    public void Activation_OfTheUser_IsFoundOnceRegistered()
    {
        var json = ActivationFunction.From(x => x * 2f, "twice").ToJson();
        Assert.Throws<ArgumentException>(() => ActivationFunction.FromJson(json));
        ActivationFunction.Register(ActivationFunction.From(x => x * 2f, "twice"));
        Assert.Equal(6, ActivationFunction.FromJson(json).Apply(3f).Item());
        Assert.Throws<ArgumentException>(() => ActivationFunction.Register(ActivationFunction.From(x => x, "relu")));
    }
}
