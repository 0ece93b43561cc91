using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Paper;

/// <summary>The decoder and its losses against an independent program's numbers for a 16-pixel box.</summary>
public sealed class HartleyDecoderTests
{
    private const int Box = 16;
    private const int Images = 5;

    [SharedFact("golden/decoder_volume.npy", "golden/decoder_slice_real.npy")]
    public void Slices_equal_the_reference()
    {
        HartleyDecoder decoder = GoldenDecoder();
        float[] real = NpyArray.Golden("decoder_slice_real").Floats, imaginary = NpyArray.Golden("decoder_slice_imag").Floats;
        double[] mask = NpyArray.Golden("decoder_mask").Values;
        DecoderSlice slice = new(decoder.Disc);
        Rotation[] rotations = GoldenRotations();
        Assert.Equal(mask.Sum(), decoder.Disc.Multiplicity.Sum());
        for (int n = 0; n < Images; n++)
        {
            foreach (bool gradient in new[] { false, true })
            {
                if (gradient) decoder.SliceWithGradient(rotations[n], slice);
                else decoder.Slice(rotations[n], slice);
                for (int i = 0; i < decoder.Disc.Count; i++)
                {
                    int at = At(decoder.Disc, i, 1);
                    Assert.Equal(1, mask[at]);
                    Assert.Equal(real[n * Box * Box + at], slice.Real[i], 2e-5);
                    Assert.Equal(imaginary[n * Box * Box + at], slice.Imaginary[i], 2e-5);
                }
            }
        }
    }

    [SharedTheory("golden/loss_modulus.npy", "golden/loss_square.npy")]
    [InlineData(nameof(PaperLoss.Modulus), "loss_modulus")]
    [InlineData(nameof(PaperLoss.Square), "loss_square")]
    public void Losses_and_their_gradients_equal_the_reference(string kind, string golden)
    {
        HartleyDecoder decoder = GoldenDecoder();
        SliceLoss loss = new(decoder.Disc, Enum.Parse<PaperLoss>(kind));
        Rotation[] rotations = GoldenRotations();
        DecoderSlice slice = new(decoder.Disc);
        FourierLattice gradient = new(decoder.Grid.Radius, 1);
        using WorkerTeam team = new(1);
        TransposeBatch batch = new(decoder.Disc, HartleyDecoder.SlotsPerImage, team);
        int length = decoder.Disc.PaddedCount;
        float[] gr = new float[length], gi = new float[length];
        double[] losses = new double[Images], poses = new double[3 * Images];
        for (int n = 0; n < Images; n++)
        {
            decoder.SliceWithGradient(rotations[n], slice);
            // The reference's images are not Hermitian: each half of their plane is an image of its own, with half the weight.
            foreach (int half in new[] { 1, -1 })
            {
                TargetImage target = GoldenTarget(decoder.Disc, n, half);
                double value = loss.Evaluate(slice.Real, slice.Imaginary, target, 0.5, gr, gi);
                Assert.Equal(loss.Evaluate(slice.Real, slice.Imaginary, target), value, 1e-12);
                losses[n] += 0.5 * value;
                for (int i = 0; i < length; i++) (gr[i], gi[i]) = (target.Ctf[i] * gr[i], target.Ctf[i] * gi[i]);
                RotationVector w = decoder.PoseGradient(slice, gr, gi);
                poses[3 * n] += w.X;
                poses[3 * n + 1] += w.Y;
                poses[3 * n + 2] += w.Z;
                decoder.PutGradient(batch, 0, rotations[n], slice, gr, gi);
                batch.InsertInto(gradient, HartleyDecoder.SlotsPerImage);
            }
        }
        AssertClose(NpyArray.Golden(golden).Values, losses, 1e-5);
        AssertClose(NpyArray.Golden(golden + "_grad_w").Values, poses, 1e-4);
        double[] expected = NpyArray.Golden(golden + "_grad_volume").Values;
        double[] got = new double[expected.Length];
        int voxels = expected.Length / 2;
        for (int i = 0; i < voxels; i++) (got[i], got[voxels + i]) = (gradient.Values[2 * i], gradient.Values[2 * i + 1]);
        AssertClose(expected, got, 1e-4);
    }

    [SharedFact("golden/decoder_map.npy")]
    public void The_map_equals_the_reference()
    {
        using WorkerTeam team = new(2);
        NpyArray expected = NpyArray.Golden("decoder_map");
        Volume map = GoldenDecoder().ToMap(1, 1, team);
        AssertClose(expected.Values, [.. map.Voxels.Select(v => (double)v)], 1e-5);
    }

    [Fact]
    public void The_map_and_the_slices_belong_together()
    {
        // The transform of the map, projected along z, is the slice at the identity.
        HartleyDecoder decoder = new(12);
        decoder.Randomise(new Random(3));
        using WorkerTeam team = new(1);
        Volume map = decoder.ToMap(1, 12, team);
        DecoderSlice slice = new(decoder.Disc);
        decoder.Slice(Rotation.Identity, slice);
        for (int i = 0; i < decoder.Disc.Count; i++)
        {
            System.Numerics.Complex sum = 0;
            for (int z = 0; z < 12; z++)
            {
                for (int y = 0; y < 12; y++)
                {
                    for (int x = 0; x < 12; x++)
                    {
                        double angle = -2 * Math.PI * (decoder.Disc.Kx[i] * (x - 6) + decoder.Disc.Ky[i] * (y - 6)) / 12;
                        sum += map[z, y, x] * System.Numerics.Complex.FromPolarCoordinates(1, angle);
                    }
                }
            }
            Assert.Equal(12 * slice.Real[i], sum.Real, 1e-3);
            Assert.Equal(12 * slice.Imaginary[i], sum.Imaginary, 1e-3);
        }
    }

    [Fact]
    public void The_first_volume_is_normal_and_reproducible()
    {
        HartleyDecoder a = new(24), b = new(24);
        a.Randomise(new Random(5));
        b.Randomise(new Random(5));
        Assert.Equal(a.Grid.Values, b.Grid.Values);
        Assert.Equal(25, a.Grid.Size);
        double n = a.Grid.Values.Length, mean = a.Grid.Values.Sum(v => (double)v) / n, square = a.Grid.Values.Sum(v => (double)v * v) / n;
        Assert.Equal(0, mean, 4 / Math.Sqrt(n));
        Assert.Equal(1, square, 6 / Math.Sqrt(n));
        Assert.InRange(a.Grid.Values.Max(), 3.5f, 7f);
    }

    [Fact]
    public void Odd_boxes_are_refused() => Assert.Throws<ArgumentException>(() => new HartleyDecoder(17));

    [Fact]
    public void The_gradient_in_the_origin_equals_finite_differences()
    {
        HartleyDecoder decoder = new(Box);
        decoder.Randomise(new Random(1));
        FrequencyDisc disc = decoder.Disc;
        SliceLoss loss = new(disc, PaperLoss.Square);
        DecoderSlice slice = new(disc);
        decoder.Slice(RandomRotations.Next(new Random(2)), slice);
        TargetImage image = new(disc, Box), shifted = new(disc, Box);
        Random random = new(4);
        for (int i = 0; i < disc.Count; i++)
        {
            image.Real[i] = random.NextSingle() - 0.5f;
            image.Imaginary[i] = i == disc.IndexOf(0, 0) ? 0 : random.NextSingle() - 0.5f;
            image.Ctf[i] = random.NextSingle();
        }
        float[] gr = new float[disc.PaddedCount], gi = new float[disc.PaddedCount];
        shifted.SetShifted(image, 1.2, -0.7);
        loss.Evaluate(slice.Real, slice.Imaginary, shifted, 1, gr, gi);
        (double x, double y) = shifted.OriginGradient(gr, gi);
        double At(double dx, double dy)
        {
            shifted.SetShifted(image, 1.2 + dx, -0.7 + dy);
            return loss.Evaluate(slice.Real, slice.Imaginary, shifted);
        }
        const double Step = 1e-2;
        Assert.Equal((At(Step, 0) - At(-Step, 0)) / (2 * Step), x, 1e-3 * Math.Abs(x) + 1e-5);
        Assert.Equal((At(0, Step) - At(0, -Step)) / (2 * Step), y, 1e-3 * Math.Abs(y) + 1e-5);
    }

    private static HartleyDecoder GoldenDecoder()
    {
        HartleyDecoder decoder = new(Box);
        float[] volume = NpyArray.Golden("decoder_volume").Floats;
        Assert.Equal(volume.Length, decoder.Grid.Values.Length);
        int voxels = volume.Length / 2;
        for (int i = 0; i < voxels; i++) (decoder.Grid.Values[2 * i], decoder.Grid.Values[2 * i + 1]) = (volume[i], volume[voxels + i]);
        return decoder;
    }

    private static Rotation[] GoldenRotations()
    {
        double[] r = NpyArray.Golden("decoder_rotations").Values;
        return [.. Enumerable.Range(0, Images).Select(n => r.AsSpan(9 * n, 9).ToArray())
            .Select(m => new Rotation(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]))];
    }

    /// <summary>One half plane of a reference image: at k, or (conjugate) at -k.</summary>
    private static TargetImage GoldenTarget(FrequencyDisc disc, int image, int half)
    {
        float[] re = NpyArray.Golden("target_real").Floats, im = NpyArray.Golden("target_imag").Floats;
        float[] ctf = NpyArray.Golden("target_ctf").Floats;
        TargetImage target = new(disc, Box);
        for (int i = 0; i < disc.Count; i++)
        {
            int at = image * Box * Box + At(disc, i, half);
            target.Real[i] = re[at];
            target.Imaginary[i] = half * im[at];
            target.Ctf[i] = ctf[at];
        }
        return target;
    }

    private static int At(FrequencyDisc disc, int i, int half) =>
        (half * (int)disc.Ky[i] + Box / 2) * Box + half * (int)disc.Kx[i] + Box / 2;

    private static void AssertClose(double[] expected, double[] got, double relative)
    {
        Assert.Equal(expected.Length, got.Length);
        double difference = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += (expected[i] - got[i]) * (expected[i] - got[i]);
            norm += expected[i] * expected[i];
        }
        Assert.True(Math.Sqrt(difference / norm) < relative, $"relative error {Math.Sqrt(difference / norm)}");
    }
}
