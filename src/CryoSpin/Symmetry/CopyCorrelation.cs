using CryoSpin.Evaluation;
using CryoSpin.Geometry;

namespace CryoSpin.Symmetry;

/// <summary>The Fourier shell correlation of a map with itself turned about a point that stays where it is.</summary>
internal sealed class CopyCorrelation
{
    private readonly OversampledSpectrum _spectrum;
    private readonly Sample[] _samples;
    private readonly double[] _power;
    private readonly int[] _count;
    private readonly double[] _weights;

    /// <param name="spectrum">The map's transform.</param>
    /// <param name="shells">Shells 1 to this are compared.</param>
    public CopyCorrelation(OversampledSpectrum spectrum, int shells)
    {
        _spectrum = spectrum;
        Shells = shells;
        _power = new double[shells + 1];
        _count = new int[shells + 1];
        _weights = new double[shells + 1];
        Array.Fill(_weights, 1);
        List<Sample> samples = [];
        for (int z = -shells; z <= shells; z++)
        {
            for (int y = -shells; y <= shells; y++)
            {
                for (int x = 0; x <= shells; x++)
                {
                    int s = (int)Math.Round(Math.Sqrt(x * x + y * y + z * z));
                    // Of the plane x = 0 one half is the mirror image of the other.
                    if (s == 0 || s > shells || (x == 0 && (y < 0 || (y == 0 && z < 0)))) continue;
                    (float re, float im) = spectrum.At(x, y, z);
                    samples.Add(new Sample(x, y, z, s, re, im));
                    _power[s] += re * re + im * im;
                    _count[s]++;
                }
            }
        }
        _samples = [.. samples];
    }

    /// <summary>Number of shells compared.</summary>
    public int Shells { get; }

    /// <summary>The correlations of shells 1 to <see cref="Shells"/>; 0 stands for shell 0.</summary>
    /// <param name="r">The copy is map(r (x - c) + c).</param>
    /// <param name="c">The point, from the box's centre, as a fraction of the box's width.</param>
    public double[] Curve(in Rotation r, (double X, double Y, double Z) c)
    {
        double[] cross = new double[Shells + 1], turned = new double[Shells + 1];
        // map(r (x - p)), p = c - r^T c, has the transform F(r k) exp(-2 pi i k.p).
        (double x, double y, double z) = r.Transpose().Apply(c.X, c.Y, c.Z);
        (double px, double py, double pz) = (c.X - x, c.Y - y, c.Z - z);
        foreach (ref readonly Sample a in _samples.AsSpan())
        {
            (double qx, double qy, double qz) = r.Apply(a.X, a.Y, a.Z);
            (float re, float im) = _spectrum.At(qx, qy, qz);
            (double sin, double cos) = Math.SinCos(-2 * Math.PI * (a.X * px + a.Y * py + a.Z * pz));
            cross[a.Shell] += a.Re * (re * cos - im * sin) + a.Im * (re * sin + im * cos);
            turned[a.Shell] += re * re + im * im;
        }
        for (int s = 1; s <= Shells; s++)
        {
            double power = Math.Sqrt(_power[s] * turned[s]);
            cross[s] = power > 0 ? cross[s] / power : 0;
        }
        return cross;
    }

    /// <summary>
    /// The mean over the coefficients, each shell divided by its root mean square and weighted; without weights, fine detail decides, as
    /// most coefficients are fine: the coarse shape of any compact molecule looks half symmetric.
    /// </summary>
    public double Score(in Rotation r, (double X, double Y, double Z) c)
    {
        double[] curve = Curve(r, c);
        double sum = 0, weight = 0;
        for (int s = 1; s <= Shells; s++)
        {
            sum += _weights[s] * _count[s] * curve[s];
            weight += _weights[s] * _count[s];
        }
        return sum / weight;
    }

    /// <summary>
    /// Weighs every shell by v / (1 - v^2), v its correlation: the maximum-likelihood weight of shells that share a signal and have noise
    /// of their own.
    /// </summary>
    public void WeighShells(double[] curve)
    {
        // Neither does a shell that agrees perfectly silence the others, nor is one that does not left out for good.
        const double Floor = 0.02;
        for (int s = 1; s <= Shells; s++)
        {
            double v = Math.Clamp(curve[s], Floor, 1);
            _weights[s] = v / (1 - v * v + Floor);
        }
    }

    private readonly record struct Sample(int X, int Y, int Z, int Shell, float Re, float Im);
}
