using Descent.Charts;

namespace Descent;

public partial class Model
{
    /// <summary>The graph of a model of the functional API; null for the others.</summary>
    internal LayerGraph? Graph => _graph;

    /// <summary>Draws the layers as an SVG picture: their names, classes, shapes and parameters, and which reads from which.</summary>
    /// <remarks>
    /// A layer that is used several times has a box for each use. Of a model of a class of your own, whose <c>Call</c> is code, the layers are shown without arrows.
    /// </remarks>
    /// <param name="path">The file, which is replaced whole or not at all.</param>
    /// <param name="expandNested">Whether models inside this one are shown with their layers; default false, as one box.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Plot(string path, bool expandNested = false) =>
        SvgWriter.Save(path, ModelPicture.Draw(new ModelDiagram(this, expandNested), Built ? $"{Count(CountParams())} parameters" : "not built"));

    /// <summary>Describes the layers as a flowchart of Mermaid, which Markdown pages show in many places, with what <see cref="Plot"/> draws.</summary>
    /// <param name="expandNested">Whether models inside this one are shown with their layers; default false.</param>
    public string ToMermaid(bool expandNested = false) => ModelText.Mermaid(new ModelDiagram(this, expandNested));

    /// <summary>Describes the layers in DOT, the language of Graphviz, with what <see cref="Plot"/> draws.</summary>
    /// <param name="expandNested">Whether models inside this one are shown with their layers; default false.</param>
    public string ToDot(bool expandNested = false) => ModelText.Dot(new ModelDiagram(this, expandNested));
}
