using System.Text.Json.Nodes;

namespace Descent.Regularizers;

/// <summary>Computes a penalty on a weight or an output, which is added to the loss.</summary>
/// <remarks>
/// A name stands for a regularizer with its default arguments: <c>KernelRegularizer = "l2"</c>. To write one: derive, override
/// <see cref="Call"/> and <see cref="GetConfig"/>, add <c>public static FromConfig(JsonObject)</c> and call
/// <see cref="KerasRegistry.Register{T}(string, string?)"/> before it is read from JSON.
/// </remarks>
public abstract class Regularizer : IKerasSerializable
{
    private static readonly KerasTable<Regularizer> Table =
        new KerasTable<Regularizer>("regularizer", "keras.regularizers")
            .Add(L1.FromConfig)
            .Add(L2.FromConfig)
            .Add(L1L2.FromConfig)
            .Add(OrthogonalRegularizer.FromConfig);

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>The names of all regularizers, built-in and registered.</summary>
    internal static IEnumerable<string> Names => Table.Names;

    /// <summary>Computes the penalty.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <returns>A scalar.</returns>
    public abstract Tensor Call(Tensor x);

    /// <inheritdoc/>
    public abstract JsonObject GetConfig();

    /// <summary>Writes this regularizer in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the regularizer of a name with its default arguments.</summary>
    /// <param name="name">A class name or one of Keras' names: <c>"l1"</c>, <c>"l2"</c>, <c>"l1_l2"</c>, <c>"orthogonal_regularizer"</c>.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">There is no regularizer of this name.</exception>
    public static Regularizer Get(string name) => Table.Get(name);

    /// <summary>Makes the regularizer that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Regularizer Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Makes the regularizer of a name; see <see cref="Get"/>.</summary>
    /// <param name="name">One of Keras' names.</param>
    public static implicit operator Regularizer(string name) => Get(name);
}
