using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.Data;

/// <summary>
/// A particle made of Gaussian blobs, lengths in voxels from the box's centre: map, images and transforms are known in closed form, so that
/// nothing of the code under test is needed to make them.
/// </summary>
internal sealed class BlobParticle(int box, double pixelSizeAngstrom, params BlobParticle.Blob[] blobs)
{
    /// <summary>One blob of density weight exp(-r^2 / 2 sigma^2).</summary>
    public readonly record struct Blob(double X, double Y, double Z, double Sigma, double Weight);

    public int Box { get; } = box;

    public double PixelSizeAngstrom { get; } = pixelSizeAngstrom;

    /// <summary>A particle without symmetry that fits boxes of 20 voxels and more.</summary>
    public static BlobParticle Lopsided(int box = 24, double weight = 1) => new(
        box, 4,
        new(0, 0, 0, 2.2, 0.8 * weight), new(4.5, 0.5, -1, 1.3, 1.2 * weight), new(-1, 5, 1.5, 1.5, weight),
        new(-3.5, -2.5, -4, 1.3, 1.1 * weight),
        new(1, -4, 3.5, 1.4, 0.9 * weight), new(2, 3, 5, 1.2, 1.3 * weight));

    /// <summary>The same particle with its centre elsewhere.</summary>
    public BlobParticle MovedBy(double x, double y, double z) =>
        new(Box, PixelSizeAngstrom, [.. blobs.Select(b => b with { X = b.X + x, Y = b.Y + y, Z = b.Z + z })]);

    /// <summary>The map.</summary>
    public Volume Map()
    {
        Volume map = new(Box, PixelSizeAngstrom);
        int c = Box / 2;
        for (int z = 0; z < Box; z++)
        {
            for (int y = 0; y < Box; y++)
            {
                for (int x = 0; x < Box; x++)
                {
                    map[z, y, x] = (float)blobs.Sum(
                        b => b.Weight * Gaussian(x - c - b.X, y - c - b.Y, z - c - b.Z, b.Sigma));
                }
            }
        }
        return map;
    }

    /// <summary>The projection at a pose: a point v lands at N/2 + (A v) - Origin.</summary>
    public float[] Image(Candidate pose)
    {
        float[] image = new float[Box * Box];
        foreach (Blob b in blobs)
        {
            (double px, double py, _) = pose.Rotation.Apply(b.X, b.Y, b.Z);
            double height = b.Weight * Math.Sqrt(2 * Math.PI) * b.Sigma;
            for (int y = 0; y < Box; y++)
            {
                for (int x = 0; x < Box; x++)
                {
                    image[y * Box + x] += (float)(height * Gaussian(
                        x - Box / 2 - px + pose.OriginX, y - Box / 2 - py + pose.OriginY, 0, b.Sigma));
                }
            }
        }
        return image;
    }

    /// <summary>The map's transform (unnormalised sum over voxels, origin at the box's centre) at a point in cycles per box.</summary>
    public Complex Transform(double kx, double ky, double kz)
    {
        Complex sum = 0;
        double k2 = (kx * kx + ky * ky + kz * kz) / ((double)Box * Box);
        foreach (Blob b in blobs)
        {
            double variance = b.Sigma * b.Sigma;
            double amplitude = b.Weight * Math.Pow(2 * Math.PI * variance, 1.5) * Math.Exp(-2 * Math.PI * Math.PI * variance * k2);
            sum += Complex.FromPolarCoordinates(amplitude, -2 * Math.PI * (kx * b.X + ky * b.Y + kz * b.Z) / Box);
        }
        return sum;
    }

    /// <summary>The transform of the image at a pose, at whole frequencies.</summary>
    public Complex Slice(in Candidate pose, double kx, double ky)
    {
        (double x, double y, double z) = pose.Rotation.Transpose().Apply(kx, ky, 0);
        return Transform(x, y, z) * Complex.FromPolarCoordinates(1, 2 * Math.PI * (kx * pose.OriginX + ky * pose.OriginY) / Box);
    }

    private static double Gaussian(double x, double y, double z, double sigma) => Math.Exp(-(x * x + y * y + z * z) / (2 * sigma * sigma));
}
