using System.Numerics;
using Descent.Kernels;

namespace Descent;

/// <summary>
/// A group of float32 values that one instruction works on: 1, 4, 8 or 16 of them. Code written once over a lane
/// runs at every width and gives the same bits at each, because every operation here is exactly rounded by
/// IEEE 754 and none is contracted to a fused multiply-add.
/// </summary>
/// <typeparam name="TSelf">The lane itself.</typeparam>
/// <remarks>Comparisons give masks: all bits of an element set where true. <see cref="Select"/> consumes them.</remarks>
public interface ILane<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>, IDivisionOperators<TSelf, TSelf, TSelf>,
    IUnaryNegationOperators<TSelf, TSelf>
    where TSelf : struct, ILane<TSelf>
{
    /// <summary>How many values one lane holds.</summary>
    static abstract int Count { get; }

    /// <summary>Puts one value into every element.</summary>
    /// <param name="value">The value.</param>
    static abstract TSelf Create(float value);

    /// <summary>Reads a lane from memory; no alignment is needed.</summary>
    /// <param name="source">The first of <see cref="Count"/> values.</param>
    static abstract unsafe TSelf Load(float* source);

    /// <summary>Writes a lane to memory; no alignment is needed.</summary>
    /// <param name="destination">Room for <see cref="Count"/> values.</param>
    unsafe void Store(float* destination);

    /// <summary>Reads the first values of a lane, at the end of a range; the others are 0.</summary>
    /// <param name="source">The first of them; what lies behind the last is not touched.</param>
    /// <param name="count">How many, from 1 to <see cref="Count"/> - 1.</param>
    static abstract unsafe TSelf LoadFirst(float* source, int count);

    /// <summary>Writes the first values of a lane.</summary>
    /// <param name="destination">Room for them; what lies behind the last is not touched.</param>
    /// <param name="count">How many, from 1 to <see cref="Count"/> - 1.</param>
    unsafe void StoreFirst(float* destination, int count);

    /// <summary>The square root, exactly rounded.</summary>
    /// <param name="x">The radicand.</param>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>The absolute value.</summary>
    /// <param name="x">Any value.</param>
    static abstract TSelf Abs(TSelf x);

    /// <summary>The larger of two values; NaN if either is NaN.</summary>
    /// <param name="x">A value.</param>
    /// <param name="y">Another value.</param>
    static abstract TSelf Max(TSelf x, TSelf y);

    /// <summary>The smaller of two values; NaN if either is NaN.</summary>
    /// <param name="x">A value.</param>
    /// <param name="y">Another value.</param>
    static abstract TSelf Min(TSelf x, TSelf y);

    /// <summary>The largest integer not above a value.</summary>
    /// <param name="x">Any value.</param>
    static abstract TSelf Floor(TSelf x);

    /// <summary>A mask of where <paramref name="x"/> is greater than <paramref name="y"/>.</summary>
    /// <param name="x">A value.</param>
    /// <param name="y">Another value.</param>
    static abstract TSelf GreaterThan(TSelf x, TSelf y);

    /// <summary>A mask of where <paramref name="x"/> is greater than or equal to <paramref name="y"/>.</summary>
    /// <param name="x">A value.</param>
    /// <param name="y">Another value.</param>
    static abstract TSelf GreaterThanOrEqual(TSelf x, TSelf y);

    /// <summary>A mask of where two values are equal; a NaN equals nothing.</summary>
    /// <param name="x">A value.</param>
    /// <param name="y">Another value.</param>
    static abstract TSelf Equal(TSelf x, TSelf y);

    /// <summary>Takes <paramref name="whenTrue"/> where the mask is set and <paramref name="whenFalse"/> elsewhere.</summary>
    /// <param name="mask">The result of a comparison.</param>
    /// <param name="whenTrue">Values where the mask is set.</param>
    /// <param name="whenFalse">Values where it is not.</param>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary><paramref name="x"/> with the sign of <paramref name="sign"/>.</summary>
    /// <param name="x">The magnitude.</param>
    /// <param name="sign">The sign, also of zeros.</param>
    static abstract TSelf CopySign(TSelf x, TSelf sign);

    /// <summary>2 to an integral power from -126 to 127, built from its bits.</summary>
    /// <param name="exponent">Integral values.</param>
    static abstract TSelf PowerOfTwo(TSelf exponent);

    /// <summary>x · 2^exponent, rounded once, also where the result is subnormal or infinite.</summary>
    /// <param name="x">Any value.</param>
    /// <param name="exponent">Integral values from -252 to 254.</param>
    static abstract TSelf Scale(TSelf x, TSelf exponent);

    /// <summary>Splits values that are not negative into a mantissa in [0.5, 1) and an integral exponent.</summary>
    /// <param name="x">Positive values, subnormal ones too; 0 and infinity.</param>
    /// <param name="exponent">The exponents: x = mantissa · 2^exponent; -∞ for 0 and ∞ for infinity.</param>
    static abstract TSelf Split(TSelf x, out TSelf exponent);

    /// <summary>A mask of where bools are true.</summary>
    /// <param name="source">The first of <see cref="Count"/> bools.</param>
    internal static abstract unsafe TSelf LoadMask(bool* source);

    /// <summary>Combines all values into one: the upper half with the lower, and again, until one is left.</summary>
    internal float Fold<R>(R reducer) where R : struct, IReducer;
}
