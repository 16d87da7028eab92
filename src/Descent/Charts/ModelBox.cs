using System.Globalization;
using Descent.Layers;

namespace Descent.Charts;

/// <summary>A use of a layer in a <see cref="ModelDiagram"/>.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="InputShapes">The shapes that it reads; none if it is an input, or they are not known.</param>
/// <param name="OutputShapes">The shapes that it gives; none if they are not known.</param>
/// <param name="IsShared">Whether the layer has another use before this one, where its parameters are counted.</param>
/// <param name="Inner">What is inside; null for what is shown as one box.</param>
internal sealed record ModelBox(Layer Layer, IReadOnlyList<Shape> InputShapes, IReadOnlyList<Shape> OutputShapes, bool IsShared, ModelDiagram? Inner)
{
    /// <summary>The name of the layer.</summary>
    public string Name => Layer.Name;

    /// <summary>The class of the layer, by Keras' name.</summary>
    public string Kind => Layer.ClassName;

    /// <summary>The shapes, as far as they are known; empty if none is.</summary>
    public string Shapes => string.Join(" → ", ((string[])[string.Join(", ", InputShapes), string.Join(", ", OutputShapes)]).Where(s => s.Length > 0));

    /// <summary>The number of parameters; empty where there are none, or they are counted elsewhere.</summary>
    public string Parameters => IsShared
        ? "shared"
        : !Layer.Built && OutputShapes.Count == 0 ? "not built"
        : Layer.CountParams() is > 0 and var count ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "parameter" : "parameters")}") : "";
}
