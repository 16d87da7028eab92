using System.Text.Json.Nodes;
using CustomOptimizer;
using Descent.Optimizers;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

namespace Descent.Tests;

/// <summary>Which generation a name or a config is read as.</summary>
public class KerasVersionTests
{
    [Theory]
    [InlineData("""{"lr":0.1}""", typeof(Keras1.Adam))]
    [InlineData("""{"lr":0.1,"decay":0.0}""", typeof(Keras1.Adam))]
    [InlineData("""{"lr":0.1,"amsgrad":false}""", typeof(Keras2.Adam))]
    [InlineData("""{"learning_rate":0.1,"decay":0.0,"amsgrad":false}""", typeof(Keras2.Adam))]
    [InlineData("""{"learning_rate":0.1}""", typeof(Adam))]
    [InlineData("""{"learning_rate":0.1,"amsgrad":false}""", typeof(Adam))]
    [InlineData("""{"name":"adam","learning_rate":0.1}""", typeof(Adam))]
    [InlineData("{}", typeof(Adam))]
    public void Deserialize_WithoutAVersion_GoesByTheKeys(string config, Type expected) => Assert.IsType(expected, Optimizer.Deserialize(Json("Adam", config)));

    [Fact]
    public void Deserialize_KeysOfTensorFlow_AreIgnoredUnlessItIsToldToBeKeras3()
    {
        var json = new Adam(0.5).Serialize();
        json["config"]!["jit_compile"] = true;
        json["config"]!["is_legacy_optimizer"] = false;
        Assert.Equal(0.5, Assert.IsType<Adam>(Optimizer.Deserialize(json)).LearningRate.Value);
        Assert.True(json["config"]!.AsObject().ContainsKey("jit_compile"));
        Assert.Contains("'jit_compile'", Assert.Throws<ArgumentException>(() => Optimizer.Deserialize(json, KerasVersion.Keras3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_ScheduleDecay_IsOfKeras2OrWithLrOfKeras1()
    {
        Assert.IsType<Keras2.Nadam>(Optimizer.Deserialize(Json("Nadam", """{"learning_rate":0.1,"schedule_decay":0.01}""")));
        Assert.IsType<Keras1.Nadam>(Optimizer.Deserialize(Json("Nadam", """{"lr":0.1,"schedule_decay":0.01}""")));
    }

    /// <summary>A class that the old generations did not have cannot be of theirs; nor can a config with a name, such as those of TensorFlow's Keras 2.</summary>
    [Theory]
    [InlineData("Lion", """{"learning_rate":0.1,"decay":0.5}""")]
    [InlineData("AdamW", """{"decay":0.5}""")]
    [InlineData("Adam", """{"name":"Adam","learning_rate":0.1,"decay":0.5}""")]
    public void Deserialize_DecayWhereKeras3IsMeant_IsIgnoredWithAWarning(string name, string config)
    {
        using var trace = new TraceRecorder();
        var optimizer = Optimizer.Deserialize(Json(name, config));
        Assert.Equal("Descent.Optimizers", optimizer.GetType().Namespace);
        Assert.StartsWith("The optimizers of Keras 3 have no 'decay'; 0.5 is ignored.", Assert.Single(trace.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_LrOfAClassThatOnlyKeras3Has_IsNotKnown() =>
        AssertThrows("Argument(s) not recognized: 'lr'. Lion knows: ", () => Optimizer.Deserialize(Json("Lion", """{"lr":0.1}""")));

    [Fact]
    public void Deserialize_ClassOfAUserWithKeysOfOldGenerations_StaysTheUsers()
    {
        Optimizer.Register<CustomSGD>("Samples");
        var json = new CustomSGD().Serialize();
        json["config"]!["decay"] = 0.0;
        Assert.IsType<CustomSGD>(Optimizer.Deserialize(json));
        json["config"]!.AsObject().Remove("name");
        Assert.IsType<CustomSGD>(Optimizer.Deserialize(json));
    }

    [Fact]
    public void Deserialize_InsideAWrapper_GoesByTheKeysToo()
    {
        var wrapper = new LossScaleOptimizer(new Keras2.SGD(lr: 0.1) { Decay = 0.5 });
        var json = wrapper.Serialize();
        Assert.Equal("""{"class_name":"SGD","config":{"learning_rate":0.10000000149011612,"decay":0.5,"momentum":0.0,"nesterov":false}}""", json["config"]!["inner_optimizer"]!.ToJsonString());
        Assert.IsType<Keras2.SGD>(Assert.IsType<LossScaleOptimizer>(Optimizer.Deserialize(json)).InnerOptimizer);
    }

    [Fact]
    public void Deserialize_ToldKeras3_HoldsInsideAWrapperAndNoLonger()
    {
        using var trace = new TraceRecorder();
        var json = new LossScaleOptimizer(new Keras2.SGD(lr: 0.1) { Decay = 0.5 }).Serialize();
        Assert.IsType<SGD>(Assert.IsType<LossScaleOptimizer>(Optimizer.Deserialize(json, KerasVersion.Keras3)).InnerOptimizer);
        Assert.Contains("'decay'; 0.5 is ignored", Assert.Single(trace.Warnings), StringComparison.Ordinal);

        var old = new LossScaleOptimizer(new Keras1.SGD()).Serialize();
        AssertThrows("Argument(s) not recognized: 'lr'. SGD knows: ", () => Optimizer.Deserialize(old, KerasVersion.Keras3));
        Assert.IsType<Keras1.SGD>(Assert.IsType<LossScaleOptimizer>(Optimizer.Deserialize(old)).InnerOptimizer);
    }

    /// <summary>The old generations had no wrappers: what a class of the user's reads by itself goes by its keys.</summary>
    [Fact]
    public void Deserialize_ToldAnOldGeneration_SaysNothingOfWhatAUsersClassReads()
    {
        Optimizer.Register<Holder>("Tests");
        var json = Json("Tests>Holder", """{"held":{"class_name":"Adam","config":{"name":"adam","learning_rate":0.5,"ema_momentum":0.5}}}""");
        Assert.IsType<Adam>(Assert.IsType<Holder>(Optimizer.Deserialize(json, KerasVersion.Keras1)).Held);
        Assert.IsType<Adam>(Assert.IsType<Holder>(Optimizer.Deserialize(json, KerasVersion.Keras2)).Held);
        json["config"]!["held"]!["config"] = new JsonObject { ["lr"] = 0.5 };
        Assert.IsType<Keras1.Adam>(Assert.IsType<Holder>(Optimizer.Deserialize(json, KerasVersion.Keras2)).Held);
    }

    [Fact]
    public void Deserialize_ClassThatTheGenerationLacks_SaysWhichHasIt()
    {
        AssertThrows("Unknown optimizer of Keras 2 'Lion'. Lion came with a later generation; Keras 3 has it. Known: SGD, ", () => Optimizer.Deserialize(Json("Lion", "{}"), KerasVersion.Keras2));
        AssertThrows("Unknown optimizer of Keras 1 'LossScaleOptimizer'. LossScaleOptimizer came with", () => Optimizer.Deserialize(new LossScaleOptimizer(new SGD()).Serialize(), KerasVersion.Keras1));
    }

    [Theory]
    [InlineData(KerasVersion.Keras1, """{"learning_rat":0.1}""", "Argument(s) not recognized: 'learning_rat'. SGD of Keras 1 knows: 'lr', 'clipnorm', 'clipvalue', 'decay', 'momentum', 'nesterov'.")]
    [InlineData(KerasVersion.Keras1, """{"nestrov":true}""", "Argument(s) not recognized: 'nestrov'. SGD of Keras 1 knows: 'lr', 'clipnorm', 'clipvalue', 'decay', 'momentum', 'nesterov'. Did you mean 'nesterov'?")]
    [InlineData(KerasVersion.Keras2, """{"lr":"x"}""", "Argument 'lr' of SGD of Keras 2 must be a finite number. Received: \"x\".")]
    public void Deserialize_BadArgument_NamesItAndTheGeneration(KerasVersion version, string config, string message) =>
        AssertThrows(message, () => Optimizer.Deserialize(Json("SGD", config), version));

    [Fact]
    public void Version_Undefined_Throws()
    {
        const string Message = "The version of Keras must be Keras1, Keras2 or Keras3. Received: 7.";
        AssertThrows(Message, () => Optimizer.Get("sgd", (KerasVersion)7));
        AssertThrows(Message, () => Optimizer.Deserialize(Json("SGD", "{}"), (KerasVersion)7));
    }

    [Fact]
    public void Get_WithAVersion_HasItsDefaults()
    {
        Assert.Equal(0.01, ((Keras1.Adagrad)Optimizer.Get("adagrad", KerasVersion.Keras1)).Lr, 1e-9);
        Assert.Equal(1.0, ((Keras2.Adadelta)Optimizer.Get("AdaDelta", KerasVersion.Keras2)).Lr);
        Assert.Equal(0.001, ((Adadelta)Optimizer.Get("ada_delta", KerasVersion.Keras3)).LearningRate.Value, 1e-9);
    }

    internal sealed class Holder(Optimizer held) : Optimizer(0.1)
    {
        public Optimizer Held => held;

        public static Holder FromConfig(JsonObject config) => new(Deserialize(config["held"]!.AsObject()));
    }

    private static JsonObject Json(string name, string config) => new() { ["class_name"] = name, ["config"] = JsonNode.Parse(config) };

    private static void AssertThrows(string message, Func<Optimizer> action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
