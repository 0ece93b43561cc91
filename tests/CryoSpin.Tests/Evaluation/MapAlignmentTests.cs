using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Tests.Evaluation;

public class MapAlignmentTests
{
    private const double Pixel = 2;

    [Theory]
    [InlineData(24, false)]
    [InlineData(24, true)]
    [InlineData(27, false)]
    [InlineData(27, true)]
    public void A_known_rotation_and_an_unknown_shift(int size, bool mirrored)
    {
        Random random = new(size);
        Rotation q = RandomRotations.Next(random);
        (Volume map, Volume reference) = Pair(size, q, mirrored, 1.3, -0.45, 2.2, random);
        AlignedMap aligned = MapAlignment.WithRotation(map, reference, q, mirrored);
        Assert.Equal(1.3 * Pixel, aligned.ShiftXAngstrom, 0.05);
        Assert.Equal(-0.45 * Pixel, aligned.ShiftYAngstrom, 0.05);
        Assert.Equal(2.2 * Pixel, aligned.ShiftZAngstrom, 0.05);
        Assert.True(aligned.Correlation > 0.995, $"{aligned.Correlation:F4}");
        Assert.All(FourierShellCorrelation.Compute(aligned.Map, reference).Values.Take(size / 4), v => Assert.True(v > 0.99));
    }

    [Theory]
    [InlineData(32, false, 1)]
    [InlineData(27, true, 3)]
    public void The_search_finds_rotation_hand_and_shift(int size, bool mirrored, int seed)
    {
        Random random = new(seed);
        Rotation q = RandomRotations.Next(random);
        (Volume map, Volume reference) = Pair(size, q, mirrored, 1.5, -2, 0.7, random);
        // Noise of a fifth of the maps' own standard deviation, different in each.
        AddNoise(map, random);
        AddNoise(reference, random);
        AlignedMap aligned = MapAlignment.Search(map, reference);
        Assert.Equal(mirrored, aligned.Mirrored);
        Assert.True(aligned.Rotation.AngleToDegrees(q) < 1, $"{aligned.Rotation.AngleToDegrees(q):F2} degrees");
        Assert.Equal(1.5 * Pixel, aligned.ShiftXAngstrom, 0.3);
        Assert.Equal(-2 * Pixel, aligned.ShiftYAngstrom, 0.3);
        Assert.Equal(0.7 * Pixel, aligned.ShiftZAngstrom, 0.3);
        Assert.True(aligned.Correlation > 0.9, $"{aligned.Correlation:F3}");
    }

    [Fact]
    public void The_search_works_on_a_cropped_copy_of_a_large_map()
    {
        Random random = new(6);
        Rotation q = RandomRotations.Next(random);
        (Volume map, Volume reference) = Pair(54, q, false, 2, 3, -1, random);
        using WorkerTeam team = new(2);
        (Rotation one, bool mirrored) = new RotationSearch(map, reference, tryMirror: false, team, 28).Best();
        Assert.False(mirrored);
        Assert.True(one.AngleToDegrees(q) < 1, $"{one.AngleToDegrees(q):F2} degrees");
    }

    [Theory]
    [InlineData(24, 16)]
    [InlineData(18, 18)]
    [InlineData(27, 27)]
    [InlineData(27, 20)]
    public void Low_frequencies_between_the_samples_are_those_of_a_direct_sum(int size, int box)
    {
        (Volume map, _) = Pair(size, Rotation.Identity, false, 0, 0, 0, new Random(size));
        double mean = map.Voxels.Average();
        OversampledSpectrum spectrum = new(map, box, null);
        Random random = new(1);
        double largest = map.Voxels.Sum();
        for (int trial = 0; trial < 20; trial++)
        {
            double kx = 6 * random.NextDouble() - 3, ky = 6 * random.NextDouble() - 3, kz = 6 * random.NextDouble() - 3;
            double re = 0, im = 0;
            for (int i = 0; i < map.Voxels.Length; i++)
            {
                double x = i % size - size / 2, y = i / size % size - size / 2, z = i / size / size - size / 2;
                if (x * x + y * y + z * z > size * size / 4.0) continue;
                (double sin, double cos) = Math.SinCos(-2 * Math.PI * (kx * x + ky * y + kz * z) / size);
                re += cos * (map.Voxels[i] - mean);
                im += sin * (map.Voxels[i] - mean);
            }
            (float gotRe, float gotIm) = spectrum.At(kx, ky, kz);
            Assert.Equal(re, gotRe, 0.02 * largest);
            Assert.Equal(im, gotIm, 0.02 * largest);
        }
    }

    [Fact]
    public void The_spline_passes_through_the_voxels()
    {
        foreach (int size in new[] { 2, 3, 6, 7 })
        {
            Volume map = FourierShellCorrelationTests.Noise(size, new Random(size));
            float[] same = new CubicSplineVolume(map).Resample(Rotation.Identity, 0, 0, 0, null);
            for (int i = 0; i < same.Length; i++) Assert.Equal(map.Voxels[i], same[i], 1e-5);
        }
    }

    [Fact]
    public void The_spline_shifts_and_turns_about_the_centre()
    {
        Volume map = FourierShellCorrelationTests.Noise(7, new Random(1));
        CubicSplineVolume spline = new(map);
        float[] shifted = spline.Resample(Rotation.Identity, 1, -2, 3, null);
        // out(x) = map(q x), q = a quarter turn that takes (x, y) to (-y, x).
        float[] turned = spline.Resample(new Rotation(0, -1, 0, 1, 0, 0, 0, 0, 1), 0, 0, 0, null);
        for (int z = 0; z < 7; z++)
        {
            for (int y = 0; y < 7; y++)
            {
                for (int x = 0; x < 7; x++)
                {
                    bool inside = x >= 1 && y < 5 && z >= 3;
                    Assert.Equal(inside ? map[z - 3, y + 2, x - 1] : 0, shifted[(z * 7 + y) * 7 + x], 1e-5);
                    Assert.Equal(map[z, x, 6 - y], turned[(z * 7 + y) * 7 + x], 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Mirroring_twice_changes_nothing_and_keeps_the_centre(int size)
    {
        Volume map = FourierShellCorrelationTests.Noise(size, new Random(size));
        Volume mirror = MapAlignment.Mirror(map);
        Assert.Equal(map.Voxels, MapAlignment.Mirror(mirror).Voxels);
        Assert.NotEqual(map.Voxels, mirror.Voxels);
        int c = size / 2;
        Assert.Equal(map[c, 1, 2], mirror[c, 1, 2]);
        Assert.Equal(map[c + 1, 1, 2], mirror[c - 1, 1, 2]);
        if (size % 2 == 0) Assert.Equal(map[0, 3, 3], mirror[0, 3, 3]);
    }

    [Fact]
    public void Maps_that_cannot_be_aligned_are_refused()
    {
        Volume a = FourierShellCorrelationTests.Noise(8, new Random(1));
        Assert.Throws<ArgumentException>(() => MapAlignment.Search(a, FourierShellCorrelationTests.Noise(10, new Random(1))));
        Assert.Throws<ArgumentException>(() => MapAlignment.Search(a, new Volume(8, 3, a.Voxels)));
        Volume tiny = FourierShellCorrelationTests.Noise(6, new Random(1));
        Assert.Throws<ArgumentException>(() => MapAlignment.Search(tiny, tiny));
        Assert.NotNull(MapAlignment.Search(a, a));
        Assert.Throws<ArgumentException>(() => MapAlignment.WithRotation(a, new Volume(8, 2), Rotation.Identity, false));
    }

    /// <summary>
    /// An asymmetric heap of Gaussians (the reference), and the map that becomes it by mirroring (if asked), turning by q and moving by
    /// s voxels: reference(x) = map'(q (x - s)), so a blob at p stands at q (p - s) in map'.
    /// </summary>
    private static (Volume Map, Volume Reference) Pair(int size, Rotation q, bool mirrored, double sx, double sy, double sz, Random random)
    {
        double radius = 0.3 * size;
        List<(double X, double Y, double Z, double Weight)> blobs = [];
        while (blobs.Count < 25)
        {
            double x = 2 * random.NextDouble() - 1, y = 2 * random.NextDouble() - 1, z = 2 * random.NextDouble() - 1;
            if (x * x + y * y + z * z < 1) blobs.Add((x * radius, y * radius, z * radius, 0.5 + random.NextDouble()));
        }
        double width = Math.Max(1.4, size / 40.0);
        return (
            Sum(size, width, blobs.Select(b =>
            {
                (double x, double y, double z) = q.Apply(b.X - sx, b.Y - sy, b.Z - sz);
                return (x, y, mirrored ? -z : z, b.Weight);
            })),
            Sum(size, width, blobs));
    }

    private static Volume Sum(int size, double width, IEnumerable<(double X, double Y, double Z, double Weight)> blobs)
    {
        Volume map = new(size, Pixel);
        int c = size / 2;
        foreach ((double bx, double by, double bz, double weight) in blobs)
        {
            int reach = (int)(5 * width) + 1;
            for (int z = Math.Max(0, (int)bz + c - reach); z <= Math.Min(size - 1, (int)bz + c + reach); z++)
            {
                for (int y = Math.Max(0, (int)by + c - reach); y <= Math.Min(size - 1, (int)by + c + reach); y++)
                {
                    for (int x = Math.Max(0, (int)bx + c - reach); x <= Math.Min(size - 1, (int)bx + c + reach); x++)
                    {
                        double d2 = (x - c - bx) * (x - c - bx) + (y - c - by) * (y - c - by) + (z - c - bz) * (z - c - bz);
                        map[z, y, x] += (float)(weight * Math.Exp(-d2 / (2 * width * width)));
                    }
                }
            }
        }
        return map;
    }

    private static void AddNoise(Volume map, Random random)
    {
        double sd = Math.Sqrt(map.Voxels.Average(v => v * v)) * 0.2 * Math.Sqrt(12);
        for (int i = 0; i < map.Voxels.Length; i++) map.Voxels[i] += (float)(sd * (random.NextDouble() - 0.5));
    }
}
