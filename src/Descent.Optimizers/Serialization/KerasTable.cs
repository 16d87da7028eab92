using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Descent;

/// <summary>The built-in classes of one kind, searched by type when an object is written.</summary>
internal interface IKerasTable
{
    /// <summary>Finds the entry of exactly this type; null for a class that is not built in.</summary>
    KerasClass? Find(Type type);
}

/// <summary>The built-in classes of one kind (optimizers, layers, …): the closed set that JSON without a package can name.</summary>
/// <remarks>
/// The base class of each kind holds its table in a static field, filled when it is declared and not changed later;
/// so tables of different kinds may use the same name (<c>Identity</c>, <c>CategoricalCrossentropy</c>).
/// Names are compared without case and underscores, hence <c>"glorot_uniform"</c> needs no alias beside <c>"GlorotUniform"</c>.
/// <code>
/// internal static readonly KerasTable&lt;Optimizer&gt; Table = new KerasTable&lt;Optimizer&gt;("optimizer", "keras.optimizers")
///     .Add(SGD.FromConfig)
///     .Add(ScheduleFreeAdamW.FromConfig, aliases: ["schedule_free"]);
/// </code>
/// </remarks>
/// <typeparam name="TBase">The base class of the kind.</typeparam>
/// <param name="kind">The kind in words, for messages: "optimizer".</param>
/// <param name="module">Keras' public module of the kind: "keras.optimizers"; null for a generation whose JSON names no modules.</param>
/// <param name="names">How names are compared; default without case and underscores.</param>
/// <param name="later">The classes of Keras 3, for a table of an older generation: who looks for one of them here is told so.</param>
internal sealed class KerasTable<TBase>(string kind, string? module, IEqualityComparer<string>? names = null, KerasTable<TBase>? later = null) : IKerasTable
    where TBase : class, IKerasSerializable
{
    /// <summary>The package of classes that Descent has and Keras lacks.</summary>
    private const string OwnPackage = "Descent";

    private readonly Dictionary<string, KerasClass> _byName = new(names ?? KerasNames.Comparer);
    private readonly Dictionary<Type, KerasClass> _byType = [];

    /// <summary>The class names of the kind, built-in ones in the order in which they were added, then registered ones.</summary>
    public IEnumerable<string> Names => _byType.Values.Select(c => c.Name).Concat(KerasRegistry.NamesOf(typeof(TBase)));

    /// <summary>Adds one of Keras' classes.</summary>
    /// <param name="fromConfig">Its <c>FromConfig</c>.</param>
    /// <param name="aliases">Further names by which <see cref="Get"/> finds it.</param>
    /// <param name="module">Its module if it differs from that of the table.</param>
    /// <param name="name">Its name in Keras if that is another one: such a class is not exported there, and JSON repeats the name as the registered one.</param>
    public KerasTable<TBase> Add<T>(Func<JsonObject, T> fromConfig, string[]? aliases = null, string? module = null, string? name = null)
        where T : class, TBase
        => Add(new KerasClass(typeof(T), module ?? Module, name ?? typeof(T).Name, RegisteredName: name, fromConfig), aliases);

    /// <summary>Adds a class that Keras lacks; it is written with the registered name <c>Descent&gt;Name</c>.</summary>
    /// <param name="fromConfig">Its <c>FromConfig</c>.</param>
    /// <param name="aliases">Further names by which <see cref="Get"/> finds it.</param>
    public KerasTable<TBase> AddOwn<T>(Func<JsonObject, T> fromConfig, string[]? aliases = null)
        where T : class, TBase
    {
        string registeredName = KerasNames.Join(OwnPackage, typeof(T).Name);
        return Add(
            new KerasClass(typeof(T), typeof(T).Namespace!, typeof(T).Name, registeredName, fromConfig),
            [registeredName, .. aliases ?? []]);
    }

    /// <inheritdoc/>
    public KerasClass? Find(Type type) => _byType.GetValueOrDefault(type);

    /// <summary>Makes the class of this name or alias with its default arguments.</summary>
    /// <param name="name">A class name or alias in any case, with or without underscores, or <c>Package&gt;Name</c>.</param>
    /// <exception cref="ArgumentException">No such class, or it has arguments without a default.</exception>
    public TBase Get(string name) => Make(name, []);

    /// <summary>Tells whether <see cref="Get"/> knows a name.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out KerasClass? found)
    {
        found = Search(Module, name);
        return found is not null;
    }

    /// <summary>Throws what <see cref="Get"/> throws for a name that nothing has.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No such class.</exception>
    public void Check(string name) => Find(Module, name);

    /// <summary>Makes the object that JSON in any of Keras' forms describes.</summary>
    /// <param name="json">
    /// <c>{"class_name", "config"}</c> with or without <c>module</c> and <c>registered_name</c>; other keys are left to the caller.
    /// A function (<c>"class_name": "function"</c>) is the class of the function's name.
    /// </param>
    /// <exception cref="ArgumentException">The JSON does not have this form, the class is unknown, or its config is bad.</exception>
    public TBase Deserialize(JsonObject json)
    {
        (KerasClass found, JsonObject config) = Locate(json);
        return Make(found, config);
    }

    /// <summary>Makes the class of a name from its arguments.</summary>
    /// <param name="name">As <see cref="Get"/> takes it.</param>
    /// <param name="config">The arguments.</param>
    /// <exception cref="ArgumentException">No such class, or its config is bad.</exception>
    public TBase Make(string name, JsonObject config) => Make(Find(Module, name), config);

    /// <summary>Finds the class that JSON names, and the arguments in it.</summary>
    /// <param name="json">As <see cref="Deserialize"/> takes it.</param>
    /// <exception cref="ArgumentException">The JSON does not have this form, or the class is unknown.</exception>
    public (KerasClass Class, JsonObject Config) Locate(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        string className = Text(json, "class_name") ?? throw new ArgumentException(
            $"A serialized {kind} must have a 'class_name'. Received: {KerasNames.Shorten(json)}.", nameof(json));
        string? registeredName = Text(json, "registered_name");
        string? source = Text(json, "module");
        if (className == "function")
            return (Find(Module, Text(json, "config") ?? registeredName ?? className), []);

        // Keras repeats the class name as registered name where a class is not exported (its backends' optimizers).
        string name = registeredName is not null && KerasNames.HasPackage(registeredName) ? registeredName : className;
        return (Find(source, name), json["config"] switch
        {
            null => [],
            JsonObject config => config,
            JsonNode other => throw new ArgumentException(
                $"'config' of {kind} '{className}' must be an object. Received: {KerasNames.Shorten(other)}.", nameof(json)),
        });
    }

    private string? Module => module;

    private KerasTable<TBase> Add(KerasClass added, string[]? aliases)
    {
        _byType.Add(added.Type, added);
        foreach (string name in (string[])[added.Name, KerasNames.ToSnakeCase(added.Name), .. aliases ?? []])
        {
            // An alias may be spelled like the name (MSE and mse); it must not point elsewhere.
            if (!_byName.TryAdd(name, added) && _byName[name] != added)
                throw new InvalidOperationException($"'{name}' names two classes of kind '{kind}'.");
        }

        return this;
    }

    private KerasClass Find(string? source, string name)
    {
        if (Search(source, name) is not { } found)
        {
            if (source is not null && _byName.TryGetValue(name, out KerasClass? builtIn))
                throw new ArgumentException($"Unknown {kind} '{name}' of module '{source}': it is no module of Keras. Write \"{Module}\" if the {builtIn.Name} of Keras is meant, or register the class: KerasRegistry.Register<MyClass>(\"MyPackage\").");
            throw Unknown(name);
        }

        return typeof(TBase).IsAssignableFrom(found.Type) ? found : throw new ArgumentException(
            $"'{name}' must be a class of kind '{kind}'. Received: the name of {found.Type}.");
    }

    private ArgumentException Unknown(string name) => new(
            $"Unknown {kind} '{name}'.{KerasNames.DidYouMean(name, _byName.Keys.Concat(Names))}{NoteOfLater(name)} "
            + $"Known: {string.Join(", ", Names)}.{KerasNames.HowToRegister}");

    private string NoteOfLater(string name) => later?._byName.TryGetValue(name, out KerasClass? found) == true && !_byType.Values.Any(c => c.Name == found.Name)
        ? $" {found.Name} came with a later generation; Keras 3 has it."
        : "";

    /// <summary>A class of someone else's module is never taken for the built-in one of the same name.</summary>
    private KerasClass? Search(string? source, string name)
    {
        bool mayBeBuiltIn = source is null or "keras" || source.StartsWith("keras.", StringComparison.Ordinal) || KerasNames.HasPackage(name);
        return (mayBeBuiltIn ? _byName.GetValueOrDefault(name) : null) ?? KerasRegistry.Find(name, typeof(TBase));
    }

    private static TBase Make(KerasClass found, JsonObject config) => (TBase)found.FromConfig(config);

    private string? Text(JsonObject json, string key) => json[key] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonNode other => throw new ArgumentException(
            $"'{key}' of a serialized {kind} must be a string. Received: {KerasNames.Shorten(other)}.", nameof(json)),
    };
}
