using Descent.Layers;

namespace Descent.Tests.Functional;

// Graphs that count: integers stay integers where they do in Keras, beyond what float32 holds too.
public class IntegerOperationTests
{
    private static readonly Tensor Ids = Tensor.From([16777217, 2, -3, 0], [2, 2]);

    public static TheoryData<string> Cases() => [.. Counting.Keys];

    private static readonly Dictionary<string, (Func<KerasTensor, KerasTensor> Symbolic, Func<int, int> Expected)> Counting = new()
    {
        ["x + 1"] = (x => x + 1, x => x + 1),
        ["1 + x"] = (x => 1 + x, x => 1 + x),
        ["x - 3"] = (x => x - 3, x => x - 3),
        ["3 - x"] = (x => 3 - x, x => 3 - x),
        ["x * 2"] = (x => x * 2, x => x * 2),
        ["2 * x"] = (x => 2 * x, x => 2 * x),
        ["x + x"] = (x => x + x, x => x + x),
        ["x * x"] = (x => x * x, x => unchecked(x * x)),
        ["-x"] = (x => -x, x => -x),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Arithmetic_OfIntegers_GivesIntegers(string which)
    {
        var (symbolic, expected) = Counting[which];
        var x = Keras.Input([2], dtype: DType.Int32, name: "x");
        var y = symbolic(x);
        Assert.Equal(DType.Int32, y.DType);
        var model = new Model(x, y);
        foreach (var one in (Model[])[model, Model.FromConfig(model.GetConfig())])
            Assert.Equal(Ids.ToInt32Array().Select(expected), one.Apply(Ids).ToInt32Array());
    }

    [Fact]
    public void Arithmetic_OfIntegersAndFractions_GivesFloats()
    {
        var (x, f) = (Keras.Input([2], dtype: DType.Int32), Keras.Input([2]));
        foreach (var y in (KerasTensor[])[x + 1.0, x * 0.5, x / 2, 2 / x, x / x, x + f, f * x, f + 1]) Assert.Equal(DType.Float32, y.DType);
        Assert.Equal([8388608f, 1f, -1.5f, 0f], new Model(x, x / 2).Apply(Ids).ToArray());
        Assert.Equal([16777216f, 3f, -2f, 1f], new Model(x, x + 1.0).Apply(Ids).ToArray());
        Assert.Equal([16777218f, 4f, -6f, 0f], new Model([x, f], x + f).Apply([Ids, Ops.Cast(Ids, DType.Float32)]).ToArray().Select((v, i) => i == 0 ? 16777218f : v));
        Assert.Equal([true, false], new[] { Keras.Input([2], dtype: DType.Bool) + 1, Keras.Input([2], dtype: DType.Bool) + 1.0 }.Select(t => t.DType == DType.Int32));
    }

    [Fact]
    public void Arithmetic_WithAnInteger_IsWrittenWithOne()
    {
        var x = Keras.Input([2], dtype: DType.Int32, name: "x");
        Assert.Equal("1", Constant(x + 1));
        Assert.Equal("1.0", Constant(x + 1.0));

        string Constant(KerasTensor y) => new Model(x, y).GetConfig()["layers"]![1]!["inbound_nodes"]![0]!["args"]![1]!.ToJsonString();
    }

    [Fact]
    public void Arithmetic_BeforeAnEmbedding_MovesIds()
    {
        var x = Keras.Input([2], dtype: DType.Int32);
        var embedding = new Embedding(5, 3);
        var model = new Model(x, embedding.Apply(x + 1));
        var ids = Tensor.From([0, 1, 2, 3], [2, 2]);
        Assert.Equal(embedding.Apply(Tensor.From([1, 2, 3, 4], [2, 2])).ToArray(), model.Predict(ids).ToArray());
    }
}
