using Descent.Constraints;
using Descent.Initializers;
using Descent.Memory;
using Descent.Regularizers;

namespace Descent.Layers;

public abstract partial class Layer
{
    private bool _isPlaced;
    private Layer? _outer;
    private bool _isBuiltByCall; // whether there are layers inside that Build did not build
    private bool _tracksInBuild; // whether Build made layers, so that it runs but once

    /// <summary>The shapes for which the layer was built, one per input; null before.</summary>
    internal IReadOnlyList<Shape>? BuildShapes { get; private set; }

    /// <summary>The shape of the first input for which the layer was built; null before.</summary>
    internal Shape? BuildShape => BuildShapes?[0];

    /// <summary>The number of rows for which the layer was built, where the model fixes it; -1: any. Only Keras' layers with states ask for it.</summary>
    private int BuildRows { get; set; } = -1;

    /// <summary>Creates the weights. Called with the shape of the input before the layer first runs; there is no need to call the base method.</summary>
    /// <remarks>
    /// It is called once more when a layer that has weights is applied to symbolic tensors of another shape, to learn whether the weights serve that too: <c>AddWeight</c>
    /// then returns the weight that exists, or throws if its shape would be another, and draws nothing. So set fields here rather than add to lists.
    /// </remarks>
    /// <param name="inputShape">The shape of the input, batch dimension first (-1: any).</param>
    public virtual void Build(Shape inputShape)
    {
    }

    /// <summary>Creates the weights of a layer that takes several inputs. The default builds with the shape of the first one.</summary>
    /// <param name="inputShapes">The shape of each input, batch dimension first (-1: any).</param>
    /// <exception cref="ArgumentException">There is no shape, or one does not fit the layer.</exception>
    public virtual void Build(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        Build(inputShapes.Count > 0 ? inputShapes[0] : throw NoInputs());
    }

    /// <summary>Creates a weight.</summary>
    /// <param name="name">Its name within the layer, such as <c>"kernel"</c>.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="initializer">Gives the first value; default <c>"glorot_uniform"</c>.</param>
    /// <param name="trainable">Whether optimizers update it.</param>
    /// <param name="regularizer">A penalty that training adds to the loss.</param>
    /// <param name="constraint">Applied after each step of the optimizer.</param>
    /// <returns>The new weight; when <see cref="Build(Shape)"/> runs once more, the one that exists.</returns>
    /// <exception cref="InvalidOperationException">The layer has a weight of this name.</exception>
    /// <exception cref="ArgumentException"><see cref="Build(Shape)"/> runs once more, and the weight that exists has another shape.</exception>
    protected Variable AddWeight(string name, Shape shape, Initializer? initializer = null, bool trainable = true, Regularizer? regularizer = null, Constraint? constraint = null)
        => AddWeight(name, shape, s => (initializer ?? "glorot_uniform").Call(s), trainable, regularizer, constraint);

    private protected Variable AddWeight(string name, Shape shape, Func<Shape, Tensor> firstValue, bool trainable, Regularizer? regularizer = null, Constraint? constraint = null)
    {
        if (t_compares) return Existing(name, shape);
        if (_weights.Exists(w => w.Variable.Name == name))
            throw new InvalidOperationException($"Layer '{Name}' must have one weight of a name. Received a second '{name}'; Build runs once.");
        var path = $"{Path}/{name}";
        var variable = t_blanks && shape.Size >= SmallestBlank ? Variable.Blank(path, shape, trainable && Trainable) : new Variable(path, firstValue(shape), trainable && Trainable);
        if (constraint is not null) variable.Constraint = constraint.Call;
        _weights.Add(new Weight(variable, trainable, regularizer));
        return variable;
    }

    /// <summary>Makes a layer part of this one, so that its weights are found; call it where the inner layer is created.</summary>
    /// <typeparam name="T">The class of the inner layer.</typeparam>
    /// <param name="layer">The inner layer; <see cref="Call(Tensor, bool)"/> uses it through <see cref="Apply(Tensor, bool)"/>.</param>
    /// <param name="attribute">
    /// What the layer is called in saved files, where Keras writes the attribute that holds it; for one of a list of layers, that of the list and a slash: <c>"blocks/"</c>.
    /// Default null: the layer's name.
    /// </param>
    /// <returns>The same layer.</returns>
    /// <exception cref="ArgumentException">Another layer inside has its name, or it is this layer or contains it.</exception>
    protected T Track<T>(T layer, string? attribute = null)
        where T : Layer
    {
        ArgumentNullException.ThrowIfNull(layer);
        RefuseLoop(layer);
        layer.TakeUniqueName(_inner);
        layer._outer ??= this;
        _inner.Add(layer);
        if (attribute is not null) _attributes[layer] = attribute;
        if (!_trainable) layer.Trainable = false; // a config says so before there are inner layers
        return layer;
    }

    /// <summary>Makes a generator of seeds part of this layer, so that a call that only tries the layer out draws nothing from it; call it where the generator is created.</summary>
    /// <param name="seeds">The generator; <see cref="Call(Tensor, bool)"/> passes it to <see cref="RandomOps"/>.</param>
    /// <returns>The same generator.</returns>
    /// <example><code>private readonly SeedGenerator _seeds;
    ///
    /// public Sampling() =&gt; _seeds = Track(new SeedGenerator(1337));</code></example>
    protected SeedGenerator Track(SeedGenerator seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        _seeds.Add(seeds);
        return seeds;
    }

    /// <summary>Builds the layer, once, whoever comes first.</summary>
    internal void EnsureBuilt(Shape inputShape)
    {
        if (!_built || t_compares) EnsureBuilt([inputShape]);
    }

    /// <summary>Builds the layer for tensors and their masks, once, whoever comes first.</summary>
    private void EnsureBuilt(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        if (_built) return;
        _maskRanks = [.. masks.Select(m => m?.Rank ?? 0)];
        EnsureBuilt([.. inputs.Select(x => x.Shape)]);
    }

    /// <summary>Builds the layer for several inputs, once, whoever comes first.</summary>
    internal void EnsureBuilt(IReadOnlyList<Shape> inputShapes)
    {
        if (_built)
        {
            if (t_compares) CheckShared(inputShapes);
            return;
        }

        lock (_gate)
        {
            if (_built) return;
            // Weights and constants outlive the step that may be running.
            using var _ = StepMemory.Suspend();
            Shape[] shapes = [.. inputShapes.Select(AnyBatch)];

            // Whoever calls Build of the layer around this one does not come by here for that one.
            if (_outer is not null) Place(_outer.InnerScope);
            foreach (var layer in InnerLayers) layer.Place(InnerScope);
            BuildOrUndo(shapes);
            BuildShapes = shapes;
            BuildRows = inputShapes[0] is { Rank: > 0 } first ? first[0] : -1;
            _built = true;
        }
    }

    /// <summary>Refuses an input of another rank or another number of features than the layer was built for.</summary>
    private protected void CheckFits(Shape shape) => CheckFits(shape, BuildShape);

    /// <summary>Refuses one of several inputs of another rank or another number of features than it was built for; null: nothing is built.</summary>
    private protected void CheckFits(Shape shape, Shape? built, string input = "an input")
    {
        if (built is not null && (built.Rank != shape.Rank || built[^1] >= 0 && built[^1] != shape[^1]))
            throw Refusal($"Layer '{Name}' expects {input} of shape {built}, for which it was built. Received shape {shape}.");
    }

    /// <summary>Forgets that the layer was built, because the layers inside it have changed.</summary>
    private protected void Unbuild()
    {
        _built = false;
        BuildShapes = null;
    }

    /// <summary>Takes a name that no other layer of the model has, unless the user gave one.</summary>
    internal void TakeUniqueName(IReadOnlyCollection<Layer> others)
    {
        if (_isNamed || _name is not null && Built)
        {
            if (others.Any(l => l != this && l.Name == Name))
                throw new ArgumentException($"The layers of a model must have unique names. Received a second '{Name}'; set its Name.");
            return;
        }

        var (name, taken) = (DefaultName, others.Where(l => l != this).Select(l => l.Name).ToHashSet(StringComparer.Ordinal));
        for (var i = 1; taken.Contains(name); i++) name = $"{DefaultName}_{i}";
        _name = name;
    }

    /// <summary>What the paths of inner layers begin with; null: nothing.</summary>
    private protected virtual string? InnerScope => Path;

    /// <summary>Names the weights after where the layer stands. The first model that it stands in does so; a second one that shares it does not.</summary>
    internal void Place(string? scope)
    {
        if (_isPlaced) return;
        _isPlaced = true;
        Scope = scope;
        foreach (var weight in _weights) weight.Variable.Path = $"{Path}/{weight.Variable.Name}";
        foreach (var layer in InnerLayers)
        {
            layer._isPlaced = false;
            layer.Place(InnerScope);
        }
    }

    /// <summary>What building means: for a model more than <see cref="Build(Shape)"/>.</summary>
    private protected virtual void BuildWeights(IReadOnlyList<Shape> inputShapes) => Build(inputShapes);

    private void BuildOrUndo(Shape[] shapes)
    {
        var (undo, inner) = (SaveBuild(), _inner.Count);
        var compares = t_compares;
        t_compares = false;
        try
        {
            Running.Push(this);
            try
            {
                if (_weights.Count == 0) BuildWeights(shapes);
                _tracksInBuild = _inner.Count > inner;

                // Inner layers that Build did not build are built by a call.
                _isBuiltByCall = _inner.Exists(l => !l.Built);
                if (_isBuiltByCall) Try(shapes);
            }
            finally
            {
                Running.Pop();
            }

            if (IsTrial) RefuseStranger();
        }
        catch
        {
            undo();
            throw;
        }
        finally
        {
            t_compares = compares;
        }
    }

    // What walks the layers inside would not come to an end.
    private protected void RefuseLoop(Layer layer)
    {
        if (layer.WithInner().Contains(this))
            throw Refusal($"Layer '{Name}' cannot be a part of itself. Received: {(layer == this ? "the layer itself" : $"'{layer.Name}', which contains it")}.", nameof(layer));
    }

    // A call that makes weights of a layer that nobody knows of: without reflection only a trial shows it.
    private void RefuseStranger()
    {
        if (!Own().Any() || Running.Any(l => l.Outermost.WithInner().Contains(this))) return;
        throw new InvalidOperationException(
            $"Layer '{Name}' has weights and is applied in the call of layer '{Running.Peek().Name}', but is no part of it: it would be neither trained nor saved. Layers in fields of a class of your own become part of it by Track: _layer = Track(new {GetType().Name}(…)).");
    }

    private Layer Outermost
    {
        get
        {
            var layer = this;
            while (layer._outer is { } outer) layer = outer;
            return layer;
        }
    }

    // This layer and all inside, each once, without recursion.
    private IEnumerable<Layer> WithInner()
    {
        var (found, waiting) = (new HashSet<Layer> { this }, new Stack<Layer>([this]));
        while (waiting.TryPop(out var layer))
        {
            yield return layer;
            foreach (var inner in layer.InnerLayers)
                if (found.Add(inner)) waiting.Push(inner);
        }
    }

    // What building makes, here and in the layers inside; the result takes it away again.
    private Action SaveBuild()
    {
        var (weights, inner, built, shapes) = (_weights.Count, _inner.Count, _built, BuildShapes);
        Action[] inside = [.. InnerLayers.Select(l => l.SaveBuild())];
        return () =>
        {
            Array.ForEach(inside, undo => undo());
            _weights.RemoveRange(weights, _weights.Count - weights);
            _inner.RemoveRange(inner, _inner.Count - inner);
            (_built, BuildShapes) = (built, shapes);
        };
    }

    private static Shape AnyBatch(Shape shape) => shape.Rank == 0 ? shape : Shape.Create([-1, .. shape.Dimensions[1..]]);
}
