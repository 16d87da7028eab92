namespace Descent;

public static partial class Ops
{
    /// <summary>Adds up a tensor over all shards of a batch; outside of one it is the tensor itself. The gradient of a sum is the sum of the gradients.</summary>
    internal static Tensor SumShards(Tensor x)
    {
        if (BatchShard.Current is not { } shard) return x;
        var result = x.Copy();
        shard.Sum(result.Floats);
        return Record(result, x, static n => SumShards(n.Gradient));
    }
}
