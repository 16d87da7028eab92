using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

/// <summary>What the ranks of a run must get right together.</summary>
internal static class Problems
{
    [ThreadStatic]
    private static Optimizer? s_matrices;

    [ThreadStatic]
    private static Optimizer? s_vectors;

    public static Problem Normalized => new() { Rows = 45, BatchSize = 11, Layers = () => [new Dense(8) { InputShape = [4], UseBias = false }, new BatchNormalization(), new Activation("relu"), new Dense(3, "softmax")] };

    public static Problem Noisy => new()
    {
        Layers = () => [new Dense(9, "tanh") { InputShape = [4] }, new Dropout(0.3) { Seed = 3 }, new GaussianNoise(0.1) { Seed = 4 }, new Dense(3, "softmax")],
    };

    public static Problem Weighted => new() { Weighted = true, ValidationSplit = 0.2 };

    /// <summary>Of matrices that ranks share, and vectors within the part of one.</summary>
    public static Problem Wide => new()
    {
        Rows = 24,
        Epochs = 3,
        BatchSize = 8,
        Layers = () => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(100, "tanh"), new Dense(30, "tanh") { KernelConstraint = "unit_norm" }, new Dense(3, "softmax")],
    };

    /// <summary>Optimizers with everything that looks at more than one element.</summary>
    public static IReadOnlyDictionary<string, Func<Optimizer>> Optimizers { get; } = new Dictionary<string, Func<Optimizer>>
    {
        ["adam"] = () => new Adam(0.01),
        ["global clip norm"] = () => new Adam(0.01) { GlobalClipNorm = 0.05 },
        ["clip norm"] = () => new SGD(0.05) { ClipNorm = 0.02, Momentum = 0.9 },
        ["clip value, decay"] = () => new AdamW(0.01) { ClipValue = 0.001 },
        ["average"] = () => new Adam(0.01) { UseEma = true, EmaMomentum = 0.7, EmaOverwriteFrequency = 3 },
        ["average at the end"] = () => new Adam(0.01) { UseEma = true, EmaMomentum = 0.7 },
        ["accumulation"] = () => new Adam(0.01) { GradientAccumulationSteps = 2, GlobalClipNorm = 0.05 },
        ["loss scale"] = () => new LossScaleOptimizer(new Adam(0.01) { ClipNorm = 0.1 }) { InitialScale = 1e38, DynamicGrowthSteps = 2 },
        ["groups"] = () => new Adam(0.01)
        {
            ParameterGroups = [new ParameterGroup("bias") { LearningRateMultiplier = 3 }, new ParameterGroup("dense") { WeightDecay = 0.1, GlobalClipNorm = 0.02 }],
        },
        ["nadam"] = () => new Nadam(0.01),
        ["lamb"] = () => new Lamb(0.01) { GlobalClipNorm = 0.05 },
        ["adafactor"] = () => new Adafactor(0.01),
        ["muon"] = () => new Muon(0.01),
        ["lookahead"] = () => new Lookahead(new SGD(0.05)),
        ["sharpness"] = () => new SharpnessAwareMinimization(new SGD(0.05)),
        ["several"] = () => new MultiOptimizer(v => v.Shape.Rank == 2 ? s_matrices ??= new Adam(0.01) { GlobalClipNorm = 0.1 } : s_vectors ??= new SGD(0.05)),
    };

    /// <summary>All of them: a training of each kind that ranks do together, and each of <see cref="Optimizers"/> with state that they share.</summary>
    public static IEnumerable<(string Name, Problem Problem)> All =>
    [
        ("normalized", Normalized), ("noisy", Noisy), ("weighted", Weighted), ("uneven", new() { Rows = 33, BatchSize = 8 }),
        .. Optimizers.Keys.Select(name => (name, Of(name) with { Sharded = true })),
    ];

    /// <summary>One of <see cref="Optimizers"/> on <see cref="Wide"/>.</summary>
    public static Problem Of(string optimizer) => Wide with
    {
        Optimizer = () =>
        {
            (s_matrices, s_vectors) = (null, null);
            return Optimizers[optimizer]();
        },
    };
}
