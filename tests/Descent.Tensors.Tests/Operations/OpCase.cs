using Descent.Tests.Gradients;

namespace Descent.Tests.Operations;

/// <summary>One operation with inputs on which it is smooth, for the tests that hold for every operation.</summary>
public sealed record OpCase(string Name, string Kind, Tensor[] Inputs, Func<Tensor[], Tensor[]> Function)
{
    public static OpCase Of(string name, string kind, Tensor[] inputs, Func<Tensor[], Tensor> function) =>
        new(name, kind, inputs, x => [function(x)]);

    public override string ToString() => Kind.Length == 0 ? Name : $"{Name}/{Kind}";

    internal static Tensor Draw(Shape shape, float low = -2f, float high = 2f, ulong seed = 1) => NumericGradient.Uniform(shape, low, high, seed);
}
