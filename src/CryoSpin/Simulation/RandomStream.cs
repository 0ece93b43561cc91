using CryoSpin.Compute;

namespace CryoSpin.Simulation;

/// <summary>
/// A stream of random numbers that depends on a seed and an index alone, so that particle i gets the same numbers whichever thread makes it.
/// </summary>
internal sealed class RandomStream(ulong seed, ulong index) : SavedRandom(seed, index)
{
    private double _spare = double.NaN;

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
}
