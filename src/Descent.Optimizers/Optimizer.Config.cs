using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private const string ExclusionsKey = "exclude_from_weight_decay";
    private const string GroupsKey = "parameter_groups";
    private const string LazyKey = "lazy_updates";
    private const string NameKey = "name";

    internal static readonly KerasTable<Optimizer> Table = new KerasTable<Optimizer>("optimizer", "keras.optimizers")
        .Add(SGD.FromConfig)
        .Add(RMSprop.FromConfig)
        .Add(Adagrad.FromConfig)
        .Add(Adadelta.FromConfig)
        .Add(Adam.FromConfig)
        .Add(AdamW.FromConfig)
        .Add(Adamax.FromConfig)
        .Add(Nadam.FromConfig)
        .Add(Ftrl.FromConfig)
        .Add(Lion.FromConfig)
        .Add(Lamb.FromConfig)
        .Add(ScheduleFreeAdamW.FromConfig)
        .Add(Adafactor.FromConfig)
        .Add(Muon.FromConfig)
        .Add(LossScaleOptimizer.FromConfig)
        .Add(MultiOptimizer.FromConfig)
        .AddOwn(Lookahead.FromConfig)
        .AddOwn(SharpnessAwareMinimization.FromConfig)
        .AddOwn(StochasticWeightAveraging.FromConfig);

    /// <summary>Restores the options of this page from a config, for an optimizer of your own.</summary>
    /// <param name="config">What <see cref="GetConfig"/> returned; keys of the derived class are left to it.</param>
    /// <param name="learningRate">The rate when the config has none.</param>
    /// <exception cref="ArgumentException">An option has the wrong type or value.</exception>
    protected Optimizer(JsonObject config, double learningRate = 0.001)
        : this(ConfigReader.Lenient(config, nameof(Optimizer)), learningRate)
    {
    }

    private protected Optimizer(ConfigReader reader, double learningRate)
        : this(ReadRate(reader, learningRate))
    {
        Name = reader.NullableString("name") ?? Name;
        WeightDecay = reader.NullableDouble("weight_decay", WeightDecay);
        ClipNorm = reader.NullableDouble("clipnorm");
        GlobalClipNorm = reader.NullableDouble("global_clipnorm");
        ClipValue = reader.NullableDouble("clipvalue");
        UseEma = reader.Bool("use_ema", UseEma);
        EmaMomentum = reader.Double("ema_momentum", EmaMomentum);
        EmaOverwriteFrequency = reader.NullableInt("ema_overwrite_frequency");
        LossScaleFactor = reader.NullableDouble("loss_scale_factor");
        GradientAccumulationSteps = reader.NullableInt("gradient_accumulation_steps");
        if (reader.NullableDouble("decay") is { } decay and not 0)
            DescentLog.Warn<Optimizer>(string.Create(CultureInfo.InvariantCulture, $"The optimizers of Keras 3 have no 'decay'; {decay} is ignored. Use a schedule such as InverseTimeDecay instead."));
    }

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => KerasGenerations.TableOf(Version);

    /// <summary>The generation whose names, defaults and formulas the optimizer has.</summary>
    internal virtual KerasVersion Version => KerasVersion.Keras3;

    /// <summary>Creates an optimizer of Keras 3 by name, with its defaults: <c>"adam"</c>, <c>"SGD"</c>; case does not matter.</summary>
    /// <param name="name">Keras' name, or a registered one.</param>
    /// <exception cref="ArgumentException">There is no such optimizer; the message lists the nearest names.</exception>
    public static Optimizer Get(string name) => Get(name, KerasVersion.Keras3);

    /// <summary>Creates an optimizer by name, with the defaults of a generation of Keras.</summary>
    /// <param name="name">Keras' name, or a registered one. Keras 1 knows a class by its exact name or in lower case; for the others case does not matter.</param>
    /// <param name="version">The generation.</param>
    /// <exception cref="ArgumentException">The generation has no such optimizer; the message lists the nearest names.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such generation.</exception>
    public static Optimizer Get(string name, KerasVersion version)
    {
        ArgumentNullException.ThrowIfNull(name);
        return KerasGenerations.TableOf(version).Get(name);
    }

    /// <summary>Creates an optimizer by name, with its defaults.</summary>
    /// <param name="name">Keras' name, or a registered one.</param>
    public static implicit operator Optimizer(string name) => Get(name);

    /// <summary>Makes the optimizer that Keras' JSON describes, of whichever generation.</summary>
    /// <remarks>
    /// A config with <c>lr</c> and without <c>amsgrad</c> is read as Keras 1; with any other <c>lr</c>, <c>decay</c> or <c>schedule_decay</c> as Keras 2; all others as Keras 3.
    /// So are those with a <c>name</c>, and those of classes that the old generations did not have.
    /// </remarks>
    /// <param name="json">What <see cref="Serialize"/>, or any Keras, wrote.</param>
    /// <exception cref="ArgumentException">The class is unknown, or an argument is bad or not known.</exception>
    public static Optimizer Deserialize(JsonObject json) => Complete(KerasGenerations.Read(json), json);

    /// <summary>Makes the optimizer that the JSON of one generation of Keras describes, as that generation reads it.</summary>
    /// <remarks>It holds for an optimizer inside it, too. Keras 3 ignores a <c>decay</c> with a warning, and objects to <c>lr</c> and <c>schedule_decay</c>.</remarks>
    /// <param name="json">What <see cref="Serialize"/>, or this Keras, wrote.</param>
    /// <param name="version">The generation.</param>
    /// <exception cref="ArgumentException">The generation has no such class, or an argument is bad or not known.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such generation.</exception>
    public static Optimizer Deserialize(JsonObject json, KerasVersion version) => Complete(KerasGenerations.Read(json, version), json);

    // What stands beside Keras' keys.
    private static Optimizer Complete(Optimizer optimizer, JsonObject json)
    {
        ConfigReader.ReadOwn(json, $"optimizer '{optimizer.Name}'", reader =>
        {
            if (reader.NullableObject(ExclusionsKey) is { } exclusions) optimizer.ReadExclusions(exclusions);
            optimizer._lazyUpdates = reader.Bool(LazyKey, false);
            optimizer._groups = [.. reader.Objects(GroupsKey).Select(ParameterGroup.FromConfig)];
            if (optimizer.Version != KerasVersion.Keras3 && reader.NullableString(NameKey) is { Length: > 0 } name) optimizer.Rename(name);
        });
        optimizer.Validate();
        return optimizer;
    }

    /// <summary>Registers an optimizer of your own, so that it can be read from JSON and by name.</summary>
    /// <typeparam name="T">A class with <c>public static T FromConfig(JsonObject config)</c>.</typeparam>
    /// <param name="package">Keeps classes of the same name apart.</param>
    /// <exception cref="ArgumentException">There is no such method, or the name is taken.</exception>
    public static void Register<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>(string package = "Custom")
        where T : Optimizer => KerasRegistry.Register<T>(package);

    /// <summary>The optimizer in Keras' JSON: module, class name, config and registered name.</summary>
    /// <remarks>What Keras has no place for, such as parameter groups, exclusions from weight decay and lazy updates, stands in an object <c>"descent"</c> beside them, which Keras ignores.</remarks>
    public JsonObject Serialize()
    {
        var json = KerasRegistry.Serialize(this);
        var own = new JsonObject();
        if (WriteExclusions() is { } exclusions) own[ExclusionsKey] = exclusions;
        if (LazyUpdates) own[LazyKey] = true;
        if (_groups.Length > 0) own[GroupsKey] = new JsonArray([.. _groups.Select(g => g.GetConfig())]);
        // Their configs have no names, by which a map knows the optimizer that stands under several keys.
        if (Version != KerasVersion.Keras3 && Owner is MultiOptimizer) own[NameKey] = Name;
        if (own.Count > 0) json[ConfigReader.OwnKey] = own;
        return json;
    }

    /// <summary>The options under Keras' names; an optimizer of your own adds its own to what the base returns.</summary>
    /// <remarks>These alone: parameter groups and exclusions from weight decay stand in what <see cref="Serialize"/> returns.</remarks>
    /// <returns>A new object.</returns>
    /// <exception cref="ArgumentException">Options contradict each other.</exception>
    /// <exception cref="InvalidOperationException">The learning rate comes from a function, which JSON cannot hold.</exception>
    public virtual JsonObject GetConfig()
    {
        Validate();
        if (_rate.Function is not null)
            throw new InvalidOperationException($"The learning rate of '{Name}' comes from a function, which a config cannot hold. Use a LearningRateSchedule instead.");
        return new JsonObject
        {
            ["name"] = Name,
            ["learning_rate"] = _rate.Schedule is { } schedule ? schedule.Serialize() : KerasJson.Float32(CurrentRate()),
            ["weight_decay"] = KerasJson.Float(WeightDecay),
            ["clipnorm"] = KerasJson.Float(ClipNorm),
            ["global_clipnorm"] = KerasJson.Float(GlobalClipNorm),
            ["clipvalue"] = KerasJson.Float(ClipValue),
            ["use_ema"] = UseEma,
            ["ema_momentum"] = KerasJson.Float(EmaMomentum),
            ["ema_overwrite_frequency"] = EmaOverwriteFrequency,
            ["loss_scale_factor"] = KerasJson.Float(LossScaleFactor),
            ["gradient_accumulation_steps"] = GradientAccumulationSteps,
        };
    }

    private static LearningRate ReadRate(ConfigReader reader, double absent) => reader.Node("learning_rate") is JsonObject schedule
        ? LearningRateSchedule.Deserialize(schedule)
        : reader.Double("learning_rate", absent);
}
