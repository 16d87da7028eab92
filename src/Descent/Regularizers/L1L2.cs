using System.Text.Json.Nodes;

namespace Descent.Regularizers;

/// <summary>Penalizes the sizes of elements: <c>l1 · Σ |x|</c>.</summary>
/// <param name="l1">The factor, 0 or more; default 0.01.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="l1"/> is negative or not finite.</exception>
public sealed class L1(double l1 = 0.01) : Regularizer
{
    /// <summary>The factor.</summary>
    public double Factor { get; } = Check.NotNegative(l1, "L1");

    /// <inheritdoc/>
    public override Tensor Call(Tensor x) => Penalty(x, Factor);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["l1"] = KerasJson.Float32(Factor) };

    /// <summary>Makes the regularizer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static L1 FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new L1(reader.NullableDouble("l1") ?? 0.01));

    internal static Tensor Penalty(Tensor x, double factor) => (float)factor * Ops.Sum(Ops.Abs(x));
}

/// <summary>Penalizes the squares of elements: <c>l2 · Σ x²</c>.</summary>
/// <param name="l2">The factor, 0 or more; default 0.01.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="l2"/> is negative or not finite.</exception>
public sealed class L2(double l2 = 0.01) : Regularizer
{
    /// <summary>The factor.</summary>
    public double Factor { get; } = Check.NotNegative(l2, "L2");

    /// <inheritdoc/>
    public override Tensor Call(Tensor x) => Penalty(x, Factor);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["l2"] = KerasJson.Float(Factor) };

    /// <summary>Makes the regularizer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static L2 FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new L2(reader.NullableDouble("l2") ?? 0.01));

    internal static Tensor Penalty(Tensor x, double factor) => (float)factor * Ops.Sum(Ops.Square(x));
}

/// <summary>Penalizes both the sizes and the squares of elements: <c>l1 · Σ |x| + l2 · Σ x²</c>.</summary>
/// <param name="l1">The factor of the sizes, 0 or more; default 0.</param>
/// <param name="l2">The factor of the squares, 0 or more; default 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A factor is negative or not finite.</exception>
public sealed class L1L2(double l1 = 0.0, double l2 = 0.0) : Regularizer
{
    /// <summary>The factor of the sizes.</summary>
    public double L1Factor { get; } = Check.NotNegative(l1, "L1");

    /// <summary>The factor of the squares.</summary>
    public double L2Factor { get; } = Check.NotNegative(l2, "L2");

    /// <inheritdoc/>
    public override Tensor Call(Tensor x) => L1.Penalty(x, L1Factor) + L2.Penalty(x, L2Factor);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["l1"] = KerasJson.Float(L1Factor), ["l2"] = KerasJson.Float(L2Factor) };

    /// <summary>Makes the regularizer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new regularizer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static L1L2 FromConfig(JsonObject config)
        => ConfigReader.Read(config, reader => new L1L2(reader.NullableDouble("l1") ?? 0.0, reader.NullableDouble("l2") ?? 0.0));
}
