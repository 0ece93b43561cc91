using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Optics;
using CryoSpin.Reconstruction.Paper;

namespace CryoSpin.Reconstruction.Tests.Paper;

/// <summary>Noise-free images of a few Gaussian blobs, drawn in real space: the projection of a Gaussian is a Gaussian.</summary>
internal sealed class SmallParticles
{
    private const double Width = 1.1;
    private readonly float[][] _images;

    public SmallParticles(int count, int box, double maxShift, bool withCtf)
    {
        Random random = new(17);
        (double X, double Y, double Z, double Height)[] blobs = [.. Enumerable.Range(0, 7).Select(_ =>
        {
            Rotation r = RandomRotations.Next(random);
            double distance = 0.28 * box * Math.Cbrt(random.NextDouble());
            return (r.M00 * distance, r.M01 * distance, r.M02 * distance, 0.5 + random.NextDouble());
        })];
        Map = Draw(blobs, box);
        Truth = new PaperPose[count];
        _images = new float[count][];
        for (int i = 0; i < count; i++)
        {
            double Shift() => maxShift * (2 * random.NextDouble() - 1);
            Truth[i] = new PaperPose(RandomRotations.Next(random), Shift(), Shift());
            _images[i] = Project(blobs, Truth[i], box);
        }
        // Without zeros in the band: multiplying by 1 in one half of the set and by -0.5 in the other is the whole transfer function.
        ContrastTransferFunction[]? ctf = withCtf ? [.. Enumerable.Range(0, count).Select(i => Flat(i % 2 == 0 ? 1 : -0.5))] : null;
        for (int i = 1; withCtf && i < count; i += 2) _images[i] = [.. _images[i].Select(v => -0.5f * v)];
        Input = new ReconstructionInput(count, box, 2, (i, pixels) => _images[i].CopyTo(pixels), ctf, null);
    }

    public Volume Map { get; }

    public PaperPose[] Truth { get; }

    public ReconstructionInput Input { get; }

    /// <summary>Pure amplitude contrast without defocus: the same value at every frequency.</summary>
    private static ContrastTransferFunction Flat(double value) =>
        new(new OpticsGroup("flat", 300, 0, 1, 2, 16), new CtfParameters(0, 0, 0, Scale: value));

    private static Volume Draw((double X, double Y, double Z, double Height)[] blobs, int box)
    {
        Volume map = new(box, 2);
        for (int z = 0; z < box; z++)
        {
            for (int y = 0; y < box; y++)
            {
                for (int x = 0; x < box; x++)
                {
                    map[z, y, x] = (float)blobs.Sum(b =>
                        b.Height * Gauss(x - box / 2 - b.X) * Gauss(y - box / 2 - b.Y) * Gauss(z - box / 2 - b.Z));
                }
            }
        }
        return map;
    }

    private static float[] Project((double X, double Y, double Z, double Height)[] blobs, PaperPose pose, int box)
    {
        float[] image = new float[box * box];
        foreach ((double bx, double by, double bz, double height) in blobs)
        {
            (double u, double v, _) = pose.Rotation.Apply(bx, by, bz);
            for (int y = 0; y < box; y++)
            {
                for (int x = 0; x < box; x++)
                {
                    image[y * box + x] += (float)(height * Math.Sqrt(2 * Math.PI) * Width
                        * Gauss(x - box / 2 - u + pose.OriginX) * Gauss(y - box / 2 - v + pose.OriginY));
                }
            }
        }
        return image;
    }

    private static double Gauss(double d) => Math.Exp(-d * d / (2 * Width * Width));
}
