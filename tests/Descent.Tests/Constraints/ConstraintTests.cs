using System.Text.Json.Nodes;
using Descent.Constraints;

namespace Descent.Tests.Constraints;

public class ConstraintTests
{
    [Theory]
    [InlineData("max_norm", typeof(MaxNorm))]
    [InlineData("MinMaxNorm", typeof(MinMaxNorm))]
    [InlineData("non_neg", typeof(NonNeg))]
    [InlineData("unit_norm", typeof(UnitNorm))]
    public void Get_KerasName_MakesTheClass(string name, Type expected)
    {
        Constraint constraint = name;
        Assert.IsType(expected, constraint);
    }

    [Fact]
    public void Serialize_EveryBuiltIn_RoundTrips()
    {
        foreach (var name in Constraint.Names.Where(n => !n.Contains('>')))
        {
            var json = Constraint.Get(name).Serialize();
            Golden.AssertSameJson(json, Constraint.Deserialize(json).Serialize());
        }
    }

    [Fact]
    public void MaxNorm_Defaults_WriteKerasDefaults()
        => Golden.AssertSameJson(JsonNode.Parse("""{"max_value": 2, "axis": 0}"""), new MaxNorm().GetConfig());

    [Fact]
    public void UnitNorm_SeveralAxes_ScalesOverAllOfThem()
    {
        Constraint constraint = new UnitNorm { Axes = [0, 1] };
        constraint = Constraint.Deserialize(constraint.Serialize());
        var w = constraint.Call(Tensor.Full([2, 2, 3], 5f));
        Golden.AssertClose(Enumerable.Repeat(0.5f, 12).ToArray(), w.AsSpan(), 1e-6);
    }

    [Fact]
    public void Constructors_BadArguments_SayWhatMustHold()
    {
        Says("MaxValue must be zero or more. Received: -1.", () => new MaxNorm(-1));
        Says("MaxValue must be at least MinValue. Received: MinValue=2, MaxValue=1.", () => new MinMaxNorm(2, 1));
        Says("Rate must be in [0, 1]. Received: 1.5.", () => new MinMaxNorm { Rate = 1.5 });
        Says("Axes must name at least one axis. Received: none.", () => new UnitNorm { Axes = [] });
        Says("An axis of shape (3,) must be in [-1, 1). Received: 1.", () => new UnitNorm { Axes = [1] }.Call(Tensor.Ones([3])));
    }

    [Fact]
    public void Deserialize_RegisteredUserClass_RoundTrips()
    {
        KerasRegistry.Register<AtMostOne>("ConstraintTests");
        Assert.Equal([1f, 0.5f], Constraint.Deserialize(new AtMostOne().Serialize()).Call(Tensor.From([3f, 0.5f])).ToArray());
    }

    private static void Says(string message, Func<object> action)
        => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class AtMostOne : Constraint
    {
        public override Tensor Call(Tensor w) => Ops.Minimum(w, 1f);

        public override JsonObject GetConfig() => [];

        public static AtMostOne FromConfig(JsonObject config) => new();
    }
}
