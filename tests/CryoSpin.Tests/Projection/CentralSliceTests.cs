using CryoSpin.Geometry;
using CryoSpin.Projection;
using FsCheck;
using FsCheck.Fluent;

namespace CryoSpin.Tests.Projection;

[Trait("Category", "Kernel")]
public sealed class CentralSliceTests
{
    [Theory]
    [InlineData(5, 1)]
    [InlineData(7.9, 1)]
    [InlineData(6, 2)]
    [InlineData(8.25, 1.5)]
    public void Samples_equal_trilinear_interpolation_by_definition(double radius, double oversampling)
    {
        FourierLattice lattice = NaiveProjection.RandomLattice(radius, oversampling, 1);
        FrequencyDisc disc = new(radius);
        float[] c0 = new float[disc.PaddedCount], c1 = new float[disc.PaddedCount];
        foreach (Rotation a in Rotations())
        {
            CentralSlice.Sample(lattice, disc, a, c0, c1);
            for (int i = 0; i < disc.Count; i++)
            {
                (double e0, double e1) = NaiveProjection.Sample(lattice, a, disc.Kx[i], disc.Ky[i]);
                Assert.Equal(e0, c0[i], 2e-5);
                Assert.Equal(e1, c1[i], 2e-5);
            }
        }
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6.5, 2)]
    public void Sampling_with_gradient_gives_the_same_values(double radius, double oversampling)
    {
        FourierLattice lattice = NaiveProjection.RandomLattice(radius, oversampling, 2);
        FrequencyDisc disc = new(radius);
        float[][] v = Buffers(disc, 8);
        foreach (Rotation a in Rotations())
        {
            CentralSlice.Sample(lattice, disc, a, v[0], v[1]);
            CentralSlice.SampleWithGradient(lattice, disc, a, v[2], v[3], v[4], v[5], v[6], v[7]);
            for (int i = 0; i < disc.Count; i++)
            {
                Assert.Equal(v[0][i], v[2][i], 1e-5);
                Assert.Equal(v[1][i], v[3][i], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_gradient_equals_finite_differences_of_left_perturbations(double oversampling)
    {
        FrequencyDisc disc = new(9);
        FourierLattice lattice = SmoothLattice(9, oversampling);
        float[][] v = Buffers(disc, 6);
        const double Step = 1e-5;
        for (int seed = 0; seed < 5; seed++)
        {
            Rotation a = NaiveProjection.RandomRotation(seed);
            CentralSlice.SampleWithGradient(lattice, disc, a, v[0], v[1], v[2], v[3], v[4], v[5]);
            for (int axis = 0; axis < 3; axis++)
            {
                RotationVector w = new(axis == 0 ? Step : 0, axis == 1 ? Step : 0, axis == 2 ? Step : 0);
                Rotation plus = So3.Exp(w) * a, minus = So3.Exp(new RotationVector(-w.X, -w.Y, -w.Z)) * a;
                double difference = 0, norm = 0;
                for (int i = 0; i < disc.Count; i++)
                {
                    (double p0, double p1) = NaiveProjection.Sample(lattice, plus, disc.Kx[i], disc.Ky[i]);
                    (double m0, double m1) = NaiveProjection.Sample(lattice, minus, disc.Kx[i], disc.Ky[i]);
                    double factor = axis == 0 ? -disc.Ky[i] : disc.Kx[i];
                    double g0 = axis == 2 ? v[4][i] : factor * v[2][i], g1 = axis == 2 ? v[5][i] : factor * v[3][i];
                    double e0 = (p0 - m0) / (2 * Step), e1 = (p1 - m1) / (2 * Step);
                    difference += (g0 - e0) * (g0 - e0) + (g1 - e1) * (g1 - e1);
                    norm += e0 * e0 + e1 * e1;
                }
                Assert.True(difference < 1e-6 * norm, $"axis {axis}: relative error {Math.Sqrt(difference / norm)}");
            }
        }
    }

    [Fact]
    public void A_Hermitian_lattice_gives_Hermitian_slices()
    {
        FourierLattice lattice = NaiveProjection.RandomLattice(8, 1.5, 3, hermitian: true);
        FrequencyDisc disc = new(8);
        float[][] v = Buffers(disc, 4);
        Rotation a = NaiveProjection.RandomRotation(4);
        // Turning the image by 180 degrees samples -k.
        Rotation turned = new(-a.M00, -a.M01, -a.M02, -a.M10, -a.M11, -a.M12, a.M20, a.M21, a.M22);
        CentralSlice.Sample(lattice, disc, a, v[0], v[1]);
        CentralSlice.Sample(lattice, disc, turned, v[2], v[3]);
        for (int i = 0; i < disc.Count; i++)
        {
            Assert.Equal(v[0][i], v[2][i], 1e-5);
            Assert.Equal(v[1][i], -v[3][i], 1e-5);
        }
    }

    [Fact]
    public void Inserting_is_the_transpose_of_sampling()
    {
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            double radius = 2 + seed % 70 / 10.0, oversampling = 1 + seed % 3 / 2.0;
            FourierLattice lattice = NaiveProjection.RandomLattice(radius, oversampling, seed), sum = new(radius, oversampling);
            FrequencyDisc disc = new(radius);
            Rotation a = NaiveProjection.RandomRotation(seed);
            float[] s0 = new float[disc.PaddedCount], s1 = new float[disc.PaddedCount];
            // The padding is filled on purpose: it must not count.
            float[] y0 = NaiveProjection.Random(disc.PaddedCount, seed + 1), y1 = NaiveProjection.Random(disc.PaddedCount, seed + 2);
            CentralSlice.Sample(lattice, disc, a, s0, s1);
            CentralSlice.Insert(sum, disc, a, y0, y1);
            double left = 0, right = 0, size = 0;
            for (int i = 0; i < disc.Count; i++)
            {
                left += (double)s0[i] * y0[i] + (double)s1[i] * y1[i];
                size += Math.Abs((double)s0[i] * y0[i]) + Math.Abs((double)s1[i] * y1[i]);
            }
            for (int i = 0; i < sum.Values.Length; i++) right += (double)sum.Values[i] * lattice.Values[i];
            return Math.Abs(left - right) <= 1e-5 * size;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(6.4, 1)]
    [InlineData(5, 2)]
    public void Insertion_puts_each_value_where_the_definition_does(double radius, double oversampling)
    {
        FourierLattice sum = new(radius, oversampling);
        FrequencyDisc disc = new(radius);
        Rotation a = NaiveProjection.RandomRotation(9);
        float[] y0 = NaiveProjection.Random(disc.PaddedCount, 1), y1 = NaiveProjection.Random(disc.PaddedCount, 2);
        double[] expected = new double[sum.Values.Length];
        for (int i = 0; i < disc.Count; i++)
        {
            foreach ((long at, double weight) in NaiveProjection.Neighbours(sum, a, disc.Kx[i], disc.Ky[i]))
            {
                expected[at] += weight * y0[i];
                expected[at + 1] += weight * y1[i];
            }
        }
        CentralSlice.Insert(sum, disc, a, y0, y1);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], sum.Values[i], 2e-5);
    }

    [Fact]
    public void A_lattice_just_large_enough_holds_the_published_grid()
    {
        // (N+1)^3 samples for the open disc |k| < N/2.
        for (int n = 8; n <= 256; n += 2) Assert.Equal(n + 1, new FourierLatticeShape(Math.Sqrt(n * n / 4 - 1)).Size);
    }

    [Fact]
    public void Discs_and_spans_that_do_not_fit_are_refused()
    {
        FourierLattice lattice = new(4, 1);
        float[] enough = new float[200], few = new float[8];
        Assert.Throws<ArgumentException>(() => CentralSlice.Sample(lattice, new FrequencyDisc(5), Rotation.Identity, enough, enough));
        Assert.Throws<ArgumentException>(() => CentralSlice.Sample(lattice, new FrequencyDisc(4), Rotation.Identity, enough, few));
        Assert.Throws<ArgumentException>(() => CentralSlice.Insert(lattice, new FrequencyDisc(5), Rotation.Identity, enough, enough));
        Assert.Throws<ArgumentException>(() => CentralSlice.Insert(lattice, new FrequencyDisc(4), Rotation.Identity, few, enough));
    }

    private static float[][] Buffers(FrequencyDisc disc, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new float[disc.PaddedCount])];

    private static IEnumerable<Rotation> Rotations()
    {
        yield return Rotation.Identity;
        yield return new EulerAngles(90, 90, 0).ToRotation();
        yield return new EulerAngles(180, 180, 90).ToRotation();
        for (int seed = 0; seed < 6; seed++) yield return NaiveProjection.RandomRotation(seed);
    }

    private static FourierLattice SmoothLattice(double radius, double oversampling)
    {
        FourierLattice lattice = new(radius, oversampling);
        int h = lattice.Half;
        for (int z = -h; z <= h; z++)
        {
            for (int y = -h; y <= h; y++)
            {
                for (int x = -h; x <= h; x++)
                {
                    long at = lattice.IndexOf(x, y, z);
                    double u = x / oversampling, v = y / oversampling, w = z / oversampling;
                    lattice.Values[at] = (float)(Math.Sin(0.3 * u + 0.2 * v) * Math.Cos(0.25 * w - 0.1 * u));
                    lattice.Values[at + 1] = (float)(Math.Cos(0.2 * u - 0.3 * v + 0.15 * w) + 0.05 * u * w);
                }
            }
        }
        return lattice;
    }

    /// <summary>Only the size rule, so that large boxes cost no memory.</summary>
    private readonly record struct FourierLatticeShape(double Radius)
    {
        public int Size => 2 * FourierLattice.HalfFor(Radius, 1) + 1;
    }
}
