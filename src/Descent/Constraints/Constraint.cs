using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>Keeps a weight in a permitted set: applied to it after every step of an optimizer.</summary>
/// <remarks>
/// A name stands for a constraint with its default arguments: <c>KernelConstraint = "non_neg"</c>. To write one: derive, override
/// <see cref="Call"/> and <see cref="GetConfig"/>, add <c>public static FromConfig(JsonObject)</c> and call
/// <see cref="KerasRegistry.Register{T}(string, string?)"/> before it is read from JSON.
/// </remarks>
public abstract class Constraint : IKerasSerializable
{
    private static readonly KerasTable<Constraint> Table =
        new KerasTable<Constraint>("constraint", "keras.constraints")
            .Add(MaxNorm.FromConfig)
            .Add(MinMaxNorm.FromConfig)
            .Add(NonNeg.FromConfig)
            .Add(UnitNorm.FromConfig);

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>The names of all constraints, built-in and registered.</summary>
    internal static IEnumerable<string> Names => Table.Names;

    /// <summary>Projects a value into the permitted set.</summary>
    /// <param name="w">A float32 tensor.</param>
    /// <returns>A tensor of the same shape.</returns>
    public abstract Tensor Call(Tensor w);

    /// <inheritdoc/>
    public abstract JsonObject GetConfig();

    /// <summary>Writes this constraint in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the constraint of a name with its default arguments.</summary>
    /// <param name="name">A class name or one of Keras' names: <c>"max_norm"</c>, <c>"min_max_norm"</c>, <c>"non_neg"</c>, <c>"unit_norm"</c>.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">There is no constraint of this name.</exception>
    public static Constraint Get(string name) => Table.Get(name);

    /// <summary>Makes the constraint that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Constraint Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Makes the constraint of a name; see <see cref="Get"/>.</summary>
    /// <param name="name">One of Keras' names.</param>
    public static implicit operator Constraint(string name) => Get(name);
}
