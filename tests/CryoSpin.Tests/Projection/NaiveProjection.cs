using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Tests.Projection;

/// <summary>Slices, transforms and projections in double precision, by their definitions.</summary>
internal static class NaiveProjection
{
    /// <summary>Both channels of the lattice at A^T (kx, ky, 0), trilinear.</summary>
    public static (double C0, double C1) Sample(FourierLattice lattice, in Rotation a, double kx, double ky)
    {
        double c0 = 0, c1 = 0;
        foreach ((long at, double weight) in Neighbours(lattice, a, kx, ky))
        {
            c0 += weight * lattice.Values[at];
            c1 += weight * lattice.Values[at + 1];
        }
        return (c0, c1);
    }

    public static IEnumerable<(long At, double Weight)> Neighbours(FourierLattice lattice, Rotation a, double kx, double ky)
    {
        (double x, double y, double z) = a.Transpose().Apply(kx * lattice.Oversampling, ky * lattice.Oversampling, 0);
        int ix = (int)Math.Floor(x), iy = (int)Math.Floor(y), iz = (int)Math.Floor(z);
        for (int n = 0; n < 8; n++)
        {
            int dx = n & 1, dy = (n >> 1) & 1, dz = n >> 2;
            double weight = (dx == 1 ? x - ix : 1 - (x - ix)) * (dy == 1 ? y - iy : 1 - (y - iy)) * (dz == 1 ? z - iz : 1 - (z - iz));
            if (weight > 0) yield return (lattice.IndexOf(ix + dx, iy + dy, iz + dz), weight);
        }
    }

    /// <summary>The transform of a map at any frequency (cycles per box), origin at voxel Size/2.</summary>
    public static Complex Transform(Volume map, double kx, double ky, double kz)
    {
        int n = map.Size;
        Complex[] ex = Roots(n, kx), ey = Roots(n, ky), ez = Roots(n, kz);
        Complex sum = 0;
        for (int z = 0; z < n; z++)
        {
            Complex plane = 0;
            for (int y = 0; y < n; y++)
            {
                Complex row = 0;
                for (int x = 0; x < n; x++) row += map[z, y, x] * ex[x];
                plane += row * ey[y];
            }
            sum += plane * ez[z];
        }
        return sum;
    }

    /// <summary>The transform of an image at whole frequencies, origin at pixel Size/2.</summary>
    public static Complex Transform(double[,] image, double kx, double ky)
    {
        int n = image.GetLength(0);
        Complex[] ex = Roots(n, kx), ey = Roots(n, ky);
        Complex sum = 0;
        for (int y = 0; y < n; y++)
        {
            for (int x = 0; x < n; x++) sum += image[y, x] * ex[x] * ey[y];
        }
        return sum;
    }

    /// <summary>A rotation drawn until no coordinate of its first rows is special.</summary>
    public static Rotation RandomRotation(int seed) => RandomRotations.Next(new Random(seed));

    /// <summary>A lattice of independent values in -1 .. 1; optionally Hermitian (channels as real and imaginary part).</summary>
    public static FourierLattice RandomLattice(double radius, double oversampling, int seed, bool hermitian = false)
    {
        FourierLattice lattice = new(radius, oversampling);
        Random random = new(seed);
        for (int i = 0; i < lattice.Values.Length; i++) lattice.Values[i] = (float)(2 * random.NextDouble() - 1);
        if (!hermitian) return lattice;
        int h = lattice.Half;
        for (int z = -h; z <= h; z++)
        {
            for (int y = -h; y <= h; y++)
            {
                for (int x = -h; x <= h; x++)
                {
                    long at = lattice.IndexOf(x, y, z), partner = lattice.IndexOf(-x, -y, -z);
                    if (partner < at) continue;
                    lattice.Values[partner] = lattice.Values[at];
                    lattice.Values[partner + 1] = at == partner ? 0 : -lattice.Values[at + 1];
                    if (at == partner) lattice.Values[at + 1] = 0;
                }
            }
        }
        return lattice;
    }

    /// <summary>A handful of Gaussian blobs within a sphere: no symmetry, smooth.</summary>
    public static Volume BlobMap(int box, double sphereRadius, double width, int seed)
    {
        Volume map = new(box, 1.5);
        Random random = new(seed);
        for (int blob = 0; blob < 12; blob++)
        {
            Rotation r = RandomRotations.Next(random);
            double distance = sphereRadius * Math.Cbrt(random.NextDouble()), height = 0.5 + random.NextDouble();
            (double bx, double by, double bz) = (r.M00 * distance + box / 2, r.M01 * distance + box / 2, r.M02 * distance + box / 2);
            for (int z = 0; z < box; z++)
            {
                for (int y = 0; y < box; y++)
                {
                    for (int x = 0; x < box; x++)
                    {
                        double d2 = (x - bx) * (x - bx) + (y - by) * (y - by) + (z - bz) * (z - bz);
                        map[z, y, x] += (float)(height * Math.Exp(-d2 / (2 * width * width)));
                    }
                }
            }
        }
        return map;
    }

    public static float[] Random(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    private static Complex[] Roots(int n, double k) =>
        [.. Enumerable.Range(0, n).Select(i => Complex.FromPolarCoordinates(1, -2 * Math.PI * k * (i - n / 2) / n))];
}
