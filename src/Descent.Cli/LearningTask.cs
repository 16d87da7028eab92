using Descent.Cli.Tables;
using Descent.Data;
using Descent.Layers;

namespace Descent.Cli;

/// <summary>What is to be learned from a table: how its rows are split, what the network is taught, and how well it did.</summary>
internal abstract class LearningTask
{
    /// <summary>The name in JSON.</summary>
    public abstract string Name { get; }

    /// <summary>The target in a few words: "3 classes".</summary>
    public abstract string Description { get; }

    public abstract string Loss { get; }

    /// <summary>The metric to show while training.</summary>
    public abstract string Metric { get; }

    /// <summary>Makes the task of a column.</summary>
    /// <exception cref="InvalidDataException">Nothing can be learned from the column.</exception>
    public static LearningTask Create(CsvColumn target, TaskKind kind)
    {
        if (target.Categories.Length < 2)
            throw new InvalidDataException($"The target must have at least two different values. Received: only '{target.Texts[0]}' in column '{target.Name}'.");
        return kind == TaskKind.Classification ? new ClassificationTask(target) : new RegressionTask(target);
    }

    /// <summary>Splits the rows, in random order, and learns the scale of the target from the training rows.</summary>
    public abstract (int[] Train, int[] Validation) Split(double validationSplit, int seed);

    /// <summary>The targets of some rows, as the loss takes them.</summary>
    public abstract Tensor Targets(int[] rows);

    public abstract Layer OutputLayer();

    /// <summary>Measures predictions for the validation rows.</summary>
    /// <param name="predictions">The outputs of the network.</param>
    /// <param name="train">The training rows, from which the simplest rival learns.</param>
    /// <param name="validation">The rows that were predicted.</param>
    public abstract Outcome Measure(Tensor predictions, int[] train, int[] validation);

    /// <summary>Makes a trained network give what users want to know.</summary>
    /// <param name="model">The network; it may get a layer.</param>
    /// <returns>What its outputs mean then.</returns>
    public abstract TableTarget Complete(Sequential model);
}

/// <summary>How well a network predicts the validation rows.</summary>
/// <param name="Sentence">In plain words.</param>
/// <param name="Values">Names and values for JSON.</param>
internal sealed record Outcome(string Sentence, params IReadOnlyList<(string Name, double Value)> Values);
