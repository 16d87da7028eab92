using Descent.Kernels;

namespace Descent.RandomNumbers;

/// <summary>Distributions whose numbers need more than one draw each.</summary>
internal readonly partial struct Philox
{
    /// <summary>A number of the gamma distribution with scale 1: <c>Value · e^LogFactor</c>, whose second part alone can be too small for a float.</summary>
    /// <remarks>G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). https://doi.org/10.1145/358407.358414</remarks>
    private (float Value, float LogFactor) GammaParts(float alpha, ulong position)
    {
        // Below 1 the density has no bound: a number of the distribution with alpha + 1 times u^(1 / alpha) serves instead.
        var d = (alpha < 1f ? alpha + 1f : alpha) - 1f / 3;
        var c = 1f / MathF.Sqrt(9f * d);
        for (uint attempt = 0; ; attempt++)
        {
            var words = Block(position, attempt);
            var (x, _) = BoxMuller(words[0], words[1]);
            var v = 1f + c * x;
            if (v <= 0f) continue;
            v = v * v * v;
            if (LogUnit(words[2]) < 0.5f * x * x + d * (1f - v + Log(v))) return (d * v, alpha < 1f ? LogUnit(words[3]) / alpha : 0f);
        }
    }

    /// <summary>A number of the gamma distribution with scale 1.</summary>
    public float Gamma(float alpha, ulong position)
    {
        var (value, logFactor) = GammaParts(alpha, position);
        return value * Exp(logFactor);
    }

    /// <summary>A number of the beta distribution.</summary>
    public float Beta(float alpha, float beta, ulong position)
    {
        // x / (x + y) of two gammas; both may be too small for a float, their ratio says what is left.
        var (x, xFactor) = GammaParts(alpha, 2 * position);
        var (y, yFactor) = GammaParts(beta, 2 * position + 1);
        return x / (x + y * Exp(yFactor - xFactor));
    }

    /// <summary>How many of some trials succeed.</summary>
    public float Binomial(uint trials, float probability, ulong position)
    {
        var threshold = Threshold(probability);
        uint successes = 0;
        for (uint attempt = 0; 4 * (ulong)attempt < trials; attempt++)
        {
            var words = Block(position, attempt);
            for (var i = 0; i < Math.Min(4, trials - 4 * attempt); i++)
                if (words[i] < threshold) successes++;
        }

        return successes;
    }

    /// <summary>A number uniform in [0, 1), of 32 bits.</summary>
    public double Unit32(ulong position) => Block(position)[0] / 4294967296.0;

    /// <summary>The bound below which a word of 32 random bits lies with a probability.</summary>
    internal static ulong Threshold(float probability) => (ulong)((double)probability * 4294967296.0);

    private static float LogUnit(uint word) => Log(((word >> 8) + 1) * Unit);

    private static float Log(float x) => Value(LaneMath.Log(ScalarLane.Create(x)));

    private static float Exp(float x) => Value(LaneMath.Exp(ScalarLane.Create(x)));
}
