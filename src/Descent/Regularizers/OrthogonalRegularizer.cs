using System.Text.Json.Nodes;

namespace Descent.Regularizers;

/// <summary>Which vectors of a matrix are to be orthogonal.</summary>
public enum OrthogonalMode
{
    /// <summary>Its rows.</summary>
    Rows,

    /// <summary>Its columns.</summary>
    Columns,
}

/// <summary>Penalizes vectors of a matrix that are not orthogonal: <c>factor</c> times the mean of <c>|cos|</c> over all pairs.</summary>
/// <seealso href="https://keras.io/api/layers/regularizers/">Keras' OrthogonalRegularizer</seealso>
public sealed class OrthogonalRegularizer : Regularizer
{
    /// <summary>Creates the regularizer.</summary>
    /// <param name="factor">The factor, 0 or more; default 0.01.</param>
    /// <param name="mode">The vectors: rows (default) or columns.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is negative or not finite.</exception>
    public OrthogonalRegularizer(double factor = 0.01, OrthogonalMode mode = OrthogonalMode.Rows)
        => (Factor, Mode) = (Check.NotNegative(factor, nameof(Factor)), mode);

    /// <summary>The factor.</summary>
    public double Factor { get; }

    /// <summary>The vectors that are compared.</summary>
    public OrthogonalMode Mode { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The tensor is not a matrix.</exception>
    public override Tensor Call(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 2)
            throw new ArgumentException($"OrthogonalRegularizer needs a matrix. Received shape {x.Shape}.", nameof(x));

        var rows = KerasMath.Normalize(Mode == OrthogonalMode.Rows ? x : Ops.Transpose(x), axis: 1);
        var count = rows.Shape[0];
        var cosines = Ops.MatMul(rows, Ops.Transpose(rows)) * OffDiagonal(count);
        return (float)Factor * 0.5f * Ops.Sum(Ops.Abs(cosines)) / (count * (count - 1f) / 2f);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["factor"] = KerasJson.Float32(Factor),
        ["mode"] = KerasNames.ToSnakeCase(Mode.ToString()),
    };

    /// <summary>Makes the regularizer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static OrthogonalRegularizer FromConfig(JsonObject config)
        => ConfigReader.Read(config, reader => new OrthogonalRegularizer(reader.Double("factor", 0.01), reader.Choice("mode", OrthogonalMode.Rows)));

    private static Tensor OffDiagonal(int size)
    {
        var mask = Tensor.Ones([size, size]);
        for (var i = 0; i < size; i++) mask.Floats[i * size + i] = 0f;
        return mask;
    }
}
