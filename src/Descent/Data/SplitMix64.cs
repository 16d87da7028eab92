namespace Descent.Data;

/// <summary>
/// A small generator for preparing data: integer arithmetic alone, so the same numbers on every machine.
/// Each pair of seed and stream has a sequence of its own.
/// </summary>
/// <seealso href="https://doi.org/10.1145/2660193.2660195"/>
internal struct SplitMix64(int seed, int stream = 0)
{
    private const double Sqrt3 = 1.7320508075688772;

    private ulong _state = Mix(Mix((uint)seed) + (uint)stream);

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [low, high).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>A number with mean 0, deviation 1 and bell-shaped density in [-3.5, 3.5]: a sum of four uniform ones, as logarithms differ between machines.</summary>
    public double NextBell() => (NextDouble() + NextDouble() + NextDouble() + NextDouble() - 2) * Sqrt3;

    /// <summary>An integer in [0, bound). The bias, at most bound / 2^64, is out of sight.</summary>
    public int NextInt(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Puts the values into an order drawn from all orders (Fisher and Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
