using System.Runtime.InteropServices;

namespace Descent.Benchmarks;

/// <summary>The native code that Descent is measured against: OpenBLAS, and the loops of benchmarks/peers/native_peer.cpp.</summary>
internal static unsafe partial class Native
{
    private const string Peer = "native_peer", Blas = "libopenblas.so.0";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, static (name, assembly, path) =>
        name == Peer ? NativeLibrary.Load(Environment.GetEnvironmentVariable("NATIVE_PEER") ?? "libnative_peer.so") : NativeLibrary.Load(name, assembly, path));

    /// <summary>Sets the threads of each call.</summary>
    /// <param name="peer">Those of a C++ loop.</param>
    /// <param name="blas">Those of a product of OpenBLAS.</param>
    public static void SetThreads(int peer, int blas)
    {
        if (HasPeer) SetPeerThreads(peer);
        if (HasBlas) SetBlasThreads(blas);
    }

    /// <summary>Whether the loops are compiled: the environment variable NATIVE_PEER says where.</summary>
    public static bool HasPeer { get; } = Environment.GetEnvironmentVariable("NATIVE_PEER") is { Length: > 0 };

    /// <summary>Whether OpenBLAS is installed.</summary>
    public static bool HasBlas { get; } = NativeLibrary.TryLoad(Blas, out _);

    [LibraryImport(Peer, EntryPoint = "native_adam")]
    public static partial void Adam(float* w, float* g, float* m, float* v, nint n, float alpha, float oneMinusBeta1, float oneMinusBeta2, float epsilon);

    [LibraryImport(Peer, EntryPoint = "native_pass")]
    public static partial void Pass(int arrays, float* a, float* b, float* c, float* d, float* g, nint n);

    /// <summary>Adds a bias to each row and cuts off what is negative.</summary>
    [LibraryImport(Peer, EntryPoint = "native_bias_relu")]
    public static partial void BiasRelu(float* c, float* bias, nint rows, nint columns);

    [LibraryImport(Peer, EntryPoint = "native_threads")]
    private static partial void SetPeerThreads(int threads);

    [LibraryImport(Blas, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetBlasThreads(int threads);

    /// <summary>c = op(a) · op(b), row-major.</summary>
    public static void Multiply(bool transposeA, bool transposeB, int m, int n, int k, float* a, float* b, float* c)
    {
        const int RowMajor = 101, Plain = 111, Transposed = 112;
        Gemm(RowMajor, transposeA ? Transposed : Plain, transposeB ? Transposed : Plain, m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);
    }

    [LibraryImport(Blas, EntryPoint = "cblas_sgemm")]
    private static partial void Gemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);
}
