using System.Text.Json.Nodes;
using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>Averages the weights that training passes through, and ends with their mean: flatter minima, better on new data.</summary>
/// <remarks>
/// <code>
/// at the updates startStep, startStep + period, startStep + 2 · period, …:  mean += (w - mean) / (n + 1);  n = n + 1
/// at the end of training:                                                   w = mean, if n > 0
/// </code>
/// <para>
/// It suits a learning rate that stays high or goes round in cycles, and begins to average late, at about three quarters of training. Training itself does not see the mean
/// until <see cref="FinalizeVariableValues"/>, which <c>Fit</c> calls at its end; a further <c>Fit</c> goes on from the mean. Updates count, not calls. Statistics that a layer
/// keeps of its inputs are those of the weights in training: run some data through the layer in training mode afterwards.
/// </para>
/// </remarks>
/// <example><code>
/// var optimizer = new StochasticWeightAveraging(new SGD(learningRate: 0.05) { Momentum = 0.9 }) { StartStep = 7500, Period = 100 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1803.05407">Averaging Weights Leads to Wider Optima and Better Generalization (2018)</seealso>
public sealed class StochasticWeightAveraging : WrapperOptimizer
{
    private Variable[] _means = [];
    private Variable? _count;

    /// <summary>Wraps an optimizer.</summary>
    /// <param name="innerOptimizer">The optimizer that trains.</param>
    /// <exception cref="ArgumentException">It cannot stand inside this one, or is wrapped or built already.</exception>
    public StochasticWeightAveraging(Optimizer innerOptimizer)
        : base(innerOptimizer)
    {
    }

    private StochasticWeightAveraging(ConfigReader reader)
        : base(reader)
    {
        StartStep = reader.Int("start_step", StartStep);
        Period = reader.Int("period", Period);
    }

    /// <summary>The number of updates after which the weights are averaged for the first time, zero or more; 0 is after <see cref="Period"/>. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int StartStep
    {
        get;
        init => field = Check.AtLeast(0, value, nameof(StartStep));
    }

    /// <summary>The updates from one averaged set of weights to the next, 1 or more; an epoch is usual. Default 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int Period
    {
        get;
        init => field = Check.AtLeast(1, value, nameof(Period));
    } = 10;

    /// <summary>How many sets of weights the mean is of.</summary>
    public int AveragedCount => _count?.View.Ints[0] ?? 0;

    /// <summary>Replaces variables by their means, if there are any yet: the end of training.</summary>
    /// <param name="variables">The variables that the optimizer was built with, in their order.</param>
    /// <exception cref="ArgumentException">Their number or a shape differs; then none is changed.</exception>
    public override void FinalizeVariableValues(IReadOnlyList<Variable> variables)
    {
        using var transaction = new Transaction();
        base.FinalizeVariableValues(variables);
        if (AveragedCount > 0)
        {
            if (variables.Count != _means.Length)
                throw new ArgumentException($"There must be one variable for each of the {_means.Length} means of optimizer '{Name}'. Received: {variables.Count}.", nameof(variables));
            for (var i = 0; i < _means.Length; i++)
                if (IsTrained(TrainableVariables[i])) variables[i].Assign(_means[i]);
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["start_step"] = StartStep;
        config["period"] = Period;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments.</param>
    /// <exception cref="ArgumentException">The inner optimizer is missing, or an argument is bad or not known.</exception>
    public static StochasticWeightAveraging FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new StochasticWeightAveraging(reader));

    private protected override void BuildState()
    {
        _count = AddVariable("count", Tensor.From([0], Shape.Scalar));
        _means = AddCopies("mean");
    }

    private protected override void AfterUpdate()
    {
        var update = NextUpdate();
        if (update < StartStep || (update - StartStep) % Period != 0) return;
        var n = AveragedCount;
        if (n > 0) Follow(1.0 / (n + 1), setBack: false);
        else for (var i = 0; i < _means.Length; i++) _means[i].Assign(TrainableVariables[i]);
        Increment(_count!);
    }
}
