using CryoSpin.Fourier;
using CryoSpin.Geometry;

namespace CryoSpin.Evaluation;

/// <summary>The cross-correlation of a turned map with a fixed reference over a ball of frequencies, for all shifts at once.</summary>
internal sealed class RotationCorrelator
{
    private readonly RealFft3D _fft;
    private readonly float[] _kx;
    private readonly float[] _ky;
    private readonly float[] _kz;
    private readonly int[] _shell;
    private readonly int[] _index;
    private readonly int[] _partner;
    private readonly float[] _reference;
    private readonly int _shells;
    private readonly double _weight;

    /// <summary>Prepares the points of shells 1 to <paramref name="shells"/>.</summary>
    public RotationCorrelator(OversampledSpectrum reference, int shells)
    {
        _shells = shells;
        int n = FourierSizes.NextGood(2 * shells + 2);
        _fft = new RealFft3D(n);
        List<(int X, int Y, int Z, int Shell)> points = [];
        for (int z = -shells; z <= shells; z++)
        {
            for (int y = -shells; y <= shells; y++)
            {
                for (int x = 0; x <= shells; x++)
                {
                    int shell = (int)Math.Round(Math.Sqrt(x * x + y * y + z * z));
                    // Of the plane x = 0 one half is the mirror image of the other.
                    bool first = x > 0 || y > 0 || (y == 0 && z > 0);
                    if (first && shell <= shells) points.Add((x, y, z, shell));
                }
            }
        }
        _kx = [.. points.Select(p => (float)p.X)];
        _ky = [.. points.Select(p => (float)p.Y)];
        _kz = [.. points.Select(p => (float)p.Z)];
        _shell = [.. points.Select(p => p.Shell)];
        _index = [.. points.Select(p => Index(p.X, p.Y, p.Z, n))];
        _partner = [.. points.Select(p => p.X == 0 ? Index(0, -p.Y, -p.Z, n) : -1)];
        _reference = new float[2 * points.Count];
        float[] rms = new float[shells + 1];
        Sample(reference, Rotation.Identity, _reference, rms);
        for (int i = 0; i < points.Count; i++)
        {
            float s = rms[_shell[i]] > 0 ? 1 / rms[_shell[i]] : 0;
            _reference[2 * i] *= s;
            _reference[2 * i + 1] *= s;
        }
        // Both members of every pair count in the inverse transform, which divides by n^3.
        _weight = 2.0 * points.Count / ((double)n * n * n);
    }

    /// <summary>Work space of one thread.</summary>
    public Buffers NewBuffers() => new(_reference.Length, _fft.SpectrumLength, _fft.RealLength, _shells + 1);

    /// <summary>The correlation, at most 1, of the reference with map(r x), moved so that it matches best.</summary>
    public double Score(OversampledSpectrum map, in Rotation r, Buffers buffers) => Peak(map, r, buffers).Height / _weight;

    /// <summary>Where that best match lies: how far map(r x) is moved, as a fraction of the box's width.</summary>
    public (double X, double Y, double Z) BestShift(OversampledSpectrum map, in Rotation r, Buffers buffers)
    {
        (double x, double y, double z) = Peak(map, r, buffers).Position;
        return (x / _fft.Size, y / _fft.Size, z / _fft.Size);
    }

    private ((double X, double Y, double Z) Position, double Height) Peak(OversampledSpectrum map, in Rotation r, Buffers buffers)
    {
        Sample(map, r, buffers.Samples, buffers.Rms);
        float[] spectrum = buffers.Spectrum;
        Array.Clear(spectrum);
        for (int i = 0; i < _index.Length; i++)
        {
            float rms = buffers.Rms[_shell[i]];
            float s = rms > 0 ? 1 / rms : 0;
            float mr = buffers.Samples[2 * i] * s, mi = buffers.Samples[2 * i + 1] * s;
            float rr = _reference[2 * i], ri = _reference[2 * i + 1];
            float re = rr * mr + ri * mi, im = ri * mr - rr * mi;
            spectrum[_index[i]] = re;
            spectrum[_index[i] + 1] = im;
            if (_partner[i] >= 0)
            {
                spectrum[_partner[i]] = re;
                spectrum[_partner[i] + 1] = -im;
            }
        }
        _fft.InverseInPlace(spectrum, buffers.Correlation);
        return PeriodicPeak.Find(buffers.Correlation, _fft.Size);
    }

    /// <summary>
    /// Weighs every shell by c / (1 - c^2), c its correlation after turning the map by <paramref name="r"/> and moving it to its best
    /// place: the maximum-likelihood weight of shells that share a signal and have noise of their own. Scores may then exceed 1.
    /// </summary>
    public void WeighShells(OversampledSpectrum map, in Rotation r)
    {
        // Neither does a shell that agrees perfectly silence the others, nor is one that does not left out for good.
        const double Floor = 0.02;
        Buffers buffers = NewBuffers();
        Score(map, r, buffers);
        (double x, double y, double z) = PeriodicPeak.Find(buffers.Correlation, _fft.Size).Position;
        Sample(map, r, buffers.Samples, buffers.Rms);
        double[] correlation = new double[_shells + 1];
        int[] count = new int[_shells + 1];
        for (int i = 0; i < _shell.Length; i++)
        {
            (double sin, double cos) = Math.SinCos(-2 * Math.PI * (_kx[i] * x + _ky[i] * y + _kz[i] * z) / _fft.Size);
            double mr = buffers.Samples[2 * i] * cos - buffers.Samples[2 * i + 1] * sin;
            double mi = buffers.Samples[2 * i] * sin + buffers.Samples[2 * i + 1] * cos;
            correlation[_shell[i]] += (_reference[2 * i] * mr + _reference[2 * i + 1] * mi) / Math.Max(buffers.Rms[_shell[i]], 1e-30f);
            count[_shell[i]]++;
        }
        for (int i = 0; i < _shell.Length; i++)
        {
            double c = Math.Clamp(correlation[_shell[i]] / count[_shell[i]], Floor, 1);
            float weight = (float)(c / (1 - c * c + Floor));
            _reference[2 * i] *= weight;
            _reference[2 * i + 1] *= weight;
        }
    }

    /// <summary>The transform of map(r x) at k is the map's at r k.</summary>
    private void Sample(OversampledSpectrum map, in Rotation r, float[] samples, float[] rms)
    {
        Array.Clear(rms);
        Span<int> count = stackalloc int[rms.Length];
        count.Clear();
        for (int i = 0; i < _kx.Length; i++)
        {
            (double x, double y, double z) = r.Apply(_kx[i], _ky[i], _kz[i]);
            (float re, float im) = map.At(x, y, z);
            samples[2 * i] = re;
            samples[2 * i + 1] = im;
            rms[_shell[i]] += re * re + im * im;
            count[_shell[i]]++;
        }
        for (int s = 1; s < rms.Length; s++) rms[s] = MathF.Sqrt(rms[s] / Math.Max(1, count[s]));
    }

    private static int Index(int x, int y, int z, int n) => 2 * (((z < 0 ? z + n : z) * n + (y < 0 ? y + n : y)) * (n / 2 + 1) + x);

    /// <summary>Arrays that one thread reuses from rotation to rotation.</summary>
    internal sealed class Buffers(int samples, int spectrum, int real, int shells)
    {
        public float[] Samples { get; } = new float[samples];

        public float[] Spectrum { get; } = new float[spectrum];

        public float[] Correlation { get; } = new float[real];

        public float[] Rms { get; } = new float[shells];
    }
}
