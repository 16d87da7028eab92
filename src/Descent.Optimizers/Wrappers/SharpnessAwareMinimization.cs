using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Sharpness-aware minimization (SAM): steps by the gradient at the worst weights nearby, so that training ends in flat valleys.</summary>
/// <remarks>
/// <code>
/// g = gradient at w;  ε = rho · g / ‖g‖;  the inner optimizer steps from w with the gradient at w + ε
/// adaptive:           t = |w| + eta;  ε = rho · t² · g / ‖t · g‖
/// </code>
/// <para>
/// The norm is over all variables. A step takes two evaluations of the model: <c>Fit</c> and <c>TrainOnBatch</c> make them by themselves, and report loss and metrics of the first.
/// A loop of your own asks <see cref="Perturb"/>. The perturbation follows the gradients as they come in; clipping and all else is done to those of the second evaluation, by the
/// inner optimizer. Gradients whose norm is zero, infinite or NaN perturb nothing: the step is then that of the inner optimizer.
/// </para>
/// </remarks>
/// <example><code>
/// var sam = new SharpnessAwareMinimization(new SGD(learningRate: 0.1) { Momentum = 0.9 }) { Rho = 0.05 };
/// var gradients = Gradients();
/// using (sam.Perturb(gradients, variables)) gradients = Gradients();
/// sam.Apply(gradients, variables);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/2010.01412">Sharpness-Aware Minimization for Efficiently Improving Generalization (2020)</seealso>
/// <seealso href="https://arxiv.org/abs/2102.11600">ASAM: Adaptive Sharpness-Aware Minimization (2021)</seealso>
public sealed class SharpnessAwareMinimization : WrapperOptimizer
{
    private Perturbation? _perturbation;

    /// <summary>Wraps an optimizer.</summary>
    /// <param name="innerOptimizer">The optimizer that steps with the gradients of the second evaluation.</param>
    /// <exception cref="ArgumentException">It cannot stand inside this one, or is wrapped or built already.</exception>
    public SharpnessAwareMinimization(Optimizer innerOptimizer)
        : base(innerOptimizer)
    {
    }

    private SharpnessAwareMinimization(ConfigReader reader)
        : base(reader)
    {
        Rho = reader.Double("rho", Rho);
        Adaptive = reader.Bool("adaptive", Adaptive);
        Eta = reader.Double("eta", Eta);
    }

    /// <summary>How far weights are perturbed, zero or more. Default 0.05; adaptive, the paper takes 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Rho
    {
        get;
        init => field = Check.NotNegative(value, nameof(Rho));
    } = 0.05;

    /// <summary>Whether large weights are perturbed further than small ones, which makes the result independent of their scale (ASAM). Default no.</summary>
    public bool Adaptive { get; init; }

    /// <summary>Added to the size of each weight where <see cref="Adaptive"/>, zero or more. Default 0.01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Eta
    {
        get;
        init => field = Check.NotNegative(value, nameof(Eta));
    } = 0.01;

    internal override bool Perturbs => true;

    /// <summary>Moves the variables to where the gradients of the next step shall be taken.</summary>
    /// <param name="gradients">The gradients at the variables as they are; <see langword="null"/> leaves a variable where it is.</param>
    /// <param name="variables">Their variables. The first call builds the optimizer for them.</param>
    /// <returns>
    /// Puts the variables back, bit for bit, when it is disposed: do so before <c>Apply</c>. <see langword="null"/> if they stay where they are; then apply the gradients themselves.
    /// </returns>
    /// <exception cref="ArgumentException">There are more gradients than variables, shapes differ, or a variable is unknown.</exception>
    /// <exception cref="InvalidOperationException">The variables are perturbed already, or another optimizer wraps this one and is not built yet.</exception>
    public IDisposable? Perturb(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        if (!IsBuilt && Owner is { } owner)
            throw new InvalidOperationException($"'{owner.Name}' builds '{Name}' with itself. Call its Build(variables) before Perturb.");
        Accept(gradients, variables);
        CheckInPlace();
        for (var i = 0; i < gradients.Count; i++)
            if (IsTrained(variables[i])) _perturbation!.Gradients[GetVariableIndex(variables[i])] = gradients[i];
        return _perturbation!.Start(Rho, Eta, OuterLossScale);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rho"] = KerasJson.Float(Rho);
        config["adaptive"] = Adaptive;
        config["eta"] = KerasJson.Float(Eta);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments.</param>
    /// <exception cref="ArgumentException">The inner optimizer is missing, or an argument is bad or not known.</exception>
    public static SharpnessAwareMinimization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SharpnessAwareMinimization(reader));

    internal override IDisposable? PerturbWeights(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables) => Perturb(gradients, variables);

    internal override void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        CheckInPlace();
        base.Begin(gradients, variables);
    }

    private protected override void BuildState() => _perturbation = new Perturbation([.. TrainableVariables], CreateSlots(["unperturbed"])[0], Adaptive ? CreateSlots(["scaled"])[0] : null, Share);

    private void CheckInPlace()
    {
        if (_perturbation!.IsOpen)
            throw new InvalidOperationException($"The variables of '{Name}' are perturbed. Dispose what Perturb returned first.");
    }
}
