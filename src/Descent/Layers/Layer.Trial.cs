namespace Descent.Layers;

// Trials: what only a call can tell, how inner layers are built, which shapes come out and whether a mask does, is learned from a call on zeros.
public abstract partial class Layer
{
    [ThreadStatic]
    private static int t_trials;

    [ThreadStatic]
    private static Stack<Layer>? t_running;

    private int[] _maskRanks = []; // of the masks that the inputs bring, 0 where there is none: trials have such ones, all true
    private Shape[]? _tried; // what the last trial gave
    private int? _triedMaskRank; // and of its first output the rank of the mask

    /// <summary>Whether the layer is called on zeros only to build it or to learn a shape: states are then neither read nor kept.</summary>
    private protected static bool IsTrial => t_trials > 0;

    /// <summary>The layers that are built or tried at this moment, one inside the other.</summary>
    private static Stack<Layer> Running => t_running ??= [];

    /// <summary>The rank of the mask that the first output carries although no input does; 0: none. The layers here know theirs, others are asked.</summary>
    internal virtual int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => GetType().Assembly == typeof(Layer).Assembly
        ? 0
        : OnZeros(inputShapes, Sizes.Small[0], zeros => ComputeMask(zeros, new Tensor?[zeros.Length]))?.Rank ?? 0;

    /// <summary>The rank of the mask of the first input in trials; 0: it has none.</summary>
    private protected int InputMaskRank => _maskRanks is [var rank, ..] ? rank : 0;

    /// <summary>Builds the layer for inputs of these shapes and with masks of these ranks (0: none), and tells what comes out.</summary>
    /// <returns>The shapes of the outputs, and the rank of the mask of the first.</returns>
    internal (IReadOnlyList<Shape> Shapes, int MaskRank) Foretell(IReadOnlyList<Shape> shapes, int[] maskRanks, LayerCall call)
    {
        _maskRanks = maskRanks;
        EnsureBuilt(shapes);
        CheckShared(shapes);
        _triedMaskRank = null;
        var outputs = ComputeOutputShapes(shapes, call);
        return (outputs, _triedMaskRank ?? (maskRanks.Any(r => r > 0) ? TryMask(shapes) : GivenMaskRank(shapes)));
    }

    private int TryMask(IReadOnlyList<Shape> shapes)
    {
        Try(shapes);
        return _triedMaskRank!.Value;
    }

    /// <summary>Calls the layer on zeros. Sizes that nobody knows are 1, or more where a window or a cut does not fit into that.</summary>
    private protected void Try(IReadOnlyList<Shape> shapes)
    {
        try
        {
            Try(shapes, Sizes.Small[0]);
        }
        catch (ArgumentException) when (!AreKnown(shapes))
        {
            Try(shapes, Sizes.Large[0]);
        }
    }

    /// <summary>Calls the layer on zeros. No trace is left: not in states, random streams or the loss of a running step.</summary>
    /// <param name="shapes">The shape of each input.</param>
    /// <param name="unknown">What stands in for a dimension that is not known; the batch is 1.</param>
    private protected IReadOnlyList<Tensor> Try(IReadOnlyList<Shape> shapes, int unknown)
    {
        var restore = SaveStreams();
        using var _ = new ExtraLosses().Open();
        t_trials++;
        Running.Push(this);
        try
        {
            return OnZeros(shapes, unknown, CallOn);
        }
        finally
        {
            Running.Pop();
            t_trials--;
            restore();
        }
    }

    private T OnZeros<T>(IReadOnlyList<Shape> shapes, int unknown, Func<Tensor[], T> run)
    {
        Tensor[] zeros = [.. shapes.Select(s => Tensor.Zeros(Sample(s, unknown)))];
        try
        {
            return run(zeros);
        }
        catch (ArgumentException) when (TakesIntegers)
        {
            return run([.. zeros.Select(z => Ops.Cast(z, DType.Int32))]);
        }
    }

    private IReadOnlyList<Tensor> CallOn(Tensor[] zeros)
    {
        for (var i = 0; i < zeros.Length && i < _maskRanks.Length; i++)
            if (_maskRanks[i] > 0) zeros[i].Mask = Ops.Equal(Tensor.Zeros(zeros[i].Shape[..Math.Min(_maskRanks[i], zeros[i].Rank)]), 0f);
        var call = new LayerCall().For(zeros);
        var outputs = Call(zeros, call);
        _triedMaskRank = (outputs[0].Mask ?? ComputeMask(zeros, call.Masks))?.Rank ?? 0;
        return outputs;
    }

    private Shape[] TryOn(IReadOnlyList<Shape> inputShapes)
    {
        EnsureBuilt(inputShapes);
        try
        {
            return _tried = TryOn(inputShapes, Sizes.Small);
        }
        catch (ArgumentException) when (!AreKnown(inputShapes))
        {
            return _tried = TryOn(inputShapes, Sizes.Large);
        }
    }

    private Shape[] TryOn(IReadOnlyList<Shape> inputShapes, int[] sizes)
    {
        Shape[] shapes = [.. Try(inputShapes, sizes[0]).Select(y => y.Shape)];
        var others = AreKnown(inputShapes) ? shapes : [.. Try(inputShapes, sizes[1]).Select(y => y.Shape)];
        for (var i = 0; i < shapes.Length; i++)
        {
            if (shapes[i].Rank == 0) continue;
            var dimensions = shapes[i].ToArray();
            dimensions[0] = inputShapes[0][0];
            for (var j = 1; j < dimensions.Length; j++)
                if (others[i][j] != dimensions[j]) dimensions[j] = -1;
            shapes[i] = Shape.Create(dimensions);
        }

        return shapes;
    }

    private static bool AreKnown(IReadOnlyList<Shape> shapes) => shapes.All(s => s.Rank == 0 || s[1..].IsKnown);

    // A shape for zeros to try a layer on: one sample, and a size for those that nobody knows.
    private static Shape Sample(Shape shape, int unknown)
    {
        var dimensions = shape.ToArray();
        for (var i = 0; i < dimensions.Length; i++)
            if (dimensions[i] < 1) dimensions[i] = i == 0 ? 1 : unknown;
        return Shape.Create(dimensions);
    }

    /// <summary>What is tried in place of sizes that nobody knows: two of a kind, for where the outputs differ, nobody knows theirs.</summary>
    private static class Sizes
    {
        public static readonly int[] Small = [1, 2];
        public static readonly int[] Large = [64, 96]; // that can be halved several times
    }
}
