using Descent.Layers;

namespace Descent.Tests.Layers;

public class ConvLSTMTests
{
    private static readonly Tensor Input = Draw([2, 3, 5, 4, 2]);

    private static readonly Tensor Mask = Tensor.From([true, false, true, false, true, true], [2, 3]);

    [Fact]
    public void ConvLSTM_ChannelsFirst_GivesTheSameNumbersElsewhere()
    {
        var last = new ConvLSTM2D(3, (3, 2)) { Strides = (2, 1), Padding = "same", ReturnState = true };
        var first = new ConvLSTM2D(3, (3, 2)) { Strides = (2, 1), Padding = "same", ReturnState = true, DataFormat = "channels_first" };
        var x = Ops.Transpose(Input, [0, 1, 4, 2, 3]);
        last.Apply(Input);
        first.Apply(x);
        first.SetWeights(last.GetWeights());
        var (expected, actual) = (last.ApplyAll([Input], Call()), first.ApplyAll([x], Call()));
        Assert.Equal(3, actual.Count);
        for (var i = 0; i < actual.Count; i++)
        {
            Assert.Equal([2, 3, 3, 4], actual[i].Shape.ToArray());
            Assert.Equal(expected[i].ToArray(), Ops.Transpose(actual[i], [0, 2, 3, 1]).ToArray());
        }

        Assert.Equal(actual.Select(y => y.Shape[1..]), first.ComputeOutputShapes([x.Shape]).Select(s => s[1..]));

        static LayerCall Call() => new(false, [Mask]);
    }

    [Fact]
    public void ConvLSTM_SequenceInTwoParts_GoesOnFromTheStates()
    {
        var layer = new ConvLSTM2D(3, 3) { Padding = "same", ReturnState = true };
        var whole = layer.ApplyAll([Input]);
        var states = layer.ApplyAll([Ops.Slice(Input, .., ..2)]).Skip(1);
        Assert.Equal(whole.Select(y => y.ToArray()), layer.ApplyAll([Ops.Slice(Input, .., 2..), .. states]).Select(y => y.ToArray()));
    }

    [Fact]
    public void ConvLSTM_DropoutOfTheInput_IsTheSameInAllSteps()
    {
        var step = Ops.Slice(Input, .., ..1);
        var layer = new ConvLSTM2D(3, 3) { Padding = "same", Dropout = 0.5, Seed = 1, ReturnSequences = true };
        var steps = layer.Apply(Ops.Concatenate([step, step], 1), training: true);

        // One step after another by itself: a new layer of the same seed draws the same masks.
        var first = Alone().ApplyAll([step], new LayerCall(training: true));
        var second = Alone().ApplyAll([step, first[1], first[2]], new LayerCall(training: true));
        Assert.Equal(first[0].ToArray(), Ops.Slice(steps, .., ..1).ToArray());
        Assert.Equal(second[0].ToArray(), Ops.Slice(steps, .., 1..).ToArray());
        Assert.NotEqual(first[0].ToArray(), Alone().Apply(step).ToArray());

        ConvLSTM2D Alone()
        {
            var alone = new ConvLSTM2D(3, 3) { Padding = "same", Dropout = 0.5, Seed = 1, ReturnState = true };
            alone.Apply(step);
            alone.SetWeights(layer.GetWeights());
            return alone;
        }
    }

    [Fact]
    public void ConvLSTM_DropoutOfEachGate_ActsInTrainingAlone()
    {
        foreach (var layer in (ConvLSTM2D[])[new(3, 3) { Dropout = 0.5, Seed = 1 }, new(3, 3) { RecurrentDropout = 0.5, Seed = 1 }])
        {
            var still = layer.Apply(Input).ToArray();
            Assert.Equal(still, layer.Apply(Input).ToArray());
            Assert.NotEqual(still, layer.Apply(Input, training: true).ToArray());
        }
    }

    [Fact]
    public void ConvLSTM_BadOptions_SayWhatIsExpected()
    {
        Assert.Contains("Filters must be", Assert.Throws<ArgumentOutOfRangeException>(() => new ConvLSTM1D(0, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("Padding of ConvLSTM1D must be 'valid' or 'same'. Received: 'causal'.", Assert.Throws<ArgumentException>(() => new ConvLSTM1D(1, 3) { Padding = "causal" }).Message, StringComparison.Ordinal);
        Assert.Contains("Only one of Strides and DilationRate", Assert.Throws<ArgumentException>(() => new ConvLSTM2D(1, 3) { Strides = 2, DilationRate = 2 }.Apply(Input)).Message, StringComparison.Ordinal);
        Assert.Contains(", 5, 4, 2)", Assert.Throws<ArgumentException>(() => new ConvLSTM2D(1, 6).Apply(Input)).Message, StringComparison.Ordinal);
        Assert.Contains(", 4, 2)", Assert.Throws<ArgumentException>(() => new ConvLSTM2D(1, 3).Apply(Keras.Input([3, -1, 4, 2]))).Message, StringComparison.Ordinal);
        Assert.Contains("expects an input of rank 5, batch and time before spatial axes, channels", Assert.Throws<ArgumentException>(() => new ConvLSTM2D(1, 3).Apply(Draw([2, 3, 4]))).Message, StringComparison.Ordinal);
    }

    private static Tensor Draw(Shape shape) => Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);
}
