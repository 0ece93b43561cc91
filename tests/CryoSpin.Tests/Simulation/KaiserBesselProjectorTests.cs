using System.Numerics;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;
using CryoSpin.Tests.Fourier;

namespace CryoSpin.Tests.Simulation;

[Trait("Category", "Kernel")]
public class KaiserBesselProjectorTests
{
    private const double PixelSize = 2;

    [Theory]
    [InlineData(48, 6.0, 2)]
    [InlineData(64, 8.0, 2)]
    [InlineData(48, 6.0, 1.5)]
    public void Projection_agrees_with_the_analytic_one(int size, double resolutionPixels, double oversampling)
    {
        double resolution = resolutionPixels * PixelSize;
        PointScatterer[] atoms = Atoms(30, size);
        Volume map = ScattererDensity.Render(atoms, size, PixelSize, resolution, centre: false).Map;
        KaiserBesselProjector projector = new(map, oversampling, null);
        Random random = new(3);
        for (int trial = 0; trial < 3; trial++)
        {
            Rotation rotation = RandomRotations.Next(random);
            float[] slice = new float[size * (size + 2)];
            projector.Slice(rotation, slice);
            Complex[] expected = Analytic(atoms, rotation, size, 0.225 * resolution / PixelSize);
            Assert.InRange(NaiveFourier.RelativeError(NaiveFourier.ToComplex(slice), expected), 0, 5e-4);
        }
    }

    [Theory]
    [InlineData(30, 60, 45)]
    [InlineData(90, 0, 0)]
    [InlineData(0, 90, 0)]
    public void A_point_lands_where_the_convention_says(double rot, double tilt, double psi)
    {
        const int size = 60;
        Rotation a = new EulerAngles(rot, tilt, psi).ToRotation();
        Volume map = ScattererDensity.Render([new PointScatterer(10, 20, 30, 6)], size, PixelSize, 14, centre: false).Map;
        KaiserBesselProjector projector = new(map);
        CentredFft2D fft = new(size);
        float[] slice = new float[fft.SpectrumLength], image = new float[size * size];
        projector.Slice(a, slice);
        fft.InverseInPlace(slice, image);
        (double x, double y, _) = a.Apply(10, 20, 30);
        (double cx, double cy) = CentreOfMass(image, size);
        Assert.Equal(size / 2 + x / PixelSize, cx, 0.01);
        Assert.Equal(size / 2 + y / PixelSize, cy, 0.01);
    }

    [Fact]
    public void Unturned_projection_is_the_sum_along_z()
    {
        const int size = 40;
        Volume map = ScattererDensity.Render(Atoms(20, size), size, PixelSize, 14, centre: false).Map;
        float[] sum = new float[size * size], image = new float[size * size];
        for (int i = 0; i < map.Voxels.Length; i++) sum[i % sum.Length] += map.Voxels[i];
        CentredFft2D fft = new(size);
        float[] slice = new float[fft.SpectrumLength];
        new KaiserBesselProjector(map).Slice(Rotation.Identity, slice);
        fft.InverseInPlace(slice, image);
        Assert.InRange(NaiveFourier.RelativeError(image, sum), 0, 1e-3);
    }

    [Theory]
    [InlineData(2, 3e-5)]
    [InlineData(1.5, 3e-4)]
    public void Slice_of_any_map_is_its_transform_between_the_samples(double oversampling, double tolerance)
    {
        // Noise in a ball: no smoothness to help. The definition, voxel by voxel, is the reference.
        const int size = 20, half = 11, c = 10;
        Volume map = new(size, 1);
        Random random = new(5);
        List<(int X, int Y, int Z, float Value)> voxels = [];
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            int x = i % size - c, y = i / size % size - c, z = i / (size * size) - c;
            if (x * x + y * y + z * z > 80) continue;
            map.Voxels[i] = (float)random.NextDouble();
            voxels.Add((x, y, z, map.Voxels[i]));
        }
        Rotation a = RandomRotations.Next(random);
        float[] slice = new float[2 * size * half];
        new KaiserBesselProjector(map, oversampling, null).Slice(a, slice);
        Complex[] expected = new Complex[size * half];
        for (int i = 0; i < expected.Length; i++)
        {
            int kx = i % half, ky = Shells.Frequency(i / half, size);
            if (kx * kx + ky * ky >= c * c) continue;
            (double u, double v, double w) = a.Transpose().Apply(kx, ky, 0);
            foreach ((int x, int y, int z, float value) in voxels)
            {
                expected[i] += Complex.FromPolarCoordinates(value, -2 * Math.PI * (u * x + v * y + w * z) / size);
            }
        }
        double mean = expected[0].Magnitude;
        Complex[] got = NaiveFourier.ToComplex(slice);
        Assert.Equal(1, got[0].Real / mean, tolerance);
        got[0] = expected[0] = 0;
        Assert.InRange(NaiveFourier.RelativeError(got, expected), 0, tolerance);
    }

    [Fact]
    public void A_matrix_that_stretches_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new KaiserBesselProjector(new Volume(8, 1)).Slice(new Rotation(2, 0, 0, 0, 2, 0, 0, 0, 2), new float[80]));

    internal static (double X, double Y) CentreOfMass(ReadOnlySpan<float> image, int size)
    {
        double x = 0, y = 0, sum = 0;
        for (int i = 0; i < image.Length; i++)
        {
            x += image[i] * (i % size);
            y += image[i] * (i / size);
            sum += image[i];
        }
        return (x / sum, y / sum);
    }

    private static PointScatterer[] Atoms(int count, int size)
    {
        Random random = new(7);
        double reach = 0.19 * size * PixelSize;
        return [.. Enumerable.Range(0, count).Select(_ =>
            new PointScatterer(Draw(), Draw(), Draw(), 1 + random.Next(8), 0.5 + random.NextDouble()))];

        double Draw() => reach * (2 * random.NextDouble() - 1);
    }

    /// <summary>The transform of the sum of Gaussians on the central slice, |k| below Nyquist.</summary>
    private static Complex[] Analytic(PointScatterer[] atoms, Rotation a, int size, double sigmaPixels)
    {
        int half = size / 2 + 1;
        Complex[] slice = new Complex[size * half];
        double peak = Math.Pow(2 * Math.PI * sigmaPixels * sigmaPixels, 1.5);
        foreach (PointScatterer s in atoms)
        {
            (double x, double y, _) = a.Apply(s.XAngstrom, s.YAngstrom, s.ZAngstrom);
            for (int i = 0; i < slice.Length; i++)
            {
                int kx = i % half, ky = Shells.Frequency(i / half, size);
                if (4 * (kx * kx + ky * ky) >= size * size) continue;
                double fall = -2 * Math.PI * Math.PI * sigmaPixels * sigmaPixels * (kx * kx + ky * ky) / ((double)size * size);
                double phase = -2 * Math.PI * (kx * x + ky * y) / (size * PixelSize);
                slice[i] += Complex.FromPolarCoordinates(s.Weight * peak * Math.Exp(fall), phase);
            }
        }
        return slice;
    }
}
