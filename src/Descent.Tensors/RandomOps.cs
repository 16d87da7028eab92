using Descent.Memory;

namespace Descent;

/// <summary>
/// Random tensors, those of <c>keras.random</c>. Each operation takes a seed: a number gives the same result at every call, a <see cref="SeedGenerator"/> another at
/// each, and without one the next that follows from <see cref="RandomSeed"/> is taken. The bits are the same on any number of threads.
/// </summary>
/// <remarks>Numbers are drawn, not computed: only <see cref="Dropout"/> and <see cref="Shuffle"/> pass gradients on, to what they are given.</remarks>
public static partial class RandomOps
{
    /// <summary>Normally distributed numbers.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="mean">Their mean. Default 0.</param>
    /// <param name="stddev">Their standard deviation, 0 or more. Default 1.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>A float32 tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is negative or not finite.</exception>
    public static Tensor Normal(Shape shape, double mean = 0, double stddev = 1, SeedGenerator? seed = null) =>
        Ops.Normal(shape, (float)mean, (float)NotNegative(stddev, nameof(stddev)), Draw(seed));

    /// <summary>Normally distributed numbers, each drawn again until it lies within two standard deviations of the mean.</summary>
    /// <inheritdoc cref="Normal"/>
    public static Tensor TruncatedNormal(Shape shape, double mean = 0, double stddev = 1, SeedGenerator? seed = null)
    {
        NotNegative(stddev, nameof(stddev));
        var result = Tensor.New(shape);
        Draw(seed).TruncatedNormal(result.Floats, (float)mean, (float)stddev);
        return result;
    }

    /// <summary>Numbers uniform in [minval, maxval).</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="minval">The least number. Default 0.</param>
    /// <param name="maxval">The end, which is not reached unless both are the same. Default 1.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>A float32 tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The end lies before the least number.</exception>
    public static Tensor Uniform(Shape shape, double minval = 0, double maxval = 1, SeedGenerator? seed = null)
    {
        if (!(minval <= maxval)) throw OutOfRange(nameof(maxval), FormattableString.Invariant($"minval, {minval}, or more"), maxval);
        var result = Tensor.New(shape);
        Draw(seed).Uniform(result.Floats, (float)minval, (float)maxval);
        return result;
    }

    /// <summary>Integers uniform in [minval, maxval).</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="minval">The least integer.</param>
    /// <param name="maxval">The end, which is not reached.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>An int32 tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no integer in the range.</exception>
    public static Tensor RandInt(Shape shape, int minval, int maxval, SeedGenerator? seed = null)
    {
        if (minval >= maxval) throw OutOfRange(nameof(maxval), FormattableString.Invariant($"above minval, {minval}"), maxval);
        var result = Tensor.New(shape, DType.Int32);
        Fill(result.Ints, new IntegerDraw(DrawApart(seed), minval, (uint)((long)maxval - minval)));
        return result;
    }

    /// <summary>Sets elements to zero at random, and divides the others by the part that is kept.</summary>
    /// <param name="inputs">A float32 tensor.</param>
    /// <param name="rate">The part to drop, in [0, 1].</param>
    /// <param name="noiseShape">A shape that broadcasts to that of the tensor: elements along an axis of size 1 share their fate. Default null: each has its own.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    /// <exception cref="ArgumentException">The shape of the noise does not broadcast to that of the tensor.</exception>
    public static Tensor Dropout(Tensor inputs, double rate, Shape? noiseShape = null, SeedGenerator? seed = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (rate is not (>= 0 and <= 1)) throw OutOfRange(nameof(rate), "in [0, 1]", rate);
        if (noiseShape is not null && Shape.Broadcast(inputs.Shape, noiseShape) != inputs.Shape)
            throw new ArgumentException($"noiseShape must broadcast to {inputs.Shape}, the shape of the inputs. Received: {noiseShape}.", nameof(noiseShape));
        return Ops.Dropout(inputs, noiseShape, (float)rate, Draw(seed));
    }

    /// <summary>The entries along an axis in a random order.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="axis">The axis, also negative. Default 0.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    public static Tensor Shuffle(Tensor x, int axis = 0, SeedGenerator? seed = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Ops.Take(x, Draw(seed).Permutation(x.Shape[x.Shape.Axis(axis)]), axis);
    }

    /// <summary>Classes, each drawn with the probability that logits give it.</summary>
    /// <param name="logits">The logarithms of probabilities, whose sum need not be 1, of shape <c>(batch, classes)</c>.</param>
    /// <param name="numSamples">How many classes are drawn for each row, 1 or more.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>An int32 tensor of shape <c>(batch, numSamples)</c>.</returns>
    /// <exception cref="ArgumentException">The logits are not of rank 2, or there is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of samples is less than 1.</exception>
    public static unsafe Tensor Categorical(Tensor logits, int numSamples, SeedGenerator? seed = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.Rank != 2 || logits.Shape[1] == 0)
            throw new ArgumentException($"logits must be of shape (batch, classes) with at least one class. Received shape {logits.Shape}.", nameof(logits));
        if (numSamples < 1) throw OutOfRange(nameof(numSamples), "1 or more", numSamples);
        Tensor probabilities;
        using (new StepMemory.Seclusion(true)) probabilities = Ops.Softmax(Ops.StopGradient(logits));
        var result = Tensor.New(Shape.Create(logits.Shape[0], numSamples), DType.Int32);
        fixed (float* p = probabilities.Floats) Fill(result.Ints, new ClassDraw(DrawApart(seed), p, logits.Shape[1], numSamples));
        return result;
    }

    /// <summary>How many of some trials succeed.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="counts">The trials, whole numbers of 0 or more, of a shape that broadcasts to that of the result. The time it takes grows with them.</param>
    /// <param name="probabilities">The probability of success of one trial, in [0, 1], of a shape that broadcasts to that of the result.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>A float32 tensor of whole numbers.</returns>
    /// <exception cref="ArgumentException">A shape does not broadcast.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of trials or a probability is none.</exception>
    public static Tensor Binomial(Shape shape, Tensor counts, Tensor probabilities, SeedGenerator? seed = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.DType != DType.Float32) counts = Ops.Cast(counts, DType.Float32);
        CheckEach(counts, static n => n is >= 0 and <= int.MaxValue && n == MathF.Floor(n), nameof(counts), "whole numbers of 0 or more");
        CheckEach(probabilities, static p => p is >= 0 and <= 1, nameof(probabilities), "in [0, 1]");
        return Fill(shape, counts, probabilities, new BinomialDraw(DrawApart(seed)));
    }

    /// <summary>Numbers of the gamma distribution with scale 1.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="alpha">The shape of the distribution, above 0.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>A float32 tensor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The parameter is not positive and finite.</exception>
    public static Tensor Gamma(Shape shape, double alpha, SeedGenerator? seed = null)
    {
        if (!IsPositive((float)alpha)) throw OutOfRange(nameof(alpha), "positive and finite", alpha);
        var result = Tensor.New(shape);
        Fill(result.Floats, new GammaDraw(DrawApart(seed), (float)alpha));
        return result;
    }

    /// <summary>Numbers of the beta distribution.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="alpha">The first parameter, above 0, of a shape that broadcasts to that of the result.</param>
    /// <param name="beta">The second parameter, above 0, of a shape that broadcasts to that of the result.</param>
    /// <param name="seed">A number or a generator of seeds. Default null: the next seed of the program.</param>
    /// <returns>A float32 tensor.</returns>
    /// <exception cref="ArgumentException">A shape does not broadcast.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not positive and finite.</exception>
    public static Tensor Beta(Shape shape, Tensor alpha, Tensor beta, SeedGenerator? seed = null)
    {
        CheckEach(alpha, IsPositive, nameof(alpha), "positive and finite");
        CheckEach(beta, IsPositive, nameof(beta), "positive and finite");
        return Fill(shape, alpha, beta, new BetaDraw(DrawApart(seed)));
    }
}
