using Descent.Kernels;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Tests;

/// <summary>The bits of a step do not depend on threads, lane widths, lengths or alignment; and a step allocates nothing.</summary>
/// <remarks>
/// The settings belong to the whole process, so nothing runs beside these tests. The lane width is that of the sweep and of elementwise operations; the matrix products
/// of Muon always take the machine's.
/// </remarks>
[Collection(ProcessSettings.Name)]
public sealed class ProcessSettingsTests
{
    private const int LongestTail = 257;
    private const float Guard = 12345.678f;

    // Some treat matrices in ways of their own.
    private static readonly Shape[] Matrices = [[7, 41], [50, 3], [1, 1]];

    public static TheoryData<string> Rules() => Kinds.Rules();

    public static TheoryData<string> All() => Kinds.WithWrappers();

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_AnyLaneWidthLengthAndOffset_GivesTheSameBits(string kind)
    {
        var reference = Run(kind, lanes: 1);
        foreach (var lanes in new[] { 4, 8, 16 })
            Kinds.AssertSameBits(reference, Run(kind, lanes), $"{lanes} lanes");

        // One variable of each length at an odd offset of a common buffer, a guard before and behind each.
        static float[] Run(string kind, int lanes)
        {
            using var limit = Lanes.LimitTo(lanes);
            var (memory, gradients) = (new List<float>(), new List<Tensor>());
            for (var length = 0; length <= LongestTail; length++)
            {
                memory.AddRange([Guard, .. Kinds.Numbers(length, length), Guard]);
                if (length % 3 == 0) memory.Add(Guard);
                gradients.Add(Tensor.From(Kinds.Numbers(length, 1000 + length)));
            }

            float[] buffer = [.. memory];
            var variables = new List<Variable>();
            for (int length = 0, start = 0; length <= LongestTail; length++)
            {
                variables.Add(Variable.Wrap($"v{length}", buffer.AsMemory(start + 1, length), [length]));
                start += length + 2 + (length % 3 == 0 ? 1 : 0);
            }

            foreach (var shape in Matrices)
            {
                variables.Add(new Variable($"m{shape[0]}", Tensor.From(Kinds.Numbers(shape.Size, shape[0]), shape)));
                gradients.Add(Tensor.From(Kinds.Numbers(shape.Size, 2000 + shape[0]), shape));
            }

            var optimizer = Kinds.Create(kind, options: new() { ["weight_decay"] = 0.1, ["clipvalue"] = 0.9, ["use_ema"] = true });
            for (var step = 0; step < 3; step++) optimizer.Apply(gradients, variables);
            for (int i = 0; i < buffer.Length; i++)
                Assert.Equal(memory[i] == Guard, buffer[i] == Guard);
            return [.. buffer, .. variables[^Matrices.Length..].Concat(optimizer.Variables.Where(v => v.DType == DType.Float32)).SelectMany(v => v.ToArray())];
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_AnyNumberOfThreadsAndLaneWidth_GivesTheSameBits(string kind)
    {
        var count = Workers.Count;
        try
        {
            var reference = Run(kind, threads: 1, lanes: 16);
            foreach (var (threads, lanes) in new[] { (2, 16), (7, 16), (7, 4), (2, 1) })
                Kinds.AssertSameBits(reference, Run(kind, threads, lanes), $"{threads} threads, {lanes} lanes");
        }
        finally
        {
            Workers.SetCount(count);
        }

        // Some chunks, the borders of variables not at theirs; the norm is a reduction over all of them.
        static float[] Run(string kind, int threads, int lanes)
        {
            using var limit = Lanes.LimitTo(lanes);
            Workers.SetCount(threads);
            Shape[] shapes = [[50_001], [3], [40_007], [150, 230], [300, 20]];
            Variable[] variables = [.. shapes.Select((s, i) => new Variable($"layer_{i}/kernel", Tensor.From(Kinds.Numbers(s.Size), s)))];
            Tensor[] gradients = [.. shapes.Select((s, i) => Tensor.From(Kinds.Numbers(s.Size, 5 + i), s))];
            var optimizer = Kinds.Create(kind, options: new() { ["global_clipnorm"] = 1.0, ["gradient_accumulation_steps"] = 2 });
            for (var call = 0; call < 4; call++) optimizer.Apply(gradients, variables);
            return [.. variables.Concat(optimizer.Variables.Where(v => v.DType == DType.Float32)).SelectMany(v => v.ToArray())];
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Apply_AfterWarmUp_AllocatesNothing(string kind)
    {
        AssertNoAllocation(kind, Kinds.Create(kind), "no options");
        AssertNoAllocation(kind, Kinds.Create(kind, options: new() { ["clipnorm"] = 1.0, ["weight_decay"] = 0.1, ["loss_scale_factor"] = 2.0 }), "clipping and decay");
        AssertNoAllocation(kind, Kinds.Create(kind, options: new() { ["global_clipnorm"] = 1.0, ["use_ema"] = true, ["ema_overwrite_frequency"] = 2 }), "global clipping and averages");
        AssertNoAllocation(kind, Kinds.Create(kind, options: new() { ["clipvalue"] = 1.0, ["gradient_accumulation_steps"] = 2 }), "accumulation");
        if (!Kinds.HasKeras3Options(kind)) return;
        var excluding = Kinds.Create(kind, options: new() { ["weight_decay"] = 0.1 });
        excluding.ExcludeFromWeightDecay(names: ["bias"]);
        AssertNoAllocation(kind, excluding, "exclusions");
    }

    [Theory]
    [InlineData("Lookahead(Adam)")]
    [InlineData("SharpnessAwareMinimization(Adam)")]
    [InlineData("StochasticWeightAveraging(Adam)")]
    [InlineData("MultiOptimizer(Lookahead(Adam))")]
    public void Apply_OfAWrapperAfterWarmUp_AllocatesNothing(string kind) =>
        AssertNoAllocation(kind, Kinds.Create(kind, options: new() { ["clipnorm"] = 1.0, ["gradient_accumulation_steps"] = 2 }), "clipping and accumulation");

    private static void AssertNoAllocation(string kind, Optimizer optimizer, string what)
    {
        var allocated = Allocated(kind, optimizer, [[40_000], [40, 50], [300]]);
        Assert.True(allocated == 0, $"{optimizer.Name} with {what} allocates {allocated:F1} bytes a step.");
    }

    // Bytes a step; the last of several variables has no gradient where that may be.
    private static double Allocated(string kind, Optimizer optimizer, Shape[] shapes)
    {
        const int Steps = 200;
        Variable[] variables = [.. shapes.Select((s, i) => new Variable($"layer_{i}/kernel", Tensor.From(Kinds.Numbers(s.Size), s)))];
        Tensor?[] gradients = [.. variables.Select(v => v.Value)];
        optimizer.Apply(gradients, variables);
        if (shapes.Length > 1 && Kinds.TakesNullGradients(kind)) gradients[^1] = null;
        for (var step = 0; step < 20; step++) Step();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < Steps; step++) Step();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Steps;

        void Step()
        {
            optimizer.Apply(gradients);
            optimizer.Apply(gradients, variables);
        }
    }
}

/// <summary>Tests that change settings of the process run one after the other, and with no other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessSettings
{
    public const string Name = "Process settings";
}
