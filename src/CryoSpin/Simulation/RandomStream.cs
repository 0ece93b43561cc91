using System.Numerics;

namespace CryoSpin.Simulation;

/// <summary>
/// A stream of random numbers that depends on a seed and an index alone (xoshiro256**, seeded by splitmix64), so that particle i gets the
/// same numbers whichever thread makes it. Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
/// </summary>
internal sealed class RandomStream : Random
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;
    private double _spare = double.NaN;

    public RandomStream(ulong seed, ulong index)
    {
        ulong state = Mix(seed) ^ Mix(index + 0x9E3779B97F4A7C15);
        _a = Mix(state += 0x9E3779B97F4A7C15);
        _b = Mix(state += 0x9E3779B97F4A7C15);
        _c = Mix(state += 0x9E3779B97F4A7C15);
        _d = Mix(state + 0x9E3779B97F4A7C15);
    }

    /// <inheritdoc/>
    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Normal, mean 0 and variance 1 (polar method: two at a time).</summary>
    public double Gaussian()
    {
        if (!double.IsNaN(_spare))
        {
            double kept = _spare;
            _spare = double.NaN;
            return kept;
        }
        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s >= 1 || s == 0);
        double scale = Math.Sqrt(-2 * Math.Log(s) / s);
        _spare = v * scale;
        return u * scale;
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();

    private ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
