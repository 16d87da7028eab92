using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>A recurrent layer around a cell of Keras' own: it has the options of the cell.</summary>
public abstract class RecurrentUnits : Recurrent
{
    private protected RecurrentUnits(DropoutRNNCell cell)
        : base(cell) => Options = cell.Options;

    private protected RecurrentUnits(ConfigReader reader, DropoutRNNCell cell)
        : base(reader, cell) => Options = cell.Options;

    /// <summary>The function of the new state; default tanh. With any other the steps are computed one by one.</summary>
    public ActivationFunction Activation => Options.Activation;

    /// <summary>Whether there is a bias; default true.</summary>
    public bool UseBias { get => Options.UseBias; init => Options.UseBias = value; }

    /// <summary>Gives the kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get => Options.KernelInitializer; init => Options.KernelInitializer = value; }

    /// <summary>Gives the recurrent kernel its first value; default <c>"orthogonal"</c>.</summary>
    public Initializer RecurrentInitializer { get => Options.RecurrentInitializer; init => Options.RecurrentInitializer = value; }

    /// <summary>Gives the bias its first value; default <c>"zeros"</c>.</summary>
    public Initializer BiasInitializer { get => Options.BiasInitializer; init => Options.BiasInitializer = value; }

    /// <summary>A penalty on the kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get => Options.KernelRegularizer; init => Options.KernelRegularizer = value; }

    /// <summary>A penalty on the recurrent kernel; default none.</summary>
    public Regularizer? RecurrentRegularizer { get => Options.RecurrentRegularizer; init => Options.RecurrentRegularizer = value; }

    /// <summary>A penalty on the bias; default none.</summary>
    public Regularizer? BiasRegularizer { get => Options.BiasRegularizer; init => Options.BiasRegularizer = value; }

    /// <summary>Applied to the kernel after each step of the optimizer; default none.</summary>
    public Constraint? KernelConstraint { get => Options.KernelConstraint; init => Options.KernelConstraint = value; }

    /// <summary>Applied to the recurrent kernel after each step of the optimizer; default none.</summary>
    public Constraint? RecurrentConstraint { get => Options.RecurrentConstraint; init => Options.RecurrentConstraint = value; }

    /// <summary>Applied to the bias after each step of the optimizer; default none.</summary>
    public Constraint? BiasConstraint { get => Options.BiasConstraint; init => Options.BiasConstraint = value; }

    /// <inheritdoc cref="DropoutRNNCell.Dropout"/>
    public double Dropout { get => Options.Dropout; init => Options.Dropout = value; }

    /// <inheritdoc cref="DropoutRNNCell.RecurrentDropout"/>
    public double RecurrentDropout { get => Options.RecurrentDropout; init => Options.RecurrentDropout = value; }

    /// <summary>The seed of dropout; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get => Options.Seed; init => Options.Seed = value; }

    private protected CellOptions Options { get; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        Options.Write(config, this);
        return config;
    }
}
