using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>
/// Makes a matrix with orthogonal rows or columns of length <see cref="Gain"/>, whichever are fewer, evenly distributed over all
/// such matrices. A tensor of higher rank is filled as the matrix of all leading axes by the last.
/// </summary>
/// <param name="gain">The length of the vectors; default 1.</param>
/// <seealso href="https://arxiv.org/abs/1312.6120">Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear neural networks</seealso>
public sealed class Orthogonal(double gain = 1.0) : RandomInitializer
{
    private Orthogonal(ConfigReader reader)
        : this(reader.Double("gain", 1.0))
        => Seed = reader.NullableLong("seed");

    /// <summary>The length of the vectors.</summary>
    public double Gain { get; } = Check.Finite(gain, nameof(Gain));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape has fewer than two dimensions.</exception>
    public override Tensor Call(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank < 2)
            throw new ArgumentException($"Orthogonal needs a shape of rank 2 or more. Received: {shape}.", nameof(shape));

        var tensor = Tensor.New(shape);
        var result = tensor.Floats;
        if (result.IsEmpty) return tensor;
        var (rows, columns) = (shape[..^1].Size, shape[^1]);
        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        NewGenerator().Normal(result);
        var vectors = Orthonormal(result, count, length);
        for (var v = 0; v < count; v++)
            for (var i = 0; i < length; i++)
                result[rows < columns ? v * length + i : i * count + v] = (float)(Gain * vectors[v * length + i]);
        return tensor;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["gain"] = KerasJson.Float(Gain);
        return config;
    }

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Orthogonal FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Orthogonal(reader));

    // Gram and Schmidt's process: each vector loses its part along all earlier ones and is scaled to length 1, which is the QR
    // factorization with a positive diagonal. What rounding leaves of that part is taken off by a second pass.
    private static double[] Orthonormal(ReadOnlySpan<float> values, int count, int length)
    {
        var all = new double[count * length];
        for (var i = 0; i < all.Length; i++) all[i] = values[i];
        for (var v = 0; v < count; v++)
        {
            var vector = all.AsSpan(v * length, length);
            for (var pass = 0; pass < 2; pass++)
                for (var e = 0; e < v; e++)
                {
                    var earlier = all.AsSpan(e * length, length);
                    AddScaled(vector, -Dot(vector, earlier), earlier);
                }

            var norm = Math.Sqrt(Dot(vector, vector));
            foreach (ref var x in vector) x /= norm;
        }

        return all;
    }

    // Eight running sums whatever the processor's width, so that the bits are the same everywhere.
    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sums = Vector512<double>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            sums += Vector512.Create(x[i..]) * Vector512.Create(y[i..]);
        var sum = Vector512.Sum(sums);
        for (; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    private static void AddScaled(Span<double> x, double factor, ReadOnlySpan<double> y)
    {
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i <= x.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            (Vector512.Create<double>(x[i..]) + factors * Vector512.Create(y[i..])).CopyTo(x[i..]);
        for (; i < x.Length; i++) x[i] += factor * y[i];
    }
}
