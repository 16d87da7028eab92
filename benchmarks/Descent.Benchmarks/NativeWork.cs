using System.Runtime.CompilerServices;
using Descent.Cli.Measuring;
using Descent.Kernels;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Benchmarks;

/// <summary>Optimizer steps beside a bare pass over the same bytes and a C++ loop, matrix products beside OpenBLAS: in one process, on arrays of the same sizes, in turn.</summary>
internal static unsafe class NativeWork
{
    // Short rounds: other guests of a virtual machine slow memory down for seconds. The pause is for OpenMP's and OpenBLAS' threads, which spin.
    private static readonly Timing Timing = new(Rounds: 8, Seconds: 0.12) { WarmUp = 0.25, Pause = TimeSpan.FromMilliseconds(40) };

    private static readonly List<float[]> Kept = []; // what only native code points to

    private static readonly (string Name, Func<Optimizer> Create)[] Rules =
    [
        .. Work.Optimizers.Where(name => name != "Muon").Select(name => (name, (Func<Optimizer>)(() => Optimizer.Get(name)))),
        ("SGD with momentum", () => new SGD { Momentum = 0.9 }), ("Adam with AMSGrad", () => new Adam { AmsGrad = true }),
    ];

    private static readonly Product[] Products =
    [
        .. new[] { 96, 384, 512, 1024, 1536, 2048 }.Select(size => new Product($"{size}", size, size, size)),
        .. DenseLayer(32, 784, 128), .. DenseLayer(128, 512, 512), .. DenseLayer(256, 4096, 4096),
    ];

    // Scores are queries · keysᵀ, results are weights · values.
    private static readonly Product[] AttentionProducts =
    [
        new("64x32x64", 64, 64, 32, TransposeB: true), new("64x64x32", 64, 32, 64), new("128x64x128", 128, 128, 64, TransposeB: true),
    ];

    public static void Run(string[] names)
    {
        if (Native.HasPeer)
        {
            foreach (var n in new[] { 1_000, 100_000, 1_000_000, 25_000_000 })
                Say($"adam {n}", () => AdamStep(n));
            Say("adam 200 x 500", () => AdamStep(500, 200));
            foreach (var (name, create) in Rules)
                Say($"rule {name}", () => RuleStep(create(), [5000, 5000]));
        }

        if (!Native.HasBlas) return;
        foreach (var product in Products)
            Say($"product {product.Name}", () => Single(product));
        foreach (var product in AttentionProducts)
            Say($"product 64 of {product.Name}", () => Batched(product, 64));
        if (!Native.HasPeer) return;
        foreach (var product in Products.Where(product => product.IsLayer))
            Say($"dense {product.Name}", () => Fused(product));

        void Say(string work, Func<Side[]> prepare)
        {
            if (!Figures.Wanted(names, work)) return;
            var sides = prepare();
            var timing = Timing with { BeforeRound = i => Native.SetThreads(peer: Workers.Count, blas: sides[i].BlasThreads) };
            var seconds = timing.Least([.. sides.Select(side => side.Work)]);
            // A peer that can do it in several ways counts with its best.
            Figures.Print(work, "us", [.. sides.Zip(seconds).GroupBy(pair => pair.First.Name, (name, pairs) => (name, pairs.Min(pair => pair.Second) * 1e6))]);
            Kept.Clear();
        }
    }

    // The forward product of a dense layer and its two gradients.
    private static Product[] DenseLayer(int batch, int inputs, int units) =>
    [
        new($"{batch}x{inputs}x{units}", batch, units, inputs) { IsLayer = true },
        new($"{batch}x{inputs}x{units} weights", inputs, units, batch, TransposeA: true),
        new($"{batch}x{inputs}x{units} inputs", batch, inputs, units, TransposeB: true),
    ];

    private static Side[] AdamStep(int size, int count = 1)
    {
        var n = size * count;
        float* w = Floats(n), g = Floats(n), m = Floats(n), v = Floats(n);
        return
        [
            new(Figures.Ours, PeerWork.Step(new Adam(), [size], count)),
            new("C++", () => Native.Adam(w, g, m, v, n, 1e-3f, 0.1f, 0.001f, 1e-7f)),
            new("bare pass", () => Native.Pass(3, w, m, v, null, g, n)),
        ];
    }

    // A matrix, as Adafactor has ways of its own for them.
    private static Side[] RuleStep(Optimizer optimizer, Shape shape)
    {
        var n = shape.Size;
        var step = PeerWork.Step(optimizer, shape);
        var arrays = 1 + optimizer.Variables.Count(v => v.Shape.Size == n);
        float* Slot(int index) => index < arrays ? Floats(n) : null;
        float* w = Floats(n), g = Floats(n), a = Slot(1), b = Slot(2), c = Slot(3);
        return [new(Figures.Ours, step), new("bare pass", () => Native.Pass(arrays, w, a, b, c, g, n))];
    }

    private static Side[] Single(Product p)
    {
        float* a = Floats(p.SizeA), b = Floats(p.SizeB), c = Floats(p.SizeC);
        return [new(Figures.Ours, () => p.Run(a, b, c)), new("OpenBLAS", () => p.RunOpenBlas(a, b, c))];
    }

    // OpenBLAS has no batches in this interface: all threads at each product, or a thread of our own, which start sooner than others, at each part.
    private static Side[] Batched(Product p, int batch)
    {
        float* a = Floats(p.SizeA * batch), b = Floats(p.SizeB * batch), c = Floats(p.SizeC * batch);
        var parts = new OpenBlasParts(p, a, b, c, batch);
        return
        [
            new(Figures.Ours, () => p.RunBatch(a, b, c, batch)),
            new("OpenBLAS", () => parts.Run(0, batch)),
            new("OpenBLAS", () => Workers.Run(parts.Count, parts)) { BlasThreads = 1 },
        ];
    }

    // A dense layer with relu: in one pass, and as a product with a loop behind it.
    private static Side[] Fused(Product p)
    {
        float* a = Floats(p.SizeA), b = Floats(p.SizeB), c = Floats(p.SizeC), bias = Floats(p.Columns);
        return
        [
            new(Figures.Ours, () => p.Run(a, b, c, bias, GemmActivation.Relu)),
            new("OpenBLAS + C++", () =>
            {
                p.RunOpenBlas(a, b, c);
                Native.BiasRelu(c, bias, p.Rows, p.Columns);
            }),
        ];
    }

    private static float* Floats(int n)
    {
        var (array, offset) = AlignedMemory.Allocate(n);
        Kept.Add(array);
        Work.RandomNumbers([n]).AsSpan().CopyTo(array.AsSpan(offset, n));
        return (float*)Unsafe.AsPointer(ref array[offset]);
    }

    private sealed record Side(string Name, Action Work)
    {
        /// <summary>The threads of each of OpenBLAS' products.</summary>
        public int BlasThreads { get; init; } = Workers.Count;
    }

    /// <summary>A batch of products by OpenBLAS, in parts.</summary>
    private readonly struct OpenBlasParts(Product p, float* a, float* b, float* c, int batch) : IParallelJob
    {
        private const int Length = 4;

        public int Count => batch / Length;

        public void Run(int part) => Run(part * Length, (part + 1) * Length);

        public void Run(int start, int end)
        {
            for (var i = start; i < end; i++) p.RunOpenBlas(a + i * p.SizeA, b + i * p.SizeB, c + i * p.SizeC);
        }
    }

    /// <summary>c (rows, columns) = op(a) (rows, depth) · op(b) (depth, columns).</summary>
    private sealed record Product(string Name, int Rows, int Columns, int Depth, bool TransposeA = false, bool TransposeB = false)
    {
        public bool IsLayer { get; init; }

        public int SizeA => Rows * Depth;

        public int SizeB => Depth * Columns;

        public int SizeC => Rows * Columns;

        private int StrideA => TransposeA ? Rows : Depth;

        private int StrideB => TransposeB ? Depth : Columns;

        public void Run(float* a, float* b, float* c, float* bias = null, GemmActivation activation = GemmActivation.None) =>
            Gemm.Multiply(TransposeA, TransposeB, Rows, Columns, Depth, a, StrideA, b, StrideB, c, Columns, bias: bias, activation: activation);

        public void RunBatch(float* a, float* b, float* c, int batch) =>
            Gemm.MultiplyBatched(TransposeA, TransposeB, Rows, Columns, Depth, a, StrideA, b, StrideB, c, Columns, batch, SizeA, SizeB, SizeC);

        public void RunOpenBlas(float* a, float* b, float* c) => Native.Multiply(TransposeA, TransposeB, Rows, Columns, Depth, a, b, c);
    }
}
