using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.Optics;

namespace CryoSpin.Tests.Imaging;

public class ImageResamplerTests
{
    // A smooth object that is known everywhere: three blobs, positions and widths in angstrom from the box's centre.
    private static readonly (double X, double Y, double Width, double Height)[] s_blobs =
        [(0, 0, 9, 1), (14, -6, 6, 2), (-9, 17, 5, -1.5)];

    [Theory]
    [InlineData(64, 2, 64, 2)]
    [InlineData(65, 2, 64, 2)]
    [InlineData(66, 2, 64, 2)]
    [InlineData(64, 2, 72, 2)]
    [InlineData(128, 1, 64, 2)]
    [InlineData(65, 2, 60, 2.1)]
    [InlineData(96, 1.41, 64, 2.115)]
    [InlineData(96, 1.41, 60, 2)]
    [InlineData(94, 1.37, 62, 2.05)]
    [InlineData(64, 2, 96, 1.3)]
    [InlineData(100, 1.3, 64, 2.002)]
    public void A_smooth_object_looks_the_same_on_any_grid(int from, double fromPixel, int to, double toPixel)
    {
        ImageResampler resampler = new(from, fromPixel, to, toPixel, MagnificationMatrix.Identity);
        float[] result = new float[to * to];
        resampler.Apply(Sample(from, fromPixel, Object), result);
        AssertClose(Sample(to, toPixel, Object), result, 4e-3);
    }

    [Theory]
    [InlineData(128, 64)]
    [InlineData(64, 48)]
    [InlineData(48, 64)]
    public void The_general_path_is_a_fourier_crop_where_the_width_stays(int from, int to)
    {
        Random random = new(from);
        float[] image = [.. Enumerable.Range(0, from * from).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] crop = new float[to * to], rows = new float[from * to], turned = new float[from * to], both = new float[to * to];
        FourierCrop.ForImages(from, to).Apply(image, crop);
        LineResampler line = new(from, to, (double)from / to, 0);
        line.Apply(image, from, rows);
        for (int i = 0; i < rows.Length; i++) turned[i % to * from + i / to] = rows[i];
        line.Apply(turned, to, both);
        for (int i = 0; i < both.Length; i++) Assert.Equal(crop[i % to * to + i / to], both[i], 1e-5f);
    }

    [Theory]
    [InlineData(64, 2, 64, 2, 1.03, 0, 0, 0.98)]
    [InlineData(64, 2, 64, 2, 1.01, 0.02, -0.015, 0.99)]
    [InlineData(96, 1.4, 64, 2, 0.98, 0.03, 0.01, 1.02)]
    [InlineData(128, 1, 64, 2, 1.01, 0.02, 0.02, 0.99)]
    public void A_distorted_image_becomes_what_the_undistorted_would_be(
        int from, double fromPixel, int to, double toPixel, double xx, double xy, double yx, double yy)
    {
        // F(k) = S(M k) is, in real space, the object at M^-T x over the determinant.
        double det = xx * yy - xy * yx;
        float[] distorted = Sample(from, fromPixel, (x, y) => Object((yy * x - yx * y) / det, (-xy * x + xx * y) / det) / det);
        float[] result = new float[to * to];
        new ImageResampler(from, fromPixel, to, toPixel, new MagnificationMatrix(xx, xy, yx, yy)).Apply(distorted, result);
        AssertClose(Sample(to, toPixel, Object), result, 4e-3);
    }

    [Fact]
    public void Images_of_the_same_grid_pass_unchanged()
    {
        ImageResampler resampler = new(64, 2, 64, 2.0001, MagnificationMatrix.Identity);
        Assert.True(resampler.IsCopy);
        float[] image = Sample(64, 2, Object), result = new float[64 * 64];
        resampler.Apply(image, result);
        Assert.Equal(image, result);
    }

    [Fact]
    public void A_larger_box_is_filled_with_the_edges_mean()
    {
        float[] image = [.. Enumerable.Repeat(3f, 20 * 20)], result = new float[24 * 24];
        new ImageResampler(20, 1, 24, 1, MagnificationMatrix.Identity).Apply(image, result);
        Assert.All(result, v => Assert.Equal(3f, v, 1e-5f));
    }

    [Fact]
    public void A_matrix_far_from_the_identity_is_refused() => Assert.Throws<ArgumentException>(
        () => new ImageResampler(64, 1, 64, 1, new MagnificationMatrix(0, 1, 1, 0)));

    private static double Object(double x, double y) => 0.7 + s_blobs.Sum(
        b => b.Height * Math.Exp(-((x - b.X) * (x - b.X) + (y - b.Y) * (y - b.Y)) / (2 * b.Width * b.Width)));

    private static float[] Sample(int size, double pixel, Func<double, double, double> f)
    {
        float[] image = new float[size * size];
        for (int i = 0; i < image.Length; i++) image[i] = (float)f((i % size - size / 2) * pixel, (i / size - size / 2) * pixel);
        return image;
    }

    // The outermost tenth feels the edge, where the object has not quite gone to zero.
    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        int size = (int)Math.Sqrt(expected.Length), rim = size / 10;
        for (int i = 0; i < expected.Length; i++)
        {
            if (i % size < rim || i % size >= size - rim || i / size < rim || i / size >= size - rim) continue;
            Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance, $"pixel {i % size}, {i / size}: {actual[i]}, expected {expected[i]}");
        }
    }
}
