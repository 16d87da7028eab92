namespace Descent.Layers;

/// <summary>
/// Interpolation along one axis, as a product with a matrix that holds the weight of each old number in each new one. Places are the
/// centres of equal cells; what would lie beyond the edge is left out and the other weights make up for it.
/// </summary>
internal static class Interpolation
{
    private static readonly Dictionary<string, (double Radius, Func<double, double> Weight)> Kernels = new(StringComparer.Ordinal)
    {
        ["bilinear"] = (1, static d => 1 - d),
        ["bicubic"] = (2, static d => d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2),
        ["lanczos3"] = (3, static d => Lanczos(d, 3)),
        ["lanczos5"] = (5, static d => Lanczos(d, 5)),
    };

    /// <exception cref="ArgumentException">The name is not known.</exception>
    public static void Check(string name)
    {
        if (!Kernels.ContainsKey(name))
            throw new ArgumentException($"Interpolation must be 'nearest' or one of '{string.Join("', '", Kernels.Keys)}'. Received: '{name}'.", nameof(name));
    }

    /// <summary>The tensor with an axis as many times as large.</summary>
    public static Tensor Enlarge(Tensor x, int axis, int times, string name)
    {
        var size = x.Shape[axis];
        var shape = x.Shape.Dimensions;
        var rows = Ops.Reshape(x, Shape.Create(x.Shape[..axis].Size, size, x.Shape[(axis + 1)..].Size));
        return Ops.Reshape(Ops.MatMul(Matrix(size, times, name), rows), Shape.Create([.. shape[..axis], size * times, .. shape[(axis + 1)..]]));
    }

    /// <summary>The weights <c>(size · times, size)</c>.</summary>
    private static Tensor Matrix(int size, int times, string name)
    {
        var (radius, weight) = Kernels[name];
        var matrix = new float[checked(size * times * size)];
        var row = new double[size];
        for (var i = 0; i < size * times; i++)
        {
            var centre = (i + 0.5) / times - 0.5;
            for (var j = 0; j < size; j++) row[j] = Math.Abs(centre - j) is var distance && distance < radius ? weight(distance) : 0;
            var sum = row.Sum();
            for (var j = 0; j < size; j++) matrix[i * size + j] = (float)(row[j] / sum);
        }

        return Tensor.From(matrix, [size * times, size]);
    }

    private static double Lanczos(double distance, double radius)
    {
        var angle = Math.PI * distance;
        return distance == 0 ? 1 : radius * Math.Sin(angle) * Math.Sin(angle / radius) / (angle * angle);
    }
}
