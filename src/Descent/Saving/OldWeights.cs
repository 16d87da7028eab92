using Descent.Layers;

namespace Descent.Saving;

/// <summary>Weights that older versions kept in another form: the gates of a recurrent layer one by one, kernels with channels first, kernels that are turned round.</summary>
internal static class OldWeights
{
    // The order of the gates in the files of Keras 1, by their order in a kernel now.
    private static readonly int[] LstmGates = [0, 2, 1, 3]; // input, cell, forget, output there; input, forget, cell, output here
    private static readonly int[] GruGates = [0, 1, 2];

    /// <summary>The weights of a file in the form that a model has.</summary>
    /// <param name="layers">The layers of the file that have weights.</param>
    /// <param name="model">The model.</param>
    /// <param name="generation">1, 2 or 3.</param>
    /// <param name="backend">The library that Keras computed with, if the file says so: Theano's convolutions turn kernels round.</param>
    public static List<StoredTensor> Convert(List<(string Layer, List<StoredTensor> Weights)> layers, Model model, int generation, string? backend)
    {
        if (generation >= 3) return [.. layers.SelectMany(l => l.Weights)];
        var own = model.Layers.Where(l => l.Weights.Count > 0).ToArray();
        var result = new List<StoredTensor>();
        for (var i = 0; i < layers.Count; i++)
        {
            var weights = layers[i].Weights;
            if (i < own.Length && generation == 1) weights = Gather(own[i], weights);
            if (i < own.Length) weights = [.. weights.Select(w => Turn(own[i], w, generation, backend == "theano"))];
            result.AddRange(weights);
        }

        return result;
    }

    // W_i, U_i, b_i, W_c, … → kernel, recurrent kernel, bias
    private static List<StoredTensor> Gather(Layer layer, List<StoredTensor> weights)
    {
        if (layer is Bidirectional both && weights.Count % 2 == 0)
        {
            var half = weights.Count / 2;
            return [.. Renumber(weights, Gather(both.ForwardLayer, weights[..half]).Concat(Gather(both.BackwardLayer, weights[half..])))];
        }

        int[]? order = layer switch
        {
            LSTM when weights.Count == 12 => LstmGates,
            GRU when weights.Count == 9 => GruGates,
            _ => null,
        };
        return order is null ? weights : [.. Renumber(weights, Enumerable.Range(0, 3).Select(part => (StoredTensor)new GatheredTensor([.. order.Select(gate => weights[3 * gate + part])])))];
    }

    private static IEnumerable<StoredTensor> Renumber(List<StoredTensor> weights, IEnumerable<StoredTensor> gathered) =>
        gathered.Select((tensor, i) => new RenamedTensor(tensor, weights[i].Name, weights[i].Number));

    private static StoredTensor Turn(Layer layer, StoredTensor weight, int generation, bool isTurned)
    {
        if (weight.Dimensions.Count < 3 || layer.GetType() is var type && type != typeof(Conv1D) && type != typeof(Conv2D) && type != typeof(Conv3D) && type != typeof(Conv2DTranspose)) return weight;
        long[] stored = [.. weight.Dimensions];
        int[]? axes = null;
        if (generation == 1)
        {
            // A convolution along time was one over images of width 1.
            if (layer is Conv1D && stored.Length == 4) stored = stored[1] == 1 ? [stored[0], stored[2], stored[3]] : stored[3] == 1 ? [stored[0], stored[1], stored[2]] : stored;
            axes = Axes(layer, stored);
        }

        return axes is not null || isTurned || stored.Length != weight.Dimensions.Count ? new KernelTensor(weight, axes ?? [.. Enumerable.Range(0, stored.Length)], isTurned, stored) : weight;
    }

    // The axes of a kernel of Keras 1 in today's order; null: they stand in it. With channels first it was (filters, channels, …), else (…, channels, filters), in transposed convolutions too.
    private static int[]? Axes(Layer layer, long[] stored)
    {
        var spatial = stored.Length - 2;
        var (first, last) = layer is Conv2DTranspose ? (0, 1) : (1, 0);
        int[] axes = [.. Enumerable.Range(2, spatial), first, last];
        long[] expected = [.. layer.OwnWeights.First().Shape.Select(d => (long)d)];
        if (layer is SpatialLayer { DataFormat: DataFormats.ChannelsFirst } || layer is not Conv2DTranspose && !stored.SequenceEqual(expected) && expected.SequenceEqual(axes.Select(a => stored[a]))) return axes;
        return layer is Conv2DTranspose ? [.. Enumerable.Range(0, spatial), spatial + 1, spatial] : null;
    }

    private sealed class RenamedTensor(StoredTensor inner, string name, string number) : StoredTensor(inner.Place, name, number)
    {
        public override IReadOnlyList<long> Dimensions => inner.Dimensions;

        public override string Type => inner.Type;

        public override bool IsChecked => inner.IsChecked;

        public override bool Fits(DType type) => inner.Fits(type);

        public override void Verify(Variable target) => inner.Verify(target);

        public override void Read(Variable target) => inner.Read(target);
    }

    /// <summary>Tensors side by side along the last axis.</summary>
    private sealed class GatheredTensor(StoredTensor[] parts) : StoredTensor(parts[0].Place, parts[0].Name, parts[0].Number)
    {
        public override IReadOnlyList<long> Dimensions => Array.TrueForAll(parts, p => p.Dimensions.Count > 0 && p.Dimensions.SequenceEqual(parts[0].Dimensions))
            ? [.. parts[0].Dimensions.SkipLast(1), parts[0].Dimensions[^1] * parts.Length]
            : [];

        public override string Type => parts[0].Type;

        public override bool IsChecked => Array.TrueForAll(parts, p => p.IsChecked);

        public override bool Fits(DType type) => Array.TrueForAll(parts, p => p.Fits(type));

        public override void Read(Variable target)
        {
            var shape = target.Shape.ToArray();
            shape[^1] /= parts.Length;
            target.Assign(Ops.Concatenate([.. parts.Select(p => (Tensor)p.ReadAlone(Shape.Create(shape), target.DType))]));
        }
    }

    /// <summary>A kernel of a convolution whose axes stand in another order, or that is turned round.</summary>
    private sealed class KernelTensor(StoredTensor inner, int[] axes, bool isTurned, long[] stored) : StoredTensor(inner.Place, inner.Name, inner.Number)
    {
        public override IReadOnlyList<long> Dimensions => [.. axes.Select(a => stored[a])];

        public override string Type => inner.Type;

        public override bool IsChecked => inner.IsChecked;

        public override bool Fits(DType type) => inner.Fits(type);

        public override void Read(Variable target)
        {
            var value = Ops.Reshape(inner.ReadAlone(Shape.Create([.. inner.Dimensions.Select(d => (int)d)]), target.DType), Shape.Create([.. stored.Select(d => (int)d)]));
            value = Ops.Transpose(value, axes);
            if (isTurned) value = Ops.Flip(value, [.. Enumerable.Range(0, axes.Length - 2)]);
            target.Assign(value);
        }
    }
}
