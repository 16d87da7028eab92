using System.Text.Json.Nodes;

namespace Descent;

/// <summary>One class that can be read from JSON: how it is written and how it is made.</summary>
/// <param name="Type">The class.</param>
/// <param name="Module">Keras' module, or the namespace of a class that Keras does not have; null for generations whose JSON names none.</param>
/// <param name="Name">The class name in JSON.</param>
/// <param name="RegisteredName"><c>Package&gt;Name</c>; null for Keras' own classes.</param>
/// <param name="FromConfig">Makes an instance from its <c>config</c>.</param>
internal sealed record KerasClass(
    Type Type,
    string? Module,
    string Name,
    string? RegisteredName,
    Func<JsonObject, object> FromConfig);
