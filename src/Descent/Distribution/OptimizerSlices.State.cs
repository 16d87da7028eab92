using System.Text.Json.Nodes;

namespace Descent.Distribution;

/// <content>The state as a whole, for files: in the form that it has on one machine.</content>
internal sealed partial class OptimizerSlices
{
    /// <summary>Makes the optimizer one of whole variables until the result is disposed; its state is then that of this rank's part, and new elsewhere.</summary>
    public IDisposable MakeWhole()
    {
        _optimizer.Divide(_variables, null, _surroundings);
        return new Division(this);
    }

    /// <summary>The same with the state that all ranks have together; each of them calls this.</summary>
    /// <param name="everywhere">Whether on all ranks; otherwise on rank 0 alone, and the others keep theirs.</param>
    public IDisposable? GatherWhole(bool everywhere)
    {
        var whole = everywhere || _communicator.Rank == 0 ? MakeWhole() : null;
        foreach (var optimizer in _optimizer.Nest)
        {
            var own = optimizer.NumberedState().ToDictionary(s => (Array.IndexOf(_variables, s.Whole), s.Slot, s.Number), s => s.State);
            foreach (var item in Agree([.. own.Select(s => new Item(s.Key.Item1, s.Key.Slot, s.Key.Number, s.Value.Shape.Size))]))
                Gather(item, own.GetValueOrDefault((item.Variable, item.Slot, item.Number)), into: whole is not null);
        }

        return whole;
    }

    // What has a value for each element comes from all ranks that have some of them, anything else from the one that has the variable.
    private void Gather(Item item, Variable? state, bool into)
    {
        var isCut = item.Length == _variables[item.Variable].Shape.Size;
        var counts = new int[_communicator.Size];
        for (var rank = 0; rank < counts.Length; rank++)
        {
            var (_, part) = PartOf(item.Variable, rank);
            counts[rank] = isCut ? part : part > 0 ? item.Length : 0;
        }

        var (start, length) = (PartOf(item.Variable, _communicator.Rank).Start, counts[_communicator.Rank]);
        ReadOnlyMemory<float> own = length == 0 ? default : state!.View.CellMemory;
        if (own.Length != length) own = own.Slice(start, length);
        var all = new float[item.Length];
        _communicator.AllGather<float>(own, all, counts);
        if (into) all.CopyTo(state!.Write());
    }

    // Rank 0 knows what the state of whole variables is made of.
    private Item[] Agree(Item[] items)
    {
        var shared = _communicator.Share(new JsonArray([.. items.Select(i => (JsonNode)new JsonArray(i.Variable, i.Slot, i.Number, i.Length))]));
        return [.. shared.AsArray().Select(i => new Item(i![0]!.GetValue<int>(), i[1]!.GetValue<string>(), i[2]!.GetValue<int>(), i[3]!.GetValue<int>()))];
    }

    private readonly record struct Item(int Variable, string Slot, int Number, int Length);

    private sealed class Division(OptimizerSlices slices) : IDisposable
    {
        public void Dispose() => slices._optimizer.Divide(slices._parts, slices._share, slices._surroundings);
    }
}
