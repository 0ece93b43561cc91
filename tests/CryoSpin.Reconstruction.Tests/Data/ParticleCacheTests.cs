using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Optics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.Data;

public sealed class ParticleCacheTests : IDisposable
{
    private const int Box = 12, Count = 5;
    private const double PixelSize = 3.5;
    private readonly WorkerTeam _team = new(2);
    private readonly FrequencyDisc _disc = new(5);
    private readonly float[][] _images;
    private readonly ContrastTransferFunction[] _ctf;

    public ParticleCacheTests()
    {
        Random random = new(11);
        _images = [.. Enumerable.Range(0, Count).Select(_ => Numbers.UniformFloats(random, Box * Box))];
        OpticsGroup optics = new("g", 300, 2.7, 0.1, PixelSize, Box);
        _ctf = [.. Enumerable.Range(0, Count).Select(
            i => new ContrastTransferFunction(optics, new CtfParameters(12000 + 900 * i, 11000 + 900 * i, 20 * i)))];
    }

    public void Dispose() => _team.Dispose();

    [Fact]
    public void Images_are_transformed_about_the_box_centre()
    {
        ParticleCache cache = Load(_ctf);
        for (int i = 0; i < Count; i++)
        {
            Complex[] expected = [.. Enumerable.Range(0, _disc.Count).Select(p => Naive(_images[i], _disc.Kx[p], _disc.Ky[p]))];
            Numbers.Close(Parts(expected, c => c.Real), Doubles(cache.Real(i)[.._disc.Count]), 1e-5, $"real parts of {i}");
            Numbers.Close(Parts(expected, c => c.Imaginary), Doubles(cache.Imaginary(i)[.._disc.Count]), 1e-5, $"imaginary parts of {i}");
        }
    }

    [Theory]
    [InlineData(5.0, true)]
    [InlineData(3.4, true)]
    [InlineData(3.4, false)]
    public void A_view_reads_whitened_data_and_transfer_function(double radius, bool withCtf)
    {
        ParticleCache cache = Load(withCtf ? _ctf : null);
        double[] variance = [.. Enumerable.Range(0, 7).Select(s => 2.0 + s * s)];
        cache.SetNoise(variance);
        FrequencyDisc smaller = new(radius);
        BandView view = cache.View(smaller);
        float[] re = Full(smaller), im = Full(smaller), ctf = Full(smaller);
        for (int i = 0; i < Count; i++)
        {
            view.Read(i, re, im, ctf);
            int n = smaller.PaddedCount;
            double[] expectedRe = new double[n], expectedIm = new double[n], expectedCtf = new double[n];
            for (int p = 0; p < smaller.Count; p++)
            {
                // The origin and the padding stay 0: they carry no pose.
                if (smaller.Kx[p] == 0 && smaller.Ky[p] == 0) continue;
                double kx = smaller.Kx[p], ky = smaller.Ky[p], sigma = Math.Sqrt(variance[(int)Math.Round(Math.Sqrt(kx * kx + ky * ky))]);
                Complex f = Naive(_images[i], kx, ky) / sigma;
                (expectedRe[p], expectedIm[p]) = (f.Real, f.Imaginary);
                expectedCtf[p] = (withCtf ? _ctf[i].Evaluate(kx / (Box * PixelSize), ky / (Box * PixelSize)) : 1) / sigma;
            }
            Numbers.Close(expectedRe, Doubles(re), 1e-5, "real parts");
            Numbers.Close(expectedIm, Doubles(im), 1e-5, "imaginary parts");
            Numbers.Close(expectedCtf, Doubles(ctf), 1e-5, "transfer function");
        }
    }

    [Fact]
    public void A_view_keeps_the_noise_it_was_made_with()
    {
        ParticleCache cache = Load(null);
        cache.SetNoise([.. Enumerable.Repeat(1.0, 7)]);
        BandView before = cache.View(_disc);
        cache.SetNoise([.. Enumerable.Repeat(4.0, 7)]);
        BandView after = cache.View(_disc);
        float[] a = Full(_disc), b = Full(_disc), im = Full(_disc), ctf = Full(_disc);
        before.Read(2, a, im, ctf);
        after.Read(2, b, im, ctf);
        Assert.Contains(a, v => v != 0);
        for (int p = 0; p < a.Length; p++) Assert.Equal(a[p] / 2, b[p], 1e-6f);
    }

    [Fact]
    public void Mean_power_and_mean_squared_transfer_function_are_averages_over_images_and_shell()
    {
        ParticleCache cache = Load(_ctf);
        double[] power = new double[7], square = new double[7], count = new double[7];
        for (int i = 0; i < Count; i++)
        {
            for (int p = 0; p < _disc.Count; p++)
            {
                Complex f = Naive(_images[i], _disc.Kx[p], _disc.Ky[p]);
                double c = _ctf[i].Evaluate(_disc.Kx[p] / (Box * PixelSize), _disc.Ky[p] / (Box * PixelSize));
                power[_disc.Shell[p]] += f.Real * f.Real + f.Imaginary * f.Imaginary;
                square[_disc.Shell[p]] += c * c;
                count[_disc.Shell[p]]++;
            }
        }
        Assert.Equal(7, cache.MeanPower.Length);
        for (int s = 0; s <= 5; s++)
        {
            Assert.Equal(1, cache.MeanPower[s] / (power[s] / count[s]), 1e-4);
            Assert.Equal(1, cache.MeanCtfSquared[s] / (square[s] / count[s]), 1e-4);
        }
    }

    [Fact]
    public void The_number_of_workers_does_not_change_the_transforms()
    {
        using WorkerTeam single = new(1);
        ParticleCache one = Load(_ctf, single), two = Load(_ctf);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(one.Real(i).ToArray(), two.Real(i).ToArray());
            Assert.Equal(one.Imaginary(i).ToArray(), two.Imaginary(i).ToArray());
        }
    }

    [Fact]
    public void A_disc_that_reaches_Nyquist_is_refused() =>
        Assert.Throws<ArgumentException>(() => ParticleCache.Load(
            Count, Box, PixelSize, new FrequencyDisc(6), (i, pixels) => _images[i].CopyTo(pixels), null, _team));

    [Fact]
    public void Loading_can_be_stopped()
    {
        using CancellationTokenSource source = new();
        int read = 0;
        TinyDataset.AssertCancelled(() => ParticleCache.Load(
            1000, Box, PixelSize, _disc,
            (i, pixels) =>
            {
                if (Interlocked.Increment(ref read) == 10) source.Cancel();
                _images[i % Count].CopyTo(pixels);
            },
            null, _team, cancellation: source.Token));
        Assert.InRange(read, 10, 100);
    }

    private static float[] Full(FrequencyDisc disc) => [.. Enumerable.Repeat(9f, disc.PaddedCount)];

    private static double[] Parts(Complex[] values, Func<Complex, double> part) => [.. values.Select(part)];

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), v => (double)v);

    private static Complex Naive(float[] image, double kx, double ky)
    {
        Complex sum = 0;
        for (int y = 0; y < Box; y++)
        {
            for (int x = 0; x < Box; x++)
            {
                sum += image[y * Box + x] * Complex.FromPolarCoordinates(1, -2 * Math.PI * (kx * (x - Box / 2) + ky * (y - Box / 2)) / Box);
            }
        }
        return sum;
    }

    private ParticleCache Load(ContrastTransferFunction[]? ctf, WorkerTeam? team = null) => ParticleCache.Load(
        Count, Box, PixelSize, _disc, (i, pixels) => _images[i].CopyTo(pixels), ctf, team ?? _team);
}
