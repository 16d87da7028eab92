using System.Globalization;
using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Threading;
using Descent.Training;

namespace Descent.Benchmarks;

/// <summary>Optimizer steps beside a bare pass over the same bytes and a C++ loop, matrix products beside OpenBLAS: in one process, on the same arrays, in turn.</summary>
internal static unsafe class NativeWork
{
    private const int Rounds = 3;
    private static readonly List<float[]> Kept = []; // what only native code points to

    private static readonly (string Name, int M, int N, int K, bool TransposeA, bool TransposeB)[] Products =
    [
        .. new[] { 96, 384, 512, 1024, 1536, 2048 }.Select(s => ($"{s}", s, s, s, false, false)),
        .. Layer(32, 784, 128), .. Layer(128, 512, 512), .. Layer(256, 4096, 4096),
    ];

    public static void Run(string[] names)
    {
        bool Wanted(string work) => names.Length == 0 || names.Any(work.Contains);
        Native.SetThreads(Workers.Count);
        if (Native.HasPeer)
        {
            foreach (var n in new[] { 1_000, 100_000, 1_000_000, 25_000_000 })
                if (Wanted($"adam {n}"))
                    Adam(n, 1);
            if (Wanted("adam 200 x 500")) Adam(500, 200);
            foreach (var name in new[] { "SGD", "Momentum", "RMSprop", "Adagrad", "Adadelta", "AdamW", "Adamax", "Nadam", "Ftrl", "Lion", "ScheduleFreeAdamW", "AmsGrad" })
                if (Wanted($"rule {name}"))
                    Rule(name, 25_000_000);
        }

        if (!Native.HasBlas) return;
        foreach (var (name, m, n, k, transposeA, transposeB) in Products)
            if (Wanted($"product {name}"))
                Product(name, m, n, k, transposeA, transposeB);
    }

    // The forward product of a dense layer and its two gradients.
    private static (string, int, int, int, bool, bool)[] Layer(int batch, int inputs, int units) =>
    [
        ($"{batch}x{inputs}x{units}", batch, units, inputs, false, false),
        ($"{batch}x{inputs}x{units} weights", inputs, units, batch, true, false),
        ($"{batch}x{inputs}x{units} inputs", batch, inputs, units, false, true),
    ];

    private static void Adam(int size, int count)
    {
        var n = size * count;
        float* w = Floats(n), g = Floats(n), m = Floats(n), v = Floats(n);
        Say($"adam {(count > 1 ? $"{count} x {size}" : $"{size}")}",
            ("Descent", Stepper(new Adam(), size, count)),
            ("C++", () => Native.Adam(w, g, m, v, n, 1e-3f, 0.1f, 0.001f, 1e-7f)),
            ("pass", () => Native.Pass(3, w, m, v, null, g, n)));
    }

    private static void Rule(string name, int n)
    {
        Optimizer optimizer = name switch
        {
            "Momentum" => new SGD { Momentum = 0.9 },
            "AmsGrad" => new Adam { AmsGrad = true },
            _ => Optimizer.Get(name),
        };
        var step = Stepper(optimizer, n, 1);
        var arrays = 1 + optimizer.Variables.Count(v => v.Shape.Size == n);
        float* Slot(int index) => index < arrays ? Floats(n) : null;
        float* w = Floats(n), g = Floats(n), a = Slot(1), b = Slot(2), c = Slot(3);
        Say($"rule {name} {n}", ("Descent", step), ("pass", () => Native.Pass(arrays, w, a, b, c, g, n)));
    }

    private static void Product(string name, int m, int n, int k, bool transposeA, bool transposeB)
    {
        float* a = Floats(m * k), b = Floats(k * n), c = Floats(m * n);
        Say($"product {name}",
            ("Descent", () => Gemm.Multiply(transposeA, transposeB, m, n, k, a, transposeA ? m : k, b, transposeB ? k : n, c, n)),
            ("OpenBLAS", () => Native.Multiply(transposeA, transposeB, m, n, k, a, b, c)));
    }

    private static Action Stepper(Optimizer optimizer, int size, int count)
    {
        Variable[] variables = [.. Enumerable.Range(0, count).Select(i => new Variable($"v{i}", PeerWork.RandomNormal([size])))];
        VariableBuffer.Pack(variables); // as those of a model
        Tensor[] gradients = [.. variables.Select(_ => PeerWork.RandomNormal([size]))];
        optimizer.Build(variables);
        return () => optimizer.Apply(gradients);
    }

    private static float* Floats(int n)
    {
        var (array, offset) = AlignedMemory.Allocate(n);
        Kept.Add(array);
        PeerWork.RandomNormal([n]).AsSpan().CopyTo(array.AsSpan(offset, n));
        return (float*)Unsafe.AsPointer(ref array[offset]);
    }

    // One after another, each with a pause before: idle threads of the one before must not run beside it.
    private static void Say(string work, params (string Peer, Action Work)[] works)
    {
        var best = new double[works.Length];
        Array.Fill(best, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
            {
                Thread.Sleep(50);
                best[i] = Math.Min(best[i], PeerWork.Best(works[i].Work, seconds: 0.5));
            }
        }

        var values = string.Join(", ", works.Select((w, i) => string.Create(CultureInfo.InvariantCulture, $"\"{w.Peer}\": {best[i] * 1e6:F3}")));
        Kept.Clear();
        Console.WriteLine($$"""{"work": "{{work}}", "unit": "us", {{values}}, "threads": {{Workers.Count}}}""");
    }
}
