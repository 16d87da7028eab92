using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Serialization;

public class KerasRegistryTests
{
    private const string Exponential = """{"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.9}""";

    [Fact]
    public void Register_CustomSchedule_RoundTrips()
    {
        KerasRegistry.Register<Halving>("MyPackage");
        JsonObject json = new Halving(1).Serialize();
        Assert.Equal(
            """{"module":"Descent.Tests.Serialization","class_name":"Halving","config":{"start":1.0},"registered_name":"MyPackage\u003EHalving"}""",
            json.ToJsonString());
        var same = Assert.IsType<Halving>(LearningRateSchedule.Deserialize((JsonObject)JsonNode.Parse(json.ToJsonString())!));
        Assert.Equal(0.25, same.At(2));
    }

    [Fact]
    public void Register_SameTypeAgain_DoesNothing()
    {
        KerasRegistry.Register<Halving>("Twice", "Half");
        KerasRegistry.Register<Halving>("Twice", "Half");
        Assert.IsType<Halving>(Deserialize("""{"class_name": "Half", "config": {"start": 1}, "registered_name": "Twice>Half"}"""));
    }

    [Fact]
    public void Register_NameOfAnotherType_NamesBoth()
    {
        KerasRegistry.Register<Constant>("Taken", "Name");
        var error = Assert.Throws<ArgumentException>(() => KerasRegistry.Register<Halving>("Taken", "Name"));
        Assert.Contains("'Taken>Name' must name one class.", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Constant), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Register_NoFromConfig_SaysWhatToAdd()
    {
        var error = Assert.Throws<ArgumentException>(() => KerasRegistry.Register<WithoutFromConfig>());
        Assert.Equal(
            "WithoutFromConfig must have a public static FromConfig(JsonObject) method. "
            + "Add 'public static WithoutFromConfig FromConfig(JsonObject config)', which makes an object from what GetConfig returns.",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a>b")]
    public void Register_BadPackage_SaysSo(string package)
    {
        var error = Assert.Throws<ArgumentException>(() => KerasRegistry.Register<Halving>(package));
        Assert.StartsWith($"The package of a registered class must not be empty or contain '>'. Received: '{package}'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Register_FromManyThreads_KeepsEveryName()
    {
        Parallel.For(0, 100, i => KerasRegistry.Register<Constant>("Threads", $"Name{i % 10}"));
        for (int i = 0; i < 10; i++)
            Assert.IsType<Constant>(Deserialize($$"""{"class_name": "Name{{i}}", "config": {}, "registered_name": "Threads>Name{{i}}"}"""));
    }

    [Fact]
    public void Serialize_UnregisteredClass_WritesItsBareName()
    {
        JsonObject json = new WithoutFromConfig().Serialize();
        Assert.Equal("WithoutFromConfig", json["registered_name"]!.GetValue<string>());
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json));
    }

    [Fact]
    public void Serialize_ConfigHoldsNaN_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => new Halving(double.NaN).Serialize());
        Assert.StartsWith("A number in JSON must be finite. Received: NaN.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class_name": "ExponentialDecay", "config": CONFIG}""")]
    [InlineData("""{"class_name": "exponential_decay", "config": CONFIG}""")]
    [InlineData("""{"module": null, "class_name": "ExponentialDecay", "config": CONFIG, "registered_name": null}""")]
    [InlineData("""{"module": "keras.optimizers.schedules", "class_name": "ExponentialDecay", "config": CONFIG, "registered_name": null}""")]
    [InlineData("""{"module": "keras.src.backend.torch.x", "class_name": "ExponentialDecay", "config": CONFIG, "registered_name": "ExponentialDecay"}""")]
    public void Deserialize_EveryFormThatKerasWrites_IsRead(string json)
        => Assert.IsType<ExponentialDecay>(Deserialize(json.Replace("CONFIG", Exponential, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"module": "my.code", "class_name": "ExponentialDecay", "config": {}, "registered_name": null}""")]
    [InlineData("""{"class_name": "ExponentialDecay", "config": {}, "registered_name": "Elsewhere>ExponentialDecay"}""")]
    public void Deserialize_SomeoneElsesClassOfABuiltInName_IsNotTheBuiltIn(string json)
        => Assert.Contains("Unknown learning rate schedule", Assert.Throws<ArgumentException>(() => Deserialize(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deserialize_BareNameOfARegisteredClass_IsRead()
    {
        KerasRegistry.Register<BareNamed>("Bare");
        Assert.IsType<BareNamed>(Deserialize("""{"module": "__main__", "class_name": "BareNamed", "config": {}, "registered_name": "BareNamed"}"""));
    }

    [Fact]
    public void Deserialize_BareNameInTwoPackages_AsksForThePackage()
    {
        KerasRegistry.Register<Constant>("One", "Ambiguous");
        KerasRegistry.Register<Halving>("Two", "Ambiguous");
        var error = Assert.Throws<ArgumentException>(() => Deserialize("""{"class_name": "Ambiguous", "config": {}}"""));
        Assert.Contains("'One>Ambiguous' and 'Two>Ambiguous'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_UnknownClass_NamesTheNearestAndTheRemedy()
    {
        var error = Assert.Throws<ArgumentException>(() => Deserialize("""{"class_name": "ExponentalDecay", "config": {}}"""));
        Assert.StartsWith(
            "Unknown learning rate schedule 'ExponentalDecay'. Did you mean 'ExponentialDecay'? Known: ExponentialDecay, PiecewiseConstantDecay,",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Register a class of your own before it is read: KerasRegistry.Register<MyClass>(\"MyPackage\").", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_RegisteredClassOfAnotherKind_SaysSo()
    {
        KerasRegistry.Register<NoSchedule>("Kinds");
        var error = Assert.Throws<ArgumentException>(() => Deserialize("""{"class_name": "NoSchedule", "config": {}, "registered_name": "Kinds>NoSchedule"}"""));
        Assert.StartsWith("'Kinds>NoSchedule' must be a class of kind 'learning rate schedule'.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"config": {}}""", "A serialized learning rate schedule must have a 'class_name'. Received: {\"config\":{}}.")]
    [InlineData("""{"class_name": 3}""", "'class_name' of a serialized learning rate schedule must be a string. Received: 3.")]
    [InlineData("""{"class_name": "CosineDecay", "config": [1]}""", "'config' of learning rate schedule 'CosineDecay' must be an object. Received: [1].")]
    public void Deserialize_AnotherForm_SaysWhatIsExpected(string json, string message)
        => Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Deserialize(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deserialize_FromConfigReturnsAnotherClass_SaysSo()
    {
        KerasRegistry.Register<Impostor>("Kinds");
        var error = Assert.Throws<InvalidOperationException>(() => Deserialize("""{"class_name": "Impostor"}"""));
        Assert.StartsWith("Impostor.FromConfig must return an instance of Impostor.", error.Message, StringComparison.Ordinal);
    }

    private static LearningRateSchedule Deserialize(string json) => LearningRateSchedule.Deserialize((JsonObject)JsonNode.Parse(json)!);

    public abstract class Test : LearningRateSchedule
    {
        public override double At(long step) => 1;

        public override JsonObject GetConfig() => [];
    }

    private sealed class Halving(double start) : Test
    {
        public override double At(long step) => start * Math.Pow(0.5, step);

        public override JsonObject GetConfig() => new() { ["start"] = start };

        public static Halving FromConfig(JsonObject config) => new((double)config["start"]!);
    }

    public sealed class Constant : Test
    {
        public static LearningRateSchedule FromConfig(JsonObject config) => new Constant();
    }

    private sealed class BareNamed : Test
    {
        public static BareNamed FromConfig(JsonObject config) => new();
    }

    public sealed class Impostor : Test
    {
        public static LearningRateSchedule FromConfig(JsonObject config) => new Constant();
    }

    private sealed class WithoutFromConfig : Test;

    private sealed class NoSchedule : IKerasSerializable
    {
        public JsonObject GetConfig() => [];

        public static NoSchedule FromConfig(JsonObject config) => new();
    }
}
