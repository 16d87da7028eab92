using System.Text.Json.Nodes;
using Descent;
using Descent.Optimizers;

namespace CustomOptimizer;

/// <summary>SGD with momentum on whole tensors, as the Keras guide writes an optimizer.</summary>
public sealed class CustomSGD : Optimizer
{
    private Variable[] _momentums = [];

    public CustomSGD(LearningRate? learningRate = null)
        : base(learningRate ?? 0.01)
    {
    }

    private CustomSGD(JsonObject config)
        : base(config)
    {
        Momentum = config["momentum"]!.GetValue<double>();
        Nesterov = config["nesterov"]!.GetValue<bool>();
    }

    public double Momentum { get; init; }

    public bool Nesterov { get; init; }

    public override void Build(IReadOnlyList<Variable> variables)
    {
        base.Build(variables);
        _momentums = [.. variables.Select(variable => AddVariableFromReference(variable, "momentum"))];
    }

    public override void UpdateStep(Tensor gradient, Variable variable, double learningRate)
    {
        var rate = (float)learningRate;
        var momentum = (float)Momentum;
        var m = _momentums[GetVariableIndex(variable)];
        Assign(m, Ops.Subtract(Ops.Multiply(m, momentum), Ops.Multiply(gradient, rate)));
        if (Nesterov)
            AssignAdd(variable, Ops.Subtract(Ops.Multiply(m, momentum), Ops.Multiply(gradient, rate)));
        else
            AssignAdd(variable, m);
    }

    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["momentum"] = Momentum;
        config["nesterov"] = Nesterov;
        return config;
    }

    public static CustomSGD FromConfig(JsonObject config) => new(config);
}
