using CryoSpin.Fourier;

namespace CryoSpin.Tests.Fourier;

public class FourierCropTests
{
    public static TheoryData<int, int> Pairs => new() { { 8, 16 }, { 10, 16 }, { 12, 14 }, { 9, 16 }, { 8, 15 }, { 7, 9 }, { 16, 16 } };

    [Theory, MemberData(nameof(Pairs))]
    public void Crop_of_pad_is_the_image(int small, int large)
    {
        float[] image = NaiveFourier.Noise(small * small, 1), padded = new float[large * large], back = new float[small * small];
        FourierCrop.ForImages(small, large).Apply(image, padded);
        FourierCrop.ForImages(large, small).Apply(padded, back);
        Assert.InRange(NaiveFourier.RelativeError(back, image), 0, 1e-6);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Crop_of_pad_is_the_volume(int small, int large)
    {
        int n = small * small * small;
        float[] volume = NaiveFourier.Noise(n, 1), padded = new float[large * large * large], back = new float[n];
        FourierCrop.ForVolumes(small, large).Apply(volume, padded);
        FourierCrop.ForVolumes(large, small).Apply(padded, back);
        Assert.InRange(NaiveFourier.RelativeError(back, volume), 0, 1e-6);
    }

    [Theory]
    [InlineData(24, 16)]
    [InlineData(16, 24)]
    [InlineData(16, 32)]
    [InlineData(20, 15)]
    [InlineData(15, 20)]
    public void A_smooth_function_keeps_its_values_and_its_place(int from, int to)
    {
        float[] source = Wave(from), target = new float[to * to];
        FourierCrop.ForImages(from, to).Apply(source, target);
        Assert.InRange(NaiveFourier.RelativeError(target, Wave(to)), 0, 1e-6);
    }

    [Fact]
    public void Padding_doubles_the_grid_through_the_samples()
    {
        float[] image = NaiveFourier.Noise(64, 3), fine = new float[256];
        FourierCrop.ForImages(8, 16).Apply(image, fine);
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++) Assert.Equal(image[y * 8 + x], fine[2 * y * 16 + 2 * x], 1e-6);
        }
    }

    [Fact]
    public void A_wave_at_the_new_nyquist_survives_cropping()
    {
        float[] source = new float[256], target = new float[64];
        for (int i = 0; i < 256; i++) source[i] = MathF.Cos(MathF.PI * (i % 16 - 8) / 2);
        FourierCrop.ForImages(16, 8).Apply(source, target);
        for (int i = 0; i < 64; i++) Assert.Equal(i % 2 == 0 ? 1 : -1, target[i], 1e-5);
    }

    [Fact]
    public void Pixel_size_grows_as_the_box_shrinks() => Assert.Equal(2.5, FourierCrop.PixelSize(1.25, 256, 128), 1e-12);

    /// <summary>A band-limited pattern whose phase is anchored at the box's centre.</summary>
    private static float[] Wave(int size)
    {
        float[] wave = new float[size * size];
        double t = 2 * Math.PI / size;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int u = x - size / 2, v = y - size / 2;
                wave[y * size + x] = (float)(0.5 + Math.Cos(t * (2 * u + 3 * v) + 0.3) + 0.4 * Math.Sin(t * (5 * u - v)));
            }
        }
        return wave;
    }
}
