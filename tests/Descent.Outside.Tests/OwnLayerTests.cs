using Descent.Layers;

namespace Descent.Outside.Tests;

// Layers that look at masks, written as a program of the user's writes them: there the calls are overridden as protected.
public class OwnLayerTests
{
    private static readonly Tensor Ids = Tensor.From([1, 2, 0, 3, 0, 0], [2, 3]);

    [Fact]
    public void OwnLayer_ThatOverridesTheCallWithTheMask_GetsIt()
    {
        var inputs = Keras.Input([3], dtype: DType.Int32);
        var model = new Model(inputs, new TemporalSoftmax().Apply(new Embedding(5, 1) { MaskZero = true }.Apply(inputs)));
        var y = model.Predict(Ids).ToArray();
        Assert.Equal([0f, 0, 0], [y[2], y[4], y[5]]);
        Assert.Equal(1, y[0] + y[1], 1e-6);
        Assert.Equal(1, y[3], 1e-6);
        Assert.Equal([1f / 2, 1f / 2], new TemporalSoftmax().Apply(Tensor.Zeros([1, 2, 1])).ToArray());
    }

    [Fact]
    public void OwnLayer_ThatOverridesTheCallWithMasksOfSeveralInputs_GetsThem()
    {
        var (a, b) = (Keras.Input([3], dtype: DType.Int32), Keras.Input([3], dtype: DType.Int32));
        var embedding = new Embedding(5, 2) { MaskZero = true };
        var counts = new CountBoth();
        var model = new Model([a, b], [.. counts.ApplyAll([embedding.Apply(a), embedding.Apply(b)])]);
        Assert.Equal([[2f, 1], [3f, 3]], model.PredictAll([Ids, Tensor.From([1, 1, 1, 1, 1, 1], [2, 3])]).Select(t => t.ToArray()));
        Assert.Same(counts.Output0(), counts.Outputs[0]);
    }

    // The example in the documentation of Layer.
    private sealed class TemporalSoftmax : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => Call(x, null, training);

        protected override Tensor Call(Tensor x, Tensor? mask, bool training)
        {
            var e = Ops.Exp(x);
            if (mask is not null) e *= Ops.ExpandDims(Ops.Cast(mask, DType.Float32), -1);
            return e / Ops.Sum(e, [1], keepDimensions: true);
        }
    }

    // How many steps of each of two inputs count.
    private sealed class CountBoth : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => throw new NotSupportedException("CountBoth takes two inputs.");

        protected override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call) =>
            [.. call.Masks.Select(m => Ops.Sum(Ops.Cast(m!, DType.Float32), [1]))];

        public KerasTensor Output0() => Outputs[0];
    }
}
