namespace Descent.Kernels;

/// <summary>y = f(x) of one value, for functions that have no form over lanes.</summary>
internal interface IScalarFunction
{
    float Apply(float x);
}

/// <summary>z = f(x, y) of one pair, for functions that have no form over lanes.</summary>
internal interface IScalarPairFunction
{
    float Apply(float x, float y);
}

/// <summary>Takes a function of single values through a lane.</summary>
internal readonly struct PerElement<F>(F f) : IUnaryFunction where F : struct, IScalarFunction
{
    public unsafe L Apply<L>(L x) where L : struct, ILane<L>
    {
        var values = stackalloc float[L.Count];
        x.Store(values);
        for (var i = 0; i < L.Count; i++) values[i] = f.Apply(values[i]);
        return L.Load(values);
    }
}

/// <summary>Takes a function of pairs through lanes.</summary>
internal readonly struct PerPair<F>(F f) : IBinaryFunction where F : struct, IScalarPairFunction
{
    public unsafe L Apply<L>(L x, L y) where L : struct, ILane<L>
    {
        var xs = stackalloc float[L.Count];
        var ys = stackalloc float[L.Count];
        x.Store(xs);
        y.Store(ys);
        for (var i = 0; i < L.Count; i++) xs[i] = f.Apply(xs[i], ys[i]);
        return L.Load(xs);
    }
}
