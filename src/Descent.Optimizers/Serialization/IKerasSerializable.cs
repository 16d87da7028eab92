using System.Text.Json.Nodes;

namespace Descent;

/// <summary>Is an object that Keras' JSON can describe: an optimizer, schedule, layer, loss, metric, initializer, regularizer, constraint or model.</summary>
/// <remarks>
/// A class that implements this and has a <c>public static FromConfig(JsonObject)</c> can be read back
/// once it is registered with <see cref="KerasRegistry.Register{T}(string, string?)"/>.
/// </remarks>
public interface IKerasSerializable
{
    /// <summary>Returns the arguments that make an equal object, under Keras' names.</summary>
    /// <returns>A new object on every call; the caller may change it.</returns>
    JsonObject GetConfig();

    /// <summary>The built-in classes of this object's kind; null for a kind that Descent does not know.</summary>
    /// <remarks>Asking the object, rather than a global list, makes the table of its kind exist before it is searched.</remarks>
    internal IKerasTable? BuiltIns => null;
}
