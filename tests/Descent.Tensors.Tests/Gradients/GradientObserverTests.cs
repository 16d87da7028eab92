namespace Descent.Tensors.Tests.Gradients;

public sealed class GradientObserverTests
{
    [Fact]
    public void Gradient_WithAnObserver_TellsOfEachGradientOnceItIsComplete()
    {
        var (a, b, unused) = (new Variable("a", Tensor.From([2f, 3f], [2])), new Variable("b", Tensor.From([5f, 7f], [2])), new Variable("c", Tensor.From([1f], [1])));
        using var tape = new GradientTape();
        var first = Ops.Square(a); // a is read here first, so its gradient is complete last
        var second = first * b + b;
        var loss = Ops.Sum(second * b + a);
        var told = new Told();
        var gradients = new Tensor?[3];
        tape.Gradient(loss, [a.View, unused.View, b.View], gradients, observer: told);
        Assert.Equal([2, 0], told.Sources);
        Assert.Equal(gradients[0]!.ToArray(), told.Values[1]);
        Assert.Equal(gradients[2]!.ToArray(), told.Values[0]);
        Assert.Equal(tape.Gradient(loss, a)!.ToArray(), told.Values[1]);
    }

    private sealed class Told : IGradientObserver
    {
        public List<int> Sources { get; } = [];

        public List<float[]> Values { get; } = [];

        public void Complete(int source, Tensor gradient)
        {
            Sources.Add(source);
            Values.Add(gradient.ToArray());
        }
    }
}
