namespace Descent;

/// <summary>How Keras' call of a layer takes several inputs; it is written so into files.</summary>
internal enum CallForm
{
    /// <summary>As one list: <c>layer([x, y])</c>.</summary>
    List,

    /// <summary>One by one, two or more: <c>layer(query, value)</c>.</summary>
    Apart,

    /// <summary>The first, and the others as first states: <c>layer(x, initial_state=[h, c])</c>.</summary>
    WithStates,
}
