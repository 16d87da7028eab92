using System.Reflection;
using Descent.Kernels;
using Descent.Tests.Gradients;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Operations;

/// <summary>What holds for every operation; they are found by the table of cases.</summary>
[Collection(ThreadCountTests.Name)]
public sealed class EveryOpTests : IDisposable
{
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    public static TheoryData<string> Cases => [.. OpCases.All.Select(c => c.ToString())];

    private static OpCase Find(string name) => OpCases.All.Single(c => c.ToString() == name);

    [Fact]
    public void Ops_EachPublicMethod_HasACaseOrNoGradient()
    {
        var methods = typeof(Ops).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name).Distinct();
        Assert.Empty(methods.Except(OpCases.All.Select(c => c.Name)).Except(OpCases.WithoutGradient));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_AnyOp_EqualsDifferences(string name)
    {
        var op = Find(name);
        NumericGradient.Check(op.Inputs, op.Function);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SecondGradient_AnyOp_EqualsDifferencesOfTheFirst(string name)
    {
        var op = Find(name);
        NumericGradient.Check(op.Inputs, x => NumericGradient.Of(x, op.Function), 10 * NumericGradient.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Op_AnyLaneWidth_GivesTheSameBits(string name)
    {
        var op = Find(name);
        float[][] expected = Results(16);
        foreach (var width in (int[])[8, 4, 1]) Assert.Equal(expected, Results(width));

        float[][] Results(int width)
        {
            using var limit = Lanes.LimitTo(width);
            return [.. op.Function(op.Inputs).Concat(NumericGradient.Of(op.Inputs, op.Function)).Where(t => t is not null).Select(t => t!.ToArray())];
        }
    }

    public static TheoryData<int> UnaryIndices => [.. Enumerable.Range(0, OpCases.Unary.Length)];

    [Theory]
    [MemberData(nameof(UnaryIndices))]
    public void UnaryOp_LongInput_GivesTheSameBitsAtEveryWidthAndThreadCount(int index)
    {
        var (_, _, function, low, high) = OpCases.Unary[index];
        // Three chunks and a tail that takes every lane.
        var x = OpCase.Draw([2 * Lanes.ChunkLength + 31], low, high);
        Workers.SetCount(1);
        var expected = Results(16);
        Assert.Equal(expected, Results(1));
        Workers.SetCount(2);
        Assert.Equal(expected, Results(8));
        Workers.SetCount(7);
        Assert.Equal(expected, Results(4));

        float[][] Results(int width)
        {
            using var limit = Lanes.LimitTo(width);
            using var tape = new GradientTape();
            tape.Watch(x);
            var y = function(x);
            return [y.ToArray(), tape.Gradient(y, x)?.ToArray() ?? []];
        }
    }
}
