using Descent.Activations;

namespace Descent.Cli;

/// <summary>What the user asked <c>descent train</c> or, of what they share, <c>descent compare</c> for; null where the data decides.</summary>
internal sealed record TrainOptions
{
    public required string Path { get; init; }

    /// <summary>The name of the column to predict.</summary>
    public required string Target { get; init; }

    public TaskKind? Task { get; init; }

    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Columns that hold categories though they look like numbers.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>The units of the hidden layers; empty for a linear model.</summary>
    public int[]? Hidden { get; init; }

    public required ActivationFunction Activation { get; init; }

    /// <summary>Keras' name of the optimizer.</summary>
    public string? Optimizer { get; init; }

    public double? LearningRate { get; init; }

    public ScheduleSpec? Schedule { get; init; }

    public int? Epochs { get; init; }

    public int? BatchSize { get; init; }

    /// <summary>The epochs without a better validation loss after which training ends; 0: never.</summary>
    public int? Patience { get; init; }

    public required double ValidationSplit { get; init; }

    public required int Seed { get; init; }

    /// <summary>The file to save the network to.</summary>
    public string? Save { get; init; }

    /// <summary>The folder of checkpoints, from which a run that was killed goes on.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The options that decide what is learned, as they were typed.</summary>
    public IReadOnlyDictionary<string, string> Typed { get; init; } = new Dictionary<string, string>();

    /// <summary>The port of the live page; 0: any; null: no page.</summary>
    public int? Live { get; init; }

    /// <summary>Whether the number of ranks must not show in a single bit.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Whether each rank keeps a part of the optimizer's state.</summary>
    public bool ShardOptimizerState { get; init; }

    public bool Json { get; init; }

    /// <summary>0 silent, 1 one line for all epochs, 2 a line per epoch.</summary>
    public int Verbose { get; init; }
}

/// <summary>What is to be learned.</summary>
internal enum TaskKind
{
    Classification,
    Regression,
}
