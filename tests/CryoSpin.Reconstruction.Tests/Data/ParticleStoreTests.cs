using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.Data;

public sealed class ParticleStoreTests : IDisposable
{
    private const int Box = 32, Count = 5;
    private const double PixelSize = 3.5;
    private static readonly int[] s_halfSet = [2, 1, 1, 2, 1];
    private readonly WorkerTeam _team = new(2);
    // Wider than what is in memory in any case.
    private readonly FrequencyDisc _disc = new(13);
    private readonly TemporaryScratch _scratch = new();
    private readonly float[][] _images;
    private readonly ContrastTransferFunction[] _ctf;

    public ParticleStoreTests()
    {
        Random random = new(11);
        _images = [.. Enumerable.Range(0, Count).Select(_ => Numbers.UniformFloats(random, Box * Box))];
        OpticsGroup optics = new("g", 300, 2.7, 0.1, PixelSize, Box);
        _ctf = [.. Enumerable.Range(0, Count).Select(
            i => new ContrastTransferFunction(optics, new CtfParameters(12000 + 900 * i, 11000 + 900 * i, 20 * i)))];
    }

    public void Dispose()
    {
        _team.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(13.0, true, false)]
    [InlineData(3.4, true, false)]
    [InlineData(3.4, false, true)]
    [InlineData(11.5, true, true)]
    [InlineData(13.0, false, true)]
    public void A_view_reads_whitened_data_and_transfer_function(double radius, bool withCtf, bool onDisk)
    {
        using ParticleStore store = Load(withCtf ? _ctf : null, scratchFolder: onDisk ? _scratch.Path : null);
        double[] variance = [.. Enumerable.Range(0, 15).Select(s => 2.0 + s * s)];
        store.SetNoise(variance);
        FrequencyDisc smaller = new(radius);
        BandView view = store.View(smaller);
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
            // Half precision: 11 bits.
            Numbers.Close(expectedRe, Doubles(re), 5e-4, "real parts");
            Numbers.Close(expectedIm, Doubles(im), 5e-4, "imaginary parts");
            Numbers.Close(expectedCtf, Doubles(ctf), 1e-5, "transfer function");
        }
    }

    [Fact]
    public void A_view_keeps_the_noise_it_was_made_with()
    {
        ParticleStore store = Load(null);
        store.SetNoise([.. Enumerable.Repeat(1.0, 15)]);
        BandView before = store.View(_disc);
        store.SetNoise([.. Enumerable.Repeat(4.0, 15)]);
        BandView after = store.View(_disc);
        float[] a = Full(_disc), b = Full(_disc), im = Full(_disc), ctf = Full(_disc);
        before.Read(2, a, im, ctf);
        after.Read(2, b, im, ctf);
        Assert.Contains(a, v => v != 0);
        for (int p = 0; p < a.Length; p++) Assert.Equal(a[p] / 2, b[p], 1e-6f);
    }

    [Fact]
    public void Mean_power_and_mean_squared_transfer_function_are_averages_over_images_and_shell()
    {
        ParticleStore store = Load(_ctf);
        double[] power = new double[15], square = new double[15], count = new double[15];
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
        Assert.Equal(15, store.MeanPower.Length);
        for (int s = 0; s <= 13; s++)
        {
            Assert.Equal(1, store.MeanPower[s] / (power[s] / count[s]), 1e-4);
            Assert.Equal(1, store.MeanCtfSquared[s] / (square[s] / count[s]), 1e-4);
        }
    }

    [Fact]
    public void The_number_of_workers_does_not_change_the_transforms()
    {
        using WorkerTeam single = new(1);
        ParticleStore one = Load(_ctf, single), two = Load(_ctf);
        for (int r = 0; r < Count; r++)
        {
            Assert.True(one.Full.TryGet(r, out ReadOnlySpan<Half> a) && two.Full.TryGet(r, out ReadOnlySpan<Half> b) && a.SequenceEqual(b));
        }
        Assert.Equal(one.MeanPower, two.MeanPower);
        Assert.Equal(one.MeanCtfSquared, two.MeanCtfSquared);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keeping_some_is_as_if_the_others_had_never_been_loaded(bool onDisk)
    {
        int[] kept = [0, 2, 4];
        using ParticleStore store = Load(_ctf, scratchFolder: onDisk ? _scratch.Path : null);
        store.Keep(kept);
        using ParticleStore expected = ParticleStore.Load(
            Box, PixelSize, _disc, (i, pixels) => _images[kept[i]].CopyTo(pixels), [.. kept.Select(i => _ctf[i])],
            [.. kept.Select(i => s_halfSet[i])], new StorePlace(null, 1), _team);
        Assert.Equal(expected.Count, store.Count);
        Assert.Equal(expected.HalfSet, store.HalfSet);
        for (int s = 0; s < expected.MeanPower.Length; s++)
        {
            // The powers of those that left were rounded to half precision.
            Assert.Equal(expected.MeanPower[s], store.MeanPower[s], 2e-3 * expected.MeanPower[s] + 1e-9);
            Assert.Equal(expected.MeanCtfSquared[s], store.MeanCtfSquared[s], 1e-4);
        }
        double[] noise = [.. Enumerable.Repeat(2.0, 15)];
        store.SetNoise(noise);
        expected.SetNoise(noise);
        for (int half = 0; half < 2; half++)
        {
            List<(int Particle, Half[] Record)> a = Visited(store, half), b = Visited(expected, half);
            Assert.Equal(b.Count, a.Count);
            for (int i = 0; i < a.Count; i++)
            {
                Assert.Equal(b[i].Particle, a[i].Particle);
                Assert.Equal(b[i].Record, a[i].Record);
            }
        }
        float[] reA = Full(_disc), imA = Full(_disc), ctfA = Full(_disc), reB = Full(_disc), imB = Full(_disc), ctfB = Full(_disc);
        BandView viewA = store.View(_disc), viewB = expected.View(_disc);
        for (int i = 0; i < kept.Length; i++)
        {
            viewA.Read(i, reA, imA, ctfA);
            viewB.Read(i, reB, imB, ctfB);
            Assert.Equal(reB, reA);
            Assert.Equal(imB, imA);
            Assert.Equal(ctfB, ctfA);
        }

        static List<(int Particle, Half[] Record)> Visited(ParticleStore store, int half)
        {
            List<(int, Half[])> visited = [];
            store.Pass(half, chunk =>
            {
                for (int r = 0; r < chunk.Count; r++) visited.Add((store.ParticleAt(chunk.First + r), chunk[r].ToArray()));
            });
            return visited;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pass_visits_each_particle_of_a_half_set_once_with_its_record(bool onDisk)
    {
        using ParticleStore store = Load(_ctf, scratchFolder: onDisk ? _scratch.Path : null);
        store.SetNoise([.. Enumerable.Repeat(3.0, 15)]);
        BandView view = store.View(new FrequencyDisc(7));
        List<int> seen = [];
        for (int half = 0; half < 2; half++)
        {
            int of = half + 1;
            store.Pass(half, chunk =>
            {
                for (int r = 0; r < chunk.Count; r++)
                {
                    int i = store.ParticleAt(chunk.First + r);
                    Assert.Equal(of, s_halfSet[i]);
                    seen.Add(i);
                    float[] re = Full(view.Disc), im = Full(view.Disc), ctf = Full(view.Disc), re2 = Full(view.Disc), im2 = Full(view.Disc);
                    view.Read(i, chunk[r], re, im, ctf);
                    view.Read(i, re2, im2, ctf);
                    Assert.Equal(re2, re);
                    Assert.Equal(im2, im);
                }
            });
        }
        Assert.Equal(Enumerable.Range(0, Count), seen.Order());
    }

    [Fact]
    public void Nothing_is_left_of_a_scratch_file_even_while_it_is_in_use()
    {
        using ParticleStore store = Load(_ctf, scratchFolder: _scratch.Path);
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void A_missing_scratch_folder_is_named()
    {
        string missing = Path.Combine(_scratch.Path, "not there");
        CryoSpinException e = Assert.Throws<CryoSpinException>(() => Load(_ctf, scratchFolder: missing));
        Assert.Contains(missing, e.Message);
        Assert.Contains("--scratch", e.Message);
    }

    [Fact]
    public void An_image_far_beyond_the_others_is_refused_by_number()
    {
        _images[3][5] = 1e9f;
        InputException e = Assert.Throws<InputException>(() => Load(null));
        Assert.Contains("particle 4", e.Message);
    }

    [Fact]
    public void A_disc_that_reaches_Nyquist_is_refused() =>
        Assert.Throws<ArgumentException>(() => ParticleStore.Load(
            Box, PixelSize, new FrequencyDisc(16), (i, pixels) => _images[i].CopyTo(pixels), null, s_halfSet, new StorePlace(null, 1), _team));

    [Fact]
    public void Loading_can_be_stopped()
    {
        using CancellationTokenSource source = new();
        int read = 0;
        TinyDataset.AssertCancelled(() => ParticleStore.Load(
            Box, PixelSize, _disc,
            (i, pixels) =>
            {
                if (Interlocked.Increment(ref read) == 10) source.Cancel();
                _images[i % Count].CopyTo(pixels);
            },
            null, [.. Enumerable.Repeat(1, 1000)], new StorePlace(null, 1), _team, cancellation: source.Token));
        Assert.InRange(read, 10, 100);
    }

    private static float[] Full(FrequencyDisc disc) => [.. Enumerable.Repeat(9f, disc.PaddedCount)];

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

    private ParticleStore Load(ContrastTransferFunction[]? ctf, WorkerTeam? team = null, string? scratchFolder = null) => ParticleStore.Load(
        Box, PixelSize, _disc, (i, pixels) => _images[i].CopyTo(pixels), ctf, s_halfSet, new StorePlace(scratchFolder, 1), team ?? _team);
}
