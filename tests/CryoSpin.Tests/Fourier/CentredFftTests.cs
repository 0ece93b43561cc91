using CryoSpin.Fourier;

namespace CryoSpin.Tests.Fourier;

[Trait("Category", "Kernel")]
public class CentredFftTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(18)]
    public void A_point_at_the_centre_has_a_flat_spectrum(int size)
    {
        CentredFft2D fft = new(size);
        float[] image = new float[fft.RealLength], spectrum = new float[fft.SpectrumLength];
        image[size / 2 * size + size / 2] = 1;
        fft.Forward(image, spectrum);
        for (int i = 0; i < spectrum.Length; i++) Assert.Equal(i % 2 == 0 ? 1 : 0, spectrum[i], 1e-5);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(14)]
    public void A_voxel_at_the_centre_has_a_flat_spectrum(int size)
    {
        CentredFft3D fft = new(size);
        float[] volume = new float[fft.RealLength], spectrum = new float[fft.SpectrumLength];
        volume[(size / 2 * size + size / 2) * size + size / 2] = 1;
        fft.Forward(volume, spectrum);
        for (int i = 0; i < spectrum.Length; i++) Assert.Equal(i % 2 == 0 ? 1 : 0, spectrum[i], 1e-5);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(21)]
    public void Inverse_undoes_forward(int size)
    {
        CentredFft3D fft = new(size);
        float[] volume = NaiveFourier.Noise(fft.RealLength, 2), spectrum = new float[fft.SpectrumLength], back = new float[fft.RealLength];
        fft.Forward(volume, spectrum);
        fft.InverseInPlace(spectrum, back);
        Assert.InRange(NaiveFourier.RelativeError(back, volume), 0, 5e-7);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(25)]
    public void A_point_right_of_the_centre_turns_the_phase_back(int size)
    {
        CentredFft2D fft = new(size);
        float[] image = new float[fft.RealLength], spectrum = new float[fft.SpectrumLength], back = new float[fft.RealLength];
        image[size / 2 * size + size / 2 + 1] = 1;
        fft.Forward(image, spectrum);
        Assert.Equal(Math.Cos(2 * Math.PI / size), spectrum[2], 1e-5);
        Assert.Equal(-Math.Sin(2 * Math.PI / size), spectrum[3], 1e-5);
        fft.InverseInPlace(spectrum, back);
        Assert.InRange(NaiveFourier.RelativeError(back, image), 0, 5e-7);
    }
}
