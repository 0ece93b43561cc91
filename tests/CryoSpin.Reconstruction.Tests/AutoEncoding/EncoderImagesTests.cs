using System.Numerics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class EncoderImagesTests
{
    [Theory]
    [InlineData(12, 5.0)]
    [InlineData(16, 4.3)]
    public void An_image_is_the_inverse_transform_of_ctf_times_data(int side, double radius)
    {
        FrequencyDisc disc = new(radius);
        EncoderImages images = new(disc, side, 2);
        Random random = new(4);
        float[] pixels = new float[side * side];
        for (int i = 0; i < 3; i++)
        {
            float[] re = Draw(), im = Draw(), ctf = Draw();
            im[disc.IndexOf(0, 0)] = 0;
            images.Make(re, im, ctf, pixels, i % 2);
            Numbers.Close(Naive(disc, side, re, im, ctf), [.. pixels.Select(v => (double)v)], 1e-5, "pixels");
        }

        float[] Draw()
        {
            float[] values = new float[disc.PaddedCount];
            for (int p = 0; p < disc.Count; p++) values[p] = (float)TinyDataset.Normal(random);
            return values;
        }
    }

    [Fact]
    public void A_particle_of_a_larger_box_appears_in_the_middle_of_the_small_image()
    {
        // One blob in a box of 24, whose transform fits 7 shells, drawn on 16 pixels: two thirds as far from the centre.
        BlobParticle particle = new(24, 4, new BlobParticle.Blob(4.5, -3, 0, 3, 1));
        FrequencyDisc disc = new(7);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount], ctf = new float[disc.PaddedCount];
        for (int p = 0; p < disc.Count; p++)
        {
            Complex f = particle.Transform(disc.Kx[p], disc.Ky[p], 0);
            (re[p], im[p], ctf[p]) = ((float)f.Real, (float)f.Imaginary, 1);
        }
        float[] pixels = new float[256];
        EncoderImages images = new(disc, 16, 1);
        Assert.Equal(16, images.Side);
        images.Make(re, im, ctf, pixels, 0);
        Assert.Equal(6 * 16 + 11, Array.IndexOf(pixels, pixels.Max()));
    }

    [Fact]
    public void A_band_that_reaches_Nyquist_is_refused() =>
        Assert.Throws<ArgumentException>(() => new EncoderImages(new FrequencyDisc(8), 16, 1));

    private static double[] Naive(FrequencyDisc disc, int side, float[] re, float[] im, float[] ctf)
    {
        double[] pixels = new double[side * side];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                for (int p = 0; p < disc.Count; p++)
                {
                    double turns = (disc.Kx[p] * (x - side / 2) + disc.Ky[p] * (y - side / 2)) / side;
                    Complex wave = Complex.FromPolarCoordinates(1, 2 * Math.PI * turns);
                    // A value and its Hermitian partner give twice the real part.
                    pixels[y * side + x] += disc.Multiplicity[p] * (ctf[p] * new Complex(re[p], im[p]) * wave).Real / (side * side);
                }
            }
        }
        return pixels;
    }
}
