using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Tests.Projection;

public sealed class MapTransformTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(12)]
    public void Slices_at_right_angles_are_transforms_of_real_space_sums(int box)
    {
        using WorkerTeam team = new(1);
        Volume map = NaiveProjection.BlobMap(box, box / 4.0, 1, box);
        FourierLattice lattice = new(box / 2 - 1, 2);
        new MapTransform(box, 1.5, 2, team).ToLattice(map, lattice);
        // At right angles every frequency is a lattice sample, where nothing is interpolated: there the map appears with the correction
        // that interpolation undoes elsewhere.
        Volume corrected = Corrected(map, 2 * box);
        FrequencyDisc disc = new(box / 2 - 1);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
        (double, double, double)[] angles = [(0, 0, 0), (0, 0, 90), (90, 90, 0), (0, 90, 0), (180, 90, 270)];
        foreach ((double rot, double tilt, double psi) in angles)
        {
            Rotation a = new EulerAngles(rot, tilt, psi).ToRotation();
            double[,] projection = ProjectRightAngle(corrected, a);
            CentralSlice.Sample(lattice, disc, a, re, im);
            double scale = NaiveProjection.Transform(projection, 0, 0).Real;
            for (int i = 0; i < disc.Count; i++)
            {
                Complex expected = NaiveProjection.Transform(projection, disc.Kx[i], disc.Ky[i]);
                Assert.Equal(expected.Real, re[i], 1e-5 * scale);
                Assert.Equal(expected.Imaginary, im[i], 1e-5 * scale);
            }
        }
    }

    // The error of linear interpolation falls with the square of the step.
    [Theory]
    [InlineData(2, 0.02)]
    [InlineData(3, 0.02 * 4 / 9)]
    public void Slices_at_any_angle_are_the_maps_transform(int oversampling, double tolerance)
    {
        const int Box = 20;
        using WorkerTeam team = new(2);
        Volume map = NaiveProjection.BlobMap(Box, 5, 1.2, 3);
        FourierLattice lattice = new(Box / 2 - 1, oversampling);
        new MapTransform(Box, 1.5, oversampling, team).ToLattice(map, lattice);
        FrequencyDisc disc = new(Box / 2 - 1);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
        for (int seed = 0; seed < 3; seed++)
        {
            Rotation a = NaiveProjection.RandomRotation(seed);
            CentralSlice.Sample(lattice, disc, a, re, im);
            double difference = 0, norm = 0;
            for (int i = 0; i < disc.Count; i++)
            {
                (double x, double y, double z) = a.Transpose().Apply(disc.Kx[i], disc.Ky[i], 0);
                Complex expected = NaiveProjection.Transform(map, x, y, z), got = new(re[i], im[i]);
                difference += (got - expected).Magnitude * (got - expected).Magnitude;
                norm += expected.Magnitude * expected.Magnitude;
            }
            Assert.True(Math.Sqrt(difference / norm) < tolerance, $"relative error {Math.Sqrt(difference / norm)}");
        }
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(21, false)]
    [InlineData(24, false)]
    [InlineData(24, true)]
    public void Slices_at_known_poses_give_the_map_back(int box, bool shifted)
    {
        using WorkerTeam team = new(2);
        Volume map = NaiveProjection.BlobMap(box, box / 4.0, 0.9, 7);
        FrequencyDisc disc = new(box / 2 - 1);
        MapTransform transform = new(box, 1.5, 2, team);
        Volume back = Reproject(transform, map, disc, 1500, shifted, team);
        double[] fsc = ShellCorrelation(map, back, box / 2 - 2);
        for (int shell = 1; shell < fsc.Length; shell++) Assert.True(fsc[shell] > 0.99, $"shell {shell}: {fsc[shell]}");
        // Not only the shape but the scale: within the sphere where the map lives.
        double dot = 0, norm = 0;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            dot += (double)map.Voxels[i] * back.Voxels[i];
            norm += (double)map.Voxels[i] * map.Voxels[i];
        }
        Assert.Equal(1, dot / norm, 0.02);
    }

    [Fact]
    public void A_ridge_shrinks_and_infinity_empties()
    {
        const int Box = 16;
        using WorkerTeam team = new(1);
        Volume map = NaiveProjection.BlobMap(Box, 4, 1, 7);
        MapTransform transform = new(Box, 1.5, 2, team);
        FrequencyDisc disc = new(7);
        BackProjection sum = Insert(transform, map, disc, 300, false);
        double[] none = new double[9], large = [.. Enumerable.Repeat(1e4, 9)];
        double[] low = [.. Enumerable.Range(0, 9).Select(s => s < 4 ? 0 : double.PositiveInfinity)];
        double free = Norm(transform.Reconstruct(sum, none)), shrunk = Norm(transform.Reconstruct(sum, large));
        Assert.True(shrunk < 0.5 * free);
        Volume lowPassed = transform.Reconstruct(sum, low);
        double origin = NaiveProjection.Transform(lowPassed, 0, 0, 0).Magnitude;
        Assert.InRange(NaiveProjection.Transform(lowPassed, 6, 0, 0).Magnitude, 0, 0.02 * origin);
        Assert.True(NaiveProjection.Transform(lowPassed, 2, 0, 0).Magnitude > 0.5 * NaiveProjection.Transform(map, 2, 0, 0).Magnitude);
    }

    [Fact]
    public void One_worker_and_two_give_the_same_bytes()
    {
        const int Box = 16;
        Volume map = NaiveProjection.BlobMap(Box, 4, 1, 11);
        FrequencyDisc disc = new(7);
        (float[] Lattice, float[] Map) Run(int workers)
        {
            using WorkerTeam team = new(workers);
            MapTransform transform = new(Box, 1.5, 2, team);
            FourierLattice lattice = new(7, 2);
            transform.ToLattice(map, lattice);
            return (lattice.Values, transform.Reconstruct(Insert(transform, map, disc, 40, false), new double[9]).Voxels);
        }
        (float[] lattice1, float[] map1) = Run(1);
        (float[] lattice2, float[] map2) = Run(2);
        Assert.Equal(lattice1, lattice2);
        Assert.Equal(map1, map2);
    }

    [Fact]
    public void Maps_and_lattices_of_another_shape_are_refused()
    {
        using WorkerTeam team = new(1);
        MapTransform transform = new(16, 1.5, 2, team);
        Assert.Throws<ArgumentException>(() => transform.ToLattice(new Volume(12, 1.5), new FourierLattice(7, 2)));
        Assert.Throws<ArgumentException>(() => transform.ToLattice(new Volume(16, 1.5), new FourierLattice(7, 1)));
        Assert.Throws<ArgumentException>(() => transform.Reconstruct(new BackProjection(7, 1), new double[9]));
        Assert.Throws<ArgumentException>(() => new MapTransform(15, 1.5, 1, team));
    }

    private static Volume Reproject(MapTransform transform, Volume map, FrequencyDisc disc, int slices, bool shifted, WorkerTeam team)
    {
        BackProjection first = Insert(transform, map, disc, slices / 2, shifted);
        BackProjection second = Insert(transform, map, disc, slices, shifted, slices / 2);
        first.Absorb(second, team);
        return transform.Reconstruct(first, new double[map.Size]);
    }

    /// <summary>Slices <paramref name="from"/> to <paramref name="to"/>; each with its pose, CTF and, perhaps, shift.</summary>
    private static BackProjection Insert(MapTransform transform, Volume map, FrequencyDisc disc, int to, bool shifted, int from = 0)
    {
        FourierLattice lattice = new(disc.Radius, transform.Oversampling);
        transform.ToLattice(map, lattice);
        BackProjection sum = new(disc.Radius, transform.Oversampling);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount], w = new float[disc.PaddedCount];
        for (int n = from; n < to; n++)
        {
            Rotation a = NaiveProjection.RandomRotation(n);
            CentralSlice.Sample(lattice, disc, a, re, im);
            double shiftX = n % 5 - 2.3, shiftY = n % 3 - 0.6;
            if (shifted) Shift(disc, map.Size, shiftX, shiftY, re, im);
            float ctf = (float)Math.Sin(0.7 * n);
            for (int i = 0; i < disc.Count; i++)
            {
                // The observation is ctf * slice; what goes in is ctf * observation and ctf^2.
                re[i] *= ctf * ctf;
                im[i] *= ctf * ctf;
                w[i] = ctf * ctf;
            }
            if (shifted) Shift(disc, map.Size, -shiftX, -shiftY, re, im);
            sum.Insert(disc, a, re, im, w);
        }
        return sum;
    }

    private static void Shift(FrequencyDisc disc, int box, double x, double y, float[] re, float[] im)
    {
        for (int i = 0; i < disc.Count; i++)
        {
            Complex v = new Complex(re[i], im[i]) * Complex.FromPolarCoordinates(1, -2 * Math.PI * (disc.Kx[i] * x + disc.Ky[i] * y) / box);
            (re[i], im[i]) = ((float)v.Real, (float)v.Imaginary);
        }
    }

    private static Volume Corrected(Volume map, int padded)
    {
        int n = map.Size;
        double Factor(double t) => t == 0 ? 1 : Square(t / Math.Sin(t));
        double[] c = [.. Enumerable.Range(0, n).Select(i => Factor(Math.PI * (i - n / 2) / padded))];
        Volume result = new(n, map.PixelSizeAngstrom);
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++) result[z, y, x] = (float)(map[z, y, x] * c[x] * c[y] * c[z]);
            }
        }
        return result;
    }

    /// <summary>Sums along the view; each voxel lands on A (its coordinates). What lands on +n/2 is folded to -n/2: whole frequencies cannot tell.</summary>
    private static double[,] ProjectRightAngle(Volume map, in Rotation a)
    {
        int n = map.Size, c = n / 2;
        double[,] image = new double[n, n];
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    (double u, double v, _) = a.Apply(x - c, y - c, z - c);
                    int column = ((int)Math.Round(u) + c + n) % n, row = ((int)Math.Round(v) + c + n) % n;
                    image[row, column] += map[z, y, x];
                }
            }
        }
        return image;
    }

    private static double[] ShellCorrelation(Volume a, Volume b, int shells)
    {
        Random random = new(5);
        double[] fsc = new double[shells + 1];
        for (int shell = 0; shell <= shells; shell++)
        {
            double cross = 0, aa = 0, bb = 0;
            for (int n = 0; n < 60; n++)
            {
                Rotation r = RandomRotations.Next(random);
                double x = Math.Round(shell * r.M00), y = Math.Round(shell * r.M01), z = Math.Round(shell * r.M02);
                Complex fa = NaiveProjection.Transform(a, x, y, z), fb = NaiveProjection.Transform(b, x, y, z);
                cross += (fa * Complex.Conjugate(fb)).Real;
                aa += fa.Magnitude * fa.Magnitude;
                bb += fb.Magnitude * fb.Magnitude;
            }
            fsc[shell] = cross / Math.Sqrt(aa * bb);
        }
        return fsc;
    }

    private static double Norm(Volume map) => Math.Sqrt(map.Voxels.Sum(v => (double)v * v));

    private static double Square(double x) => x * x;
}
