using System.Numerics;
using CryoSpin.Fourier;

namespace CryoSpin.Tests.Fourier;

public class HartleyTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(16)]
    public void Image_is_real_minus_imaginary_about_the_centre(int size)
    {
        float[] image = NaiveFourier.Noise(size * size, 1), got = new float[size * size];
        new Hartley2D(size).Forward(image, got);
        int c = size / 2;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                Complex sum = 0;
                for (int j = 0; j < size; j++)
                {
                    for (int i = 0; i < size; i++)
                    {
                        double turns = (double)((y - c) * (j - c) + (x - c) * (i - c)) / size;
                        sum += image[j * size + i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * turns);
                    }
                }
                Assert.Equal(sum.Real - sum.Imaginary, got[y * size + x], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(20)]
    public void Inverse_undoes_forward(int size)
    {
        float[] image = NaiveFourier.Noise(size * size, 1), h2 = new float[size * size], back2 = new float[size * size];
        Hartley2D two = new(size);
        two.Forward(image, h2);
        two.Inverse(h2, back2);
        Assert.InRange(NaiveFourier.RelativeError(back2, image), 0, 5e-7);
        float[] volume = NaiveFourier.Noise(size * size * size, 1);
        float[] h3 = [.. volume];
        Hartley3D three = new(size);
        three.Forward(h3, h3);
        three.Inverse(h3, h3);
        Assert.InRange(NaiveFourier.RelativeError(h3, volume), 0, 5e-7);
    }

    [Fact]
    public void Central_slice_is_the_projection()
    {
        const int n = 12;
        float[] volume = NaiveFourier.Noise(n * n * n, 5), projection = new float[n * n], slice = new float[n * n];
        float[] grid = new float[n * n * n];
        for (int i = 0; i < volume.Length; i++) projection[i % (n * n)] += volume[i];
        new Hartley2D(n).Forward(projection, slice);
        new Hartley3D(n).Forward(volume, grid);
        Assert.InRange(NaiveFourier.RelativeError(grid.AsSpan(n / 2 * n * n, n * n).ToArray(), slice), 0, 1e-6);
    }

    [Fact]
    public void Odd_grid_is_point_symmetric_up_to_the_sign_of_the_imaginary_part()
    {
        const int n = 6, e = n + 1;
        float[] volume = NaiveFourier.Noise(n * n * n, 5), grid = new float[n * n * n], odd = new float[e * e * e];
        float[] back = new float[n * n * n];
        // An even function: its spectrum is real, so the partner of each Hartley value is equal to it.
        float[] even = new float[n * n * n];
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    even[(z * n + y) * n + x] = volume[(z * n + y) * n + x] + volume[((n - z) % n * n + (n - y) % n) * n + (n - x) % n];
                }
            }
        }
        new Hartley3D(n).Forward(even, grid);
        HartleyGrid.ToOdd(grid, n, 3, odd);
        for (int i = 0; i < odd.Length; i++) Assert.Equal(odd[i], odd[odd.Length - 1 - i], 1e-4);
        HartleyGrid.FromOdd(odd, n, 3, back);
        Assert.Equal(grid, back);
    }
}
