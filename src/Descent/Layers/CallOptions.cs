namespace Descent.Layers;

/// <summary>The options of a <see cref="LayerCall"/>, under their names there.</summary>
[Flags]
internal enum CallOptions
{
    None = 0,
    UseCausalMask = 1,
    AttentionMask = 2,
    ReturnAttentionScores = 4,
    All = UseCausalMask | AttentionMask | ReturnAttentionScores,
}
