using CryoSpin.Compute;
using CryoSpin.Fourier;

namespace CryoSpin.Imaging;

/// <summary>Filters of maps and images that depend on |k| alone.</summary>
internal static class RadialFilter
{
    /// <summary>
    /// Low-pass with a raised-cosine edge: 1 up to the cut-off less half the edge, 0 from the cut-off plus half the edge, one half at it.
    /// </summary>
    /// <param name="map">The map; its edge a product of 2, 3, 5 and 7.</param>
    /// <param name="resolutionAngstrom">Where the factor is one half; finer than Nyquist changes nothing but the corners.</param>
    /// <param name="edgeShells">Width of the edge, Fourier pixels.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <returns>A new map.</returns>
    public static Volume LowPass(Volume map, double resolutionAngstrom, double edgeShells = 3, WorkerTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resolutionAngstrom);
        double cutoff = map.Size * map.PixelSizeAngstrom / resolutionAngstrom;
        return Apply(map, k => RaisedCosine.Falling(k, cutoff - edgeShells / 2, edgeShells), team);
    }

    /// <summary>Gaussian low-pass exp(-k^2 / (2 s^2)) whose factor is one half at the given resolution.</summary>
    /// <param name="map">The map; its edge a product of 2, 3, 5 and 7.</param>
    /// <param name="resolutionAngstrom">Where the factor is one half.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <returns>A new map.</returns>
    public static Volume GaussianLowPass(Volume map, double resolutionAngstrom, WorkerTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resolutionAngstrom);
        double half = map.Size * map.PixelSizeAngstrom / resolutionAngstrom;
        return Apply(map, k => Math.Exp(-Math.Log(2) * k * k / (half * half)), team);
    }

    /// <summary>The factor exp(-B k^2 / 4): a positive B blurs, a negative one sharpens.</summary>
    /// <param name="map">The map; its edge a product of 2, 3, 5 and 7.</param>
    /// <param name="bFactorAngstromSquared">B.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <returns>A new map.</returns>
    public static Volume BFactor(Volume map, double bFactorAngstromSquared, WorkerTeam? team = null)
    {
        double unit = 1 / (map.Size * map.PixelSizeAngstrom);
        return Apply(map, k => Math.Exp(-bFactorAngstromSquared / 4 * k * unit * k * unit), team);
    }

    /// <summary>Multiplies the map's spectrum by a function of |k|.</summary>
    /// <param name="map">The map; its edge a product of 2, 3, 5 and 7.</param>
    /// <param name="factor">Factor at |k| in Fourier pixels (1 is one period per box).</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <returns>A new map.</returns>
    public static Volume Apply(Volume map, Func<double, double> factor, WorkerTeam? team = null)
    {
        RealFft3D fft = new(map.Size, team);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(map.Voxels, spectrum);
        Shells.Filter(spectrum, map.Size, 3, factor);
        Volume result = new(map.Size, map.PixelSizeAngstrom);
        fft.InverseInPlace(spectrum, result.Voxels);
        return result;
    }
}

/// <summary>The edge shared by masks and filters.</summary>
internal static class RaisedCosine
{
    /// <summary>1 below <paramref name="start"/>, 0 beyond start + width, half a cosine between.</summary>
    public static double Falling(double x, double start, double width)
    {
        if (x <= start) return 1;
        return x >= start + width ? 0 : 0.5 * (1 + Math.Cos(Math.PI * (x - start) / width));
    }
}
