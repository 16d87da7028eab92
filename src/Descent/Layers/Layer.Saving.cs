namespace Descent.Layers;

// Where saved files have the weights of a layer and of those inside it.
public abstract partial class Layer
{
    /// <summary>Weights smaller than this get their first value in any case.</summary>
    private const int SmallestBlank = 1 << 12;

    [ThreadStatic]
    private static bool t_blanks;

    private readonly Dictionary<Layer, string> _attributes = new(ReferenceEqualityComparer.Instance);

    /// <summary>The weights of this layer itself, those that were created trainable first: Keras' order in files.</summary>
    internal IEnumerable<Variable> OwnWeights => _weights.OrderBy(w => !w.IsTrainable).Select(w => w.Variable);

    /// <summary>What the layer draws random numbers from.</summary>
    internal virtual IReadOnlyList<SeedGenerator> Seeds => _seeds;

    /// <summary>The layers inside, each with the attribute of Keras' class that holds it; a list ends with a slash, and its layers are named after their classes.</summary>
    internal virtual IEnumerable<(string Attribute, Layer Layer)> Children => InnerLayers.Select(l => (_attributes.GetValueOrDefault(l, l.Name), l));

    /// <summary>Makes layers whose large float32 weights are 0 and take no memory yet: those of a file follow, and first values would be drawn for nothing.</summary>
    internal static T WithoutFirstValues<T>(Func<T> make)
    {
        var before = t_blanks;
        t_blanks = true;
        try
        {
            return make();
        }
        finally
        {
            t_blanks = before;
        }
    }
}
