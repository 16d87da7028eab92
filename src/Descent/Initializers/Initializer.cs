using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Makes the first value of a weight.</summary>
/// <remarks>
/// A name stands for an initializer with its default arguments: <c>KernelInitializer = "he_normal"</c>. To write one: derive,
/// override <see cref="Call"/> and <see cref="GetConfig"/>, add <c>public static FromConfig(JsonObject)</c> and call
/// <see cref="KerasRegistry.Register{T}(string, string?)"/> before it is read from JSON.
/// </remarks>
public abstract class Initializer : IKerasSerializable
{
    private static readonly KerasTable<Initializer> Table =
        new KerasTable<Initializer>("initializer", "keras.initializers")
            .Add(Zeros.FromConfig, aliases: ["zero"])
            .Add(Ones.FromConfig, aliases: ["one"])
            .Add(Constant.FromConfig)
            .Add(Identity.FromConfig, aliases: ["IdentityInitializer"])
            .Add(RandomNormal.FromConfig, aliases: ["normal"])
            .Add(RandomUniform.FromConfig, aliases: ["uniform"])
            .Add(TruncatedNormal.FromConfig)
            .Add(VarianceScaling.FromConfig)
            .Add(GlorotUniform.FromConfig)
            .Add(GlorotNormal.FromConfig)
            .Add(HeUniform.FromConfig)
            .Add(HeNormal.FromConfig)
            .Add(LecunUniform.FromConfig)
            .Add(LecunNormal.FromConfig)
            .Add(Orthogonal.FromConfig, aliases: ["OrthogonalInitializer"]);

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>The names of all initializers, built-in and registered.</summary>
    internal static IEnumerable<string> Names => Table.Names;

    /// <summary>Makes a value.</summary>
    /// <param name="shape">The shape of the weight, all dimensions known.</param>
    /// <returns>A float32 tensor of that shape.</returns>
    /// <exception cref="ArgumentException">The initializer cannot make a tensor of this shape.</exception>
    public abstract Tensor Call(Shape shape);

    /// <inheritdoc/>
    public abstract JsonObject GetConfig();

    /// <summary>Writes this initializer in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the initializer of a name with its default arguments.</summary>
    /// <param name="name">A class name or one of Keras' names, such as <c>"glorot_uniform"</c>, <c>"he_normal"</c>, <c>"uniform"</c>, <c>"zeros"</c>.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">There is no initializer of this name.</exception>
    public static Initializer Get(string name) => Table.Get(name);

    /// <summary>Makes the initializer that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Initializer Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Makes the initializer of a name; see <see cref="Get"/>.</summary>
    /// <param name="name">One of Keras' names.</param>
    public static implicit operator Initializer(string name) => Get(name);
}
