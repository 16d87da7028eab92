namespace Descent.Layers;

/// <summary>What a call of a layer comes with beside its inputs.</summary>
public readonly struct LayerCall
{
    /// <summary>Keras' name for a mask of the first input.</summary>
    internal const string MaskName = "mask";

    /// <summary>Keras' name for <see cref="AttentionMask"/>.</summary>
    internal const string AttentionMaskName = "attention_mask";

    private static readonly IReadOnlyList<Tensor?>[] Unmasked = [[], [null], [null, null], [null, null, null], [null, null, null, null]];

    private readonly IReadOnlyList<Tensor?>? _masks;

    /// <summary>Creates one.</summary>
    /// <param name="training">Whether this is a step of training.</param>
    /// <param name="masks">One mask per input, null where there is none. Default null: those that the inputs carry.</param>
    public LayerCall(bool training, IReadOnlyList<Tensor?>? masks = null) => (Training, _masks) = (training, masks);

    private LayerCall(LayerCall call, bool training, IReadOnlyList<Tensor?>? masks)
    {
        this = call;
        (Training, _masks) = (training, masks);
    }

    /// <summary>Whether this is a step of training.</summary>
    public bool Training { get; }

    /// <summary>The masks, one per input, null where there is none.</summary>
    public IReadOnlyList<Tensor?> Masks => _masks ?? [];

    /// <summary>For attention: whether each query sees only the keys up to its own place; default false.</summary>
    public bool UseCausalMask { get; init; }

    /// <summary>For attention of several heads: bool, of a shape that broadcasts to <c>(batch, queries, keys)</c> or <c>(batch, heads, queries, keys)</c>, false where a query does not see a key; null: none.</summary>
    public Tensor? AttentionMask { get; init; }

    /// <summary>For attention: whether the scores are returned behind the output; default false.</summary>
    public bool ReturnAttentionScores { get; init; }

    /// <summary>What is given beside masks.</summary>
    internal CallOptions Options =>
        (UseCausalMask ? CallOptions.UseCausalMask : 0) | (AttentionMask is null ? 0 : CallOptions.AttentionMask) | (ReturnAttentionScores ? CallOptions.ReturnAttentionScores : 0);

    /// <summary>The same call with a mask for each input: those that were given, or those that the inputs carry.</summary>
    internal LayerCall For(IReadOnlyList<Tensor> inputs) => _masks is null ? new LayerCall(this, Training, MasksOf(inputs)) : this;

    /// <summary>The same call as a part of another: in training or not as that one is.</summary>
    internal LayerCall In(bool training) => new(this, training, _masks);

    /// <summary>The same call with a tensor that Keras' call takes by name.</summary>
    internal LayerCall With(string name, Tensor tensor, IReadOnlyList<Tensor> inputs)
    {
        var mask = Ops.Cast(tensor, DType.Bool);
        return name == AttentionMaskName ? this with { AttentionMask = mask } : new LayerCall(this, Training, [mask, .. For(inputs).Masks.Skip(1)]);
    }

    // Most calls have no masks and share one list.
    private static IReadOnlyList<Tensor?> MasksOf(IReadOnlyList<Tensor> inputs)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Mask is null) continue;
            var masks = new Tensor?[inputs.Count];
            for (; i < masks.Length; i++) masks[i] = inputs[i].Mask;
            return masks;
        }

        return inputs.Count < Unmasked.Length ? Unmasked[inputs.Count] : new Tensor?[inputs.Count];
    }
}
