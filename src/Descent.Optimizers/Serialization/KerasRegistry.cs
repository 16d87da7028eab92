using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Descent;

/// <summary>Knows every class of the user's that may be made from Keras' JSON, whatever its kind.</summary>
/// <remarks>
/// Reading JSON makes built-in classes and classes registered here, and nothing else: a file can never name an arbitrary type.
/// Keras' counterpart is <c>keras.saving.register_keras_serializable</c>. All members are safe to call from many threads.
/// </remarks>
public static class KerasRegistry
{
    private const string FactoryName = "FromConfig";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, KerasClass> ByName = new(StringComparer.Ordinal);
    private static readonly Dictionary<Type, KerasClass> ByType = [];

    /// <summary>Registers a class, so that JSON which names it can be read.</summary>
    /// <typeparam name="T">A class with <c>public static T FromConfig(JsonObject config)</c>; the method may return a base class.</typeparam>
    /// <param name="package">Keeps classes of the same name apart, as in Keras: the registered name is <c>package&gt;name</c>. Default "Custom".</param>
    /// <param name="name">The name within the package; default the class's own.</param>
    /// <remarks>Registering a class twice under one name does nothing; under another name adds that name and writes it from then on.</remarks>
    /// <exception cref="ArgumentException">The class has no such method, the name belongs to another class, or package or name is empty or contains '&gt;'.</exception>
    public static void Register<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>(
        string package = "Custom", string? name = null)
        where T : class, IKerasSerializable
    {
        name ??= typeof(T).Name;
        CheckPart(package, nameof(package));
        CheckPart(name, nameof(name));
        string registeredName = KerasNames.Join(package, name);
        Func<JsonObject, object> fromConfig = FindFactory<T>();
        lock (Gate)
        {
            if (!ByName.TryGetValue(registeredName, out KerasClass? known))
            {
                ByType[typeof(T)] = new KerasClass(typeof(T), typeof(T).Namespace ?? "", name, registeredName, fromConfig);
                ByName.Add(registeredName, ByType[typeof(T)]);
            }
            else if (known.Type != typeof(T))
            {
                throw new ArgumentException(
                    $"'{registeredName}' must name one class. Received: {typeof(T)}, but it is registered for {known.Type}. Choose another package or name.",
                    nameof(name));
            }
        }
    }

    /// <summary>Writes an object in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <param name="instance">A built-in object or one of the user's.</param>
    /// <returns>
    /// A new JSON object. A built-in class carries Keras' module and no registered name; one of the user's its namespace
    /// and <c>Package&gt;Name</c>, or its bare name if it is not registered (reading it back then needs the registration).
    /// An optimizer of Keras 1 or 2 is written in their form, <c>{"class_name", "config"}</c>.
    /// Numbers of type double in the config are written with a decimal point or an exponent, as Keras insists on.
    /// </returns>
    /// <exception cref="ArgumentException">The config holds NaN or an infinity, which JSON cannot express.</exception>
    public static JsonObject Serialize(IKerasSerializable instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        Type type = instance.GetType();
        KerasClass? known = instance.BuiltIns?.Find(type);
        if (known is null)
        {
            lock (Gate)
                known = ByType.GetValueOrDefault(type);
        }

        if (known is { Module: null })
            return new JsonObject { ["class_name"] = known.Name, ["config"] = KerasJson.Copy(instance.GetConfig()) };

        return new JsonObject
        {
            ["module"] = known?.Module ?? type.Namespace ?? "",
            ["class_name"] = known?.Name ?? type.Name,
            ["config"] = KerasJson.Copy(instance.GetConfig()),
            ["registered_name"] = known is null ? type.Name : known.RegisteredName,
        };
    }

    /// <summary>Finds a registered class by <c>Package&gt;Name</c>, or by its bare name among those that are of the kind.</summary>
    /// <exception cref="ArgumentException">Several packages have a class of this bare name.</exception>
    internal static KerasClass? Find(string name, Type kind)
    {
        lock (Gate)
        {
            if (KerasNames.HasPackage(name))
                return ByName.GetValueOrDefault(name);

            KerasClass[] found = [.. OfKind(kind).Where(c => c.Name == name)];
            return found.Length < 2 ? found.FirstOrDefault() : throw new ArgumentException(
                $"'{name}' must name one class. Received a name that fits {string.Join(" and ", found.Select(c => $"'{c.RegisteredName}'"))}. Write its package too.",
                nameof(name));
        }
    }

    /// <summary>The registered names of the classes of a kind.</summary>
    internal static string[] NamesOf(Type kind)
    {
        lock (Gate)
            return [.. OfKind(kind).Select(c => c.RegisteredName!).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<KerasClass> OfKind(Type kind) => ByName.Values.Where(c => kind.IsAssignableFrom(c.Type));

    /// <summary>Reflection happens here alone, once a class; the annotation keeps the method when the program is trimmed.</summary>
    private static Func<JsonObject, object> FindFactory<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>()
        where T : class
    {
        MethodInfo? method = typeof(T).GetMethod(FactoryName, BindingFlags.Public | BindingFlags.Static, [typeof(JsonObject)]);
        if (method is null || !(method.ReturnType.IsAssignableFrom(typeof(T)) || typeof(T).IsAssignableFrom(method.ReturnType)))
        {
            throw new ArgumentException(
                $"{typeof(T).Name} must have a public static {FactoryName}(JsonObject) method. "
                + $"Add 'public static {typeof(T).Name} {FactoryName}(JsonObject config)', which makes an object from what GetConfig returns.");
        }

        var fromConfig = method.CreateDelegate<Func<JsonObject, object>>();
        return config => Run(fromConfig, config) as T ?? throw new InvalidOperationException(
            $"{typeof(T).Name}.{FactoryName} must return an instance of {typeof(T).Name}. Received: null or an object of another class.");
    }

    // A method that takes for granted what a file should have is no reason to end a program that reads another one.
    private static object Run(Func<JsonObject, object> fromConfig, JsonObject config)
    {
        try
        {
            return fromConfig(config);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidCastException or IndexOutOfRangeException)
        {
            throw new ArgumentException($"{fromConfig.Method.DeclaringType?.Name}.{FactoryName} must be given what GetConfig returns. Received: {KerasNames.Shorten(config)}, which it fails on: {e.Message}", nameof(config), e);
        }
    }

    private static void CheckPart(string part, string parameter)
    {
        if (string.IsNullOrWhiteSpace(part) || KerasNames.HasPackage(part))
            throw new ArgumentException($"The {parameter} of a registered class must not be empty or contain '>'. Received: '{part}'.", parameter);
    }
}
