using Descent.Layers;

namespace Descent.Saving;

/// <summary>
/// Weights that older versions kept in another form: the gates of a recurrent layer one by one or as cuDNN has them, kernels with channels first, kernels that are turned
/// round. They are told by their shapes, wherever a layer stands: in another one, in a model, or in both.
/// </summary>
internal sealed class OldWeights
{
    // The order of the gates in the files of Keras 1, by their order in a kernel now.
    private static readonly int[] LstmGates = [0, 2, 1, 3]; // input, cell, forget, output there; input, forget, cell, output here
    private static readonly int[] GruGates = [0, 1, 2];

    private readonly int _generation;
    private readonly bool _isTurned;

    private OldWeights(int generation, string? backend) => (_generation, _isTurned) = (generation, backend == "theano");

    /// <summary>The weights of a file in the form that a model has.</summary>
    /// <param name="layers">The layers of the file that have weights.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Whether layers are found by their names.</param>
    /// <param name="generation">1, 2 or 3.</param>
    /// <param name="backend">The library that Keras computed with, if the file says so: Theano's convolutions turn kernels round.</param>
    /// <exception cref="InvalidDataException">A layer computes something else than that of the file.</exception>
    public static List<StoredTensor> Convert(List<(string Layer, List<StoredTensor> Weights)> layers, Model model, LoadOptions options, int generation, string? backend)
    {
        if (generation >= 3) return [.. layers.SelectMany(l => l.Weights)];
        var form = new OldWeights(generation, backend);
        var own = model.Layers.Where(l => l.Weights.Count > 0).ToArray();
        var result = new List<StoredTensor>();
        foreach (var (i, (name, weights)) in layers.Index())
        {
            var layer = name.Length == 0 ? null // the model's own
                : !options.MatchesByName ? own.ElementAtOrDefault(i)
                : Array.Find(own, l => StateLayout.Join(l.Name, "0") == options.Renamed(weights[0].Name));
            result.AddRange(layer is null ? weights : form.Convert(layer, weights));
        }

        return result;
    }

    // What is trained comes first, as in Keras, whatever layer inside it belongs to.
    private IEnumerable<StoredTensor> Convert(Layer layer, List<StoredTensor> weights)
    {
        var (converted, taken) = (new List<StoredTensor>(), 0);
        Layer[] leaves = [.. Leaves(layer).Distinct()];
        foreach (var isTrained in new[] { true, false })
        {
            foreach (var leaf in leaves)
            {
                Variable[] own = [.. leaf.Weights.Where(w => w.Trainable == isTrained)];
                var left = weights[taken..];
                if (own.Length == 0 || left.Count == 0) continue;
                var count = HasGatesAlone(leaf, own, left) ? 3 * Gates(leaf)!.Length : Math.Min(own.Length, left.Count);
                converted.AddRange(Convert(leaf, own, left[..count]));
                taken += count;
            }
        }

        return converted.Concat(weights[taken..]).Select((tensor, i) => tensor.Number == weights[i].Number ? tensor : new RenamedTensor(tensor, weights[i].Name, weights[i].Number));
    }

    private IEnumerable<StoredTensor> Convert(Layer leaf, Variable[] own, List<StoredTensor> weights)
    {
        if (HasGatesAlone(leaf, own, weights)) return Gather(leaf, own, weights);
        if (Gates(leaf) is { } gates && IsOfCudnn(own, weights, gates.Length)) return FromCudnn(leaf, weights, gates.Length);
        return weights.Select((weight, i) => Turn(leaf, weight, own[i].Shape));
    }

    private static IEnumerable<Layer> Leaves(Layer layer) => layer switch
    {
        Model model => model.Layers.SelectMany(Leaves),
        TimeDistributed each => Leaves(each.Layer),
        Bidirectional both => [both.ForwardLayer, both.BackwardLayer],
        _ => [layer],
    };

    private static int[]? Gates(Layer layer) => layer switch
    {
        LSTM or ConvLSTM2D => LstmGates,
        GRU => GruGates,
        _ => null,
    };

    // Keras 1 had both forms: one for each way to compute.
    private bool HasGatesAlone(Layer leaf, Variable[] own, List<StoredTensor> weights) =>
        _generation == 1 && own.Length == 3 && Gates(leaf) is { } gates && weights.Count >= 3 * gates.Length && SizeOf(weights[0]) * gates.Length == own[0].Shape.Size;

    // W_i, U_i, b_i, W_c, … → kernel, recurrent kernel, bias
    private IEnumerable<StoredTensor> Gather(Layer leaf, Variable[] own, List<StoredTensor> weights)
    {
        var gates = Gates(leaf)!;
        return own.Select((variable, part) =>
        {
            var shape = variable.Shape.ToArray();
            shape[^1] /= gates.Length;
            StoredTensor[] parts = [.. gates.Select(gate => Turn(leaf, weights[3 * gate + part], Shape.Create(shape)))];
            var first = parts[0].Dimensions;
            var areAlike = first.Count > 0 && Array.TrueForAll(parts, p => p.Dimensions.SequenceEqual(first));
            return (StoredTensor)new MadeTensor(parts, areAlike ? [.. first.SkipLast(1), first[^1] * parts.Length] : [], values => Ops.Concatenate(values));
        });
    }

    // cuDNN adds a bias to the input and one to the state.
    private static bool IsOfCudnn(Variable[] own, List<StoredTensor> weights, int gates) =>
        weights.Count == 3 && own.Length == 3 && weights[2].Dimensions is [var length] && length == 2L * gates * own[1].Shape[0];

    private static IEnumerable<StoredTensor> FromCudnn(Layer leaf, List<StoredTensor> weights, int gates)
    {
        if (leaf is GRU { ResetAfter: false })
            throw new InvalidDataException($"Layer '{leaf.Name}' must have ResetAfter = true to take the weights of a CuDNNGRU, which resets its gates after the product. Received: '{weights[2].Place}' of shape ({weights[2].Dimensions[0]}) for a layer without.");
        var length = weights[2].Dimensions[0] / 2;
        yield return new MadeTensor([weights[0]], weights[0].Dimensions, parts => Transposed(parts[0], gates));
        yield return new MadeTensor([weights[1]], weights[1].Dimensions, parts => Transposed(parts[0], gates));
        yield return leaf is GRU
            ? new MadeTensor([weights[2]], [2, length], parts => Ops.Reshape(parts[0], [2, (int)length]))
            : new MadeTensor([weights[2]], [length], parts => Ops.Sum(Ops.Reshape(parts[0], [2, (int)length]), [0]));
    }

    // For each gate the elements of a matrix (outputs, inputs), row by row, stand in one that is called (inputs, outputs).
    private static Tensor Transposed(Tensor kernel, int gates)
    {
        var (inputs, units) = (kernel.Shape[0], kernel.Shape[1] / gates);
        return Ops.Concatenate([.. Enumerable.Range(0, gates).Select(g => Ops.Transpose(Ops.Reshape(Ops.Slice(kernel, .., (g * units)..((g + 1) * units)), [units, inputs]), [1, 0]))]);
    }

    private StoredTensor Turn(Layer layer, StoredTensor weight, Shape expected)
    {
        if (weight.Dimensions.Count < 3 || layer is not (Conv1D or Conv2D or Conv3D or Conv2DTranspose or ConvLSTM2D)) return weight;
        long[] stored = [.. weight.Dimensions];
        int[] axes = [.. Enumerable.Range(0, stored.Length)];
        if (_generation == 1)
        {
            // A convolution along time was one over images of width 1.
            if (layer is Conv1D && stored.Length == 4) stored = stored[1] == 1 ? [stored[0], stored[2], stored[3]] : stored[3] == 1 ? [stored[0], stored[1], stored[2]] : stored;
            axes = Axes(layer, stored, expected);
        }

        if (!_isTurned && stored.Length == weight.Dimensions.Count && axes.SequenceEqual(Enumerable.Range(0, axes.Length))) return weight;
        return new MadeTensor([weight], [.. axes.Select(a => stored[a])], parts =>
        {
            var kernel = Ops.Transpose(Ops.Reshape(parts[0], Shape.Create([.. stored.Select(d => (int)d)])), axes);
            return _isTurned ? Ops.Flip(kernel, [.. Enumerable.Range(0, axes.Length - 2)]) : kernel;
        });
    }

    // The axes of a kernel of Keras 1 in today's order. With channels first it was (filters, channels, …), else (…, channels, filters), in transposed convolutions too.
    private static int[] Axes(Layer layer, long[] stored, Shape expected)
    {
        var spatial = Enumerable.Range(0, stored.Length - 2);
        var (first, last) = layer is Conv2DTranspose ? (0, 1) : (1, 0);
        int[] axes = [.. spatial.Select(a => a + 2), first, last];
        long[] shape = [.. expected.Select(d => (long)d)];
        var isChannelsFirst = layer is SpatialLayer { DataFormat: DataFormats.ChannelsFirst } or ConvLSTM { DataFormat: DataFormats.ChannelsFirst };
        if (isChannelsFirst || layer is not Conv2DTranspose && !stored.SequenceEqual(shape) && shape.SequenceEqual(axes.Select(a => stored[a]))) return axes;
        return layer is Conv2DTranspose ? [.. spatial, stored.Length - 1, stored.Length - 2] : [.. Enumerable.Range(0, stored.Length)];
    }

    private static long SizeOf(StoredTensor tensor) => tensor.Dimensions.Aggregate(1L, (size, d) => unchecked(size * d));
}
