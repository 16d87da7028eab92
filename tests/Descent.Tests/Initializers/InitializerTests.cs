using System.Text.Json.Nodes;
using Descent.Initializers;

namespace Descent.Tests.Initializers;

public class InitializerTests
{
    [Theory]
    [InlineData("uniform", typeof(RandomUniform))]
    [InlineData("normal", typeof(RandomNormal))]
    [InlineData("zero", typeof(Zeros))]
    [InlineData("zeros", typeof(Zeros))]
    [InlineData("one", typeof(Ones))]
    [InlineData("glorot_uniform", typeof(GlorotUniform))]
    [InlineData("GlorotNormal", typeof(GlorotNormal))]
    [InlineData("he_normal", typeof(HeNormal))]
    [InlineData("lecun_uniform", typeof(LecunUniform))]
    [InlineData("orthogonal", typeof(Orthogonal))]
    [InlineData("OrthogonalInitializer", typeof(Orthogonal))]
    [InlineData("IdentityInitializer", typeof(Identity))]
    [InlineData("truncated_normal", typeof(TruncatedNormal))]
    public void Get_KerasName_MakesTheClass(string name, Type expected)
    {
        Initializer initializer = name;
        Assert.IsType(expected, initializer);
    }

    [Fact]
    public void Get_UnknownName_SaysWhatWasMeant()
    {
        var error = Assert.Throws<ArgumentException>(() => Initializer.Get("glorot_unifrom"));
        Assert.StartsWith("Unknown initializer 'glorot_unifrom'. Did you mean 'GlorotUniform'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serialize_EveryBuiltIn_RoundTrips()
    {
        foreach (var name in Initializer.Names.Where(n => !n.Contains('>')))
        {
            var json = Initializer.Get(name).Serialize();
            Assert.Equal("keras.initializers", json["module"]!.GetValue<string>());
            Golden.AssertSameJson(json, Initializer.Deserialize(json).Serialize());
        }
    }

    [Fact]
    public void Call_SameSeed_GivesSameValues()
    {
        foreach (var name in Initializer.Names.Where(n => !n.Contains('>')))
        {
            var json = Initializer.Get(name).Serialize();
            if (!json["config"]!.AsObject().ContainsKey("seed")) continue;
            json["config"]!["seed"] = 5;
            var first = Initializer.Deserialize(json).Call([40, 30]).ToArray();
            Assert.Equal(first, Initializer.Deserialize(json).Call([40, 30]).ToArray());
            json["config"]!["seed"] = 6;
            Assert.NotEqual(first, Initializer.Deserialize(json).Call([40, 30]).ToArray());
        }
    }

    [Fact]
    public void Call_NoSeed_DiffersFromCallToCall()
    {
        Initializer initializer = "glorot_uniform";
        Assert.NotEqual(initializer.Call([4, 4]).ToArray(), initializer.Call([4, 4]).ToArray());
    }

    [Fact]
    public void Fans_GivenAxes_MultipliesTheirSizes()
        => Assert.Equal((12.0, 5.0), new HeNormal { InputAxes = [0, 2], OutputAxes = [-1] }.Fans([3, 2, 4, 5]));

    [Fact]
    public void VarianceScaling_OldNameOfDistribution_IsTruncatedNormal()
    {
        var config = new JsonObject { ["scale"] = 2, ["distribution"] = "normal", ["mode"] = "fan_out" };
        var initializer = VarianceScaling.FromConfig(config);
        Assert.Equal((ScalingDistribution.TruncatedNormal, FanMode.FanOut), (initializer.Distribution, initializer.Mode));
    }

    [Fact]
    public void Constructors_BadArguments_SayWhatMustHold()
    {
        Says("Scale must be positive and finite. Received: 0.", () => new VarianceScaling(0));
        Says("Stddev must be zero or more. Received: -1.5.", () => new RandomNormal(stddev: -1.5));
        Says("Mean must be a finite number. Received: NaN.", () => new TruncatedNormal(mean: double.NaN));
        Says("MaxVal must be at least MinVal. Received: MinVal=1, MaxVal=0.5.", () => new RandomUniform(1, 0.5));
        Says("Identity needs the shape of a matrix. Received: (3,).", () => new Identity().Call([3]));
        Says("Orthogonal needs a shape of rank 2 or more. Received: (3,).", () => new Orthogonal().Call([3]));
        Says("Argument 'mode' of VarianceScaling must be one of 'fan_in', 'fan_out', 'fan_avg'. Received: 'fan'.", () => VarianceScaling.FromConfig(new JsonObject { ["mode"] = "fan" }));
    }

    [Fact]
    public void Deserialize_RegisteredUserClass_RoundTrips()
    {
        KerasRegistry.Register<Sevens>("InitializerTests");
        var json = new Sevens().Serialize();
        Assert.Equal("InitializerTests>Sevens", json["registered_name"]!.GetValue<string>());
        Assert.Equal([7f, 7f], Initializer.Deserialize(json).Call([2]).ToArray());
    }

    private static void Says(string message, Func<object> action)
        => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class Sevens : Initializer
    {
        public override Tensor Call(Shape shape) => Tensor.Full(shape, 7f);

        public override JsonObject GetConfig() => [];

        public static Sevens FromConfig(JsonObject config) => new();
    }
}
