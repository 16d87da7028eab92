using Descent.Threading;

namespace Descent.Kernels;

/// <summary>What a reduction of rows goes over: values, or what functions make of them.</summary>
internal interface IRowSource
{
    L Load<L>(nint index) where L : struct, ILane<L>;

    L LoadFirst<L>(nint index, int count) where L : struct, ILane<L>;
}

/// <summary>The values themselves.</summary>
internal readonly unsafe struct Values(float* x) : IRowSource
{
    public L Load<L>(nint index) where L : struct, ILane<L> => L.Load(x + index);

    public L LoadFirst<L>(nint index, int count) where L : struct, ILane<L> => L.LoadFirst(x + index, count);
}

/// <summary>What a function makes of each value.</summary>
internal readonly unsafe struct Mapped<F>(float* x, F f) : IRowSource where F : struct, IUnaryFunction
{
    public L Load<L>(nint index) where L : struct, ILane<L> => f.Apply(L.Load(x + index));

    public L LoadFirst<L>(nint index, int count) where L : struct, ILane<L> => f.Apply(L.LoadFirst(x + index, count));
}

/// <summary>What a function makes of each pair of values.</summary>
internal readonly unsafe struct Zipped<F>(float* x, float* y, F f) : IRowSource where F : struct, IBinaryFunction
{
    public L Load<L>(nint index) where L : struct, ILane<L> => f.Apply(L.Load(x + index), L.Load(y + index));

    public L LoadFirst<L>(nint index, int count) where L : struct, ILane<L> => f.Apply(L.LoadFirst(x + index, count), L.LoadFirst(y + index, count));
}

/// <summary>Work over a range of rows.</summary>
internal interface IRangeJob
{
    void Run(int start, int end);
}

/// <summary>Work over a range of rows, written over lanes.</summary>
internal interface ILaneRangeJob
{
    void Run<L>(int start, int end) where L : struct, ILane<L>;
}

/// <summary>Does work over a range of rows on the widest lanes.</summary>
internal readonly struct WidestLanes<J>(J job) : IRangeJob where J : struct, ILaneRangeJob
{
    public void Run(int start, int end)
    {
        if (Lanes.Use512) job.Run<Lane512>(start, end);
        else if (Lanes.Use256) job.Run<Lane256>(start, end);
        else if (Lanes.Use128) job.Run<Lane128>(start, end);
        else job.Run<ScalarLane>(start, end);
    }
}

/// <summary>Work over rows as chunks of some rows each.</summary>
internal readonly struct RangeJob<J>(J job, int step, int end) : IParallelJob where J : struct, IRangeJob
{
    public void Run(int chunk)
    {
        var start = chunk * step;
        job.Run(start, start + Math.Min(step, end - start));
    }
}
