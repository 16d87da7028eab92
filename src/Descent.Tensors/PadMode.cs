namespace Descent;

/// <summary>What <see cref="Ops.Pad"/> puts around a tensor.</summary>
public enum PadMode
{
    /// <summary>One value.</summary>
    Constant,

    /// <summary>The mirror image, without the element at the edge: <c>c b | a b c | b a</c>.</summary>
    Reflect,

    /// <summary>The mirror image, with the element at the edge: <c>b a | a b c | c b</c>.</summary>
    Symmetric,

    /// <summary>The element at the edge: <c>a a | a b c | c c</c>.</summary>
    Edge,
}
