using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using FsCheck;
using FsCheck.Fluent;

namespace CryoSpin.Tests.Projection;

[Trait("Category", "Kernel")]
public sealed class BackProjectionTests
{
    [Fact]
    public void Insertion_is_the_adjoint_of_slicing_a_Hermitian_lattice()
    {
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            double radius = 2 + seed % 60 / 10.0, oversampling = 1 + seed % 3 / 2.0;
            FourierLattice lattice = NaiveProjection.RandomLattice(radius, oversampling, seed, hermitian: true);
            BackProjection sum = new(radius, oversampling);
            FrequencyDisc disc = new(radius);
            Rotation a = NaiveProjection.RandomRotation(seed);
            float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
            float[] y = NaiveProjection.Random(disc.PaddedCount, seed + 1), z = NaiveProjection.Random(disc.PaddedCount, seed + 2);
            CentralSlice.Sample(lattice, disc, a, re, im);
            sum.Insert(disc, a, y, z, y);
            double left = 0, right = 0, size = 0;
            for (int i = 0; i < disc.Count; i++)
            {
                left += (double)re[i] * y[i] + (double)im[i] * z[i];
                size += Math.Abs((double)re[i] * y[i]) + Math.Abs((double)im[i] * z[i]);
            }
            ForSamples(sum, (x, y, z, at) =>
            {
                long from = lattice.IndexOf(x, y, z);
                right += (double)lattice.Values[from] * sum.Sums[at] + (double)lattice.Values[from + 1] * sum.Sums[at + 1];
            });
            return Math.Abs(left - right) <= 1e-5 * size;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(6, 1)]
    [InlineData(7.5, 1)]
    [InlineData(5, 2)]
    public void Both_Hermitian_partners_together_are_the_full_space_sum(double radius, double oversampling)
    {
        BackProjection sum = new(radius, oversampling);
        FourierLattice values = new(radius, oversampling), weights = new(radius, oversampling);
        FrequencyDisc disc = new(radius);
        for (int seed = 0; seed < 4; seed++)
        {
            // Seed 3 is the identity: its points lie on the lattice's own planes, x = 0 included.
            Rotation a = seed == 3 ? Rotation.Identity : NaiveProjection.RandomRotation(seed);
            Rotation turned = new(-a.M00, -a.M01, -a.M02, -a.M10, -a.M11, -a.M12, a.M20, a.M21, a.M22);
            float[] re = NaiveProjection.Random(disc.PaddedCount, seed), im = NaiveProjection.Random(disc.PaddedCount, seed + 50);
            float[] w = [.. NaiveProjection.Random(disc.PaddedCount, seed + 90).Select(Math.Abs)];
            sum.Insert(disc, a, re, im, w);
            CentralSlice.Insert(values, disc, a, re, im);
            CentralSlice.Insert(weights, disc, a, w, w);
            CentralSlice.Insert(values, disc, turned, re, [.. im.Select(v => -v)]);
            CentralSlice.Insert(weights, disc, turned, w, w);
        }
        ForSamples(sum, (x, y, z, at) =>
        {
            long full = values.IndexOf(x, y, z), partner = sum.IndexOf(0, -y, -z);
            bool boundary = x == 0;
            Assert.Equal(values.Values[full], sum.Sums[at] + (boundary ? sum.Sums[partner] : 0), 2e-5);
            Assert.Equal(values.Values[full + 1], sum.Sums[at + 1] - (boundary ? sum.Sums[partner + 1] : 0), 2e-5);
            Assert.Equal(weights.Values[full], sum.Sums[at + 2] + (boundary ? sum.Sums[partner + 2] : 0), 2e-5);
        });
    }

    [Fact]
    public void Sums_of_two_workers_add_up_to_those_of_one()
    {
        FrequencyDisc disc = new(6);
        BackProjection whole = new(6, 2), first = new(6, 2), second = new(6, 2);
        for (int i = 0; i < 10; i++)
        {
            Rotation a = NaiveProjection.RandomRotation(i);
            float[] re = NaiveProjection.Random(disc.PaddedCount, i), w = [.. re.Select(Math.Abs)];
            whole.Insert(disc, a, re, re, w);
            (i % 2 == 0 ? first : second).Insert(disc, a, re, re, w);
        }
        using WorkerTeam team = new(2);
        first.Absorb(second, team);
        for (int i = 0; i < whole.Sums.Length; i++) Assert.Equal(whole.Sums[i], first.Sums[i], 1e-5);
        Assert.All(second.Sums, v => Assert.Equal(0, v));
        first.Scale(0.5f, team);
        for (int i = 0; i < whole.Sums.Length; i++) Assert.Equal(0.5f * whole.Sums[i], first.Sums[i], 1e-5);
        first.Clear();
        Assert.All(first.Sums, v => Assert.Equal(0, v));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        BackProjection sum = new(4, 1);
        float[] enough = new float[200], few = new float[8];
        Assert.Throws<ArgumentException>(() => sum.Insert(new FrequencyDisc(5), Rotation.Identity, enough, enough, enough));
        Assert.Throws<ArgumentException>(() => sum.Insert(new FrequencyDisc(4), Rotation.Identity, enough, enough, few));
        using WorkerTeam team = new(1);
        Assert.Throws<ArgumentException>(() => sum.Absorb(new BackProjection(5, 1), team));
    }

    private static void ForSamples(BackProjection sum, Action<int, int, int, long> body)
    {
        for (int z = -sum.Half; z <= sum.Half; z++)
        {
            for (int y = -sum.Half; y <= sum.Half; y++)
            {
                for (int x = 0; x <= sum.Half; x++) body(x, y, z, sum.IndexOf(x, y, z));
            }
        }
    }
}
