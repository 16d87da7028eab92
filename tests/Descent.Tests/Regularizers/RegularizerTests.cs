using System.Text.Json.Nodes;
using Descent.Regularizers;

namespace Descent.Tests.Regularizers;

public class RegularizerTests
{
    [Theory]
    [InlineData("l1", typeof(L1))]
    [InlineData("l2", typeof(L2))]
    [InlineData("L1L2", typeof(L1L2))]
    [InlineData("l1_l2", typeof(L1L2))]
    [InlineData("orthogonal_regularizer", typeof(OrthogonalRegularizer))]
    public void Get_KerasName_MakesTheClass(string name, Type expected)
    {
        Regularizer regularizer = name;
        Assert.IsType(expected, regularizer);
    }

    [Fact]
    public void Serialize_EveryBuiltIn_RoundTrips()
    {
        foreach (var name in Regularizer.Names.Where(n => !n.Contains('>')))
        {
            var json = Regularizer.Get(name).Serialize();
            Golden.AssertSameJson(json, Regularizer.Deserialize(json).Serialize());
        }
    }

    [Fact]
    public void Constructors_BadFactors_SayWhatMustHold()
    {
        Says("L1 must be zero or more. Received: -0.1.", () => new L1(-0.1));
        Says("L2 must be a finite number. Received: NaN.", () => new L1L2(0.1, double.NaN));
        Says("Factor must be a finite number. Received: Infinity.", () => new OrthogonalRegularizer(double.PositiveInfinity));
        Says("OrthogonalRegularizer needs a matrix. Received shape (3,).", () => new OrthogonalRegularizer().Call(Tensor.Ones([3])));
    }

    [Fact]
    public void Deserialize_RegisteredUserClass_RoundTrips()
    {
        KerasRegistry.Register<MeanSize>("RegularizerTests");
        var again = Regularizer.Deserialize(new MeanSize(0.5).Serialize());
        Assert.Equal(1f, again.Call(Tensor.From([2f, -2f])).Item());
    }

    private static void Says(string message, Func<object> action)
        => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class MeanSize(double factor) : Regularizer
    {
        public override Tensor Call(Tensor x) => (float)factor * Ops.Mean(Ops.Abs(x));

        public override JsonObject GetConfig() => new() { ["factor"] = factor };

        public static MeanSize FromConfig(JsonObject config) => new(config["factor"]!.GetValue<double>());
    }
}
