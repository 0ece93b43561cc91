using CryoSpin.Compute;
using CryoSpin.Imaging;

namespace CryoSpin.Simulation;

/// <summary>What a density map was made of.</summary>
/// <param name="Map">The density.</param>
/// <param name="Inside">Scatterers that lie in the box.</param>
/// <param name="Total">Scatterers given.</param>
/// <param name="MaximumRadiusAngstrom">Distance of the farthest scatterer from the centre.</param>
public sealed record DensityMap(Volume Map, int Inside, int Total, double MaximumRadiusAngstrom);

/// <summary>
/// Density maps of point scatterers: rho(x) = sum of w exp(-|x - p|^2 / (2 sigma^2)) with sigma = 0.225 resolution, summed on a grid
/// twice as fine and Fourier-cropped, so that what lies beyond the map's Nyquist frequency is cut rather than folded back.
/// </summary>
public static class ScattererDensity
{
    private const double SigmaPerResolution = 0.225;
    private const double SigmasKept = 4.5;

    /// <summary>Makes a map.</summary>
    /// <param name="scatterers">Positions in angstrom, in any frame.</param>
    /// <param name="boxSize">Edge of the map in voxels; even, a product of 2, 3, 5 and 7.</param>
    /// <param name="pixelSizeAngstrom">Voxel edge.</param>
    /// <param name="resolutionAngstrom">Where the blobs' spectrum has fallen to 1/e; null for two pixels.</param>
    /// <param name="centre">Move the centre of mass to the box's centre; otherwise (0, 0, 0) is the centre.</param>
    /// <param name="team">Threads; null for the caller's. The map does not depend on them.</param>
    public static DensityMap Render(
        IReadOnlyList<PointScatterer> scatterers, int boxSize, double pixelSizeAngstrom, double? resolutionAngstrom = null,
        bool centre = true, WorkerTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixelSizeAngstrom);
        if (boxSize % 2 != 0) throw new ArgumentException($"The box of {boxSize} voxels is not even.", nameof(boxSize));
        (double cx, double cy, double cz) = centre ? CentreOfMass(scatterers) : (0, 0, 0);
        double voxel = pixelSizeAngstrom / 2;
        double sigma = SigmaPerResolution * (resolutionAngstrom ?? 2 * pixelSizeAngstrom) / voxel;
        Blob[] blobs = new Blob[scatterers.Count];
        int inside = 0;
        double farthest = 0;
        Volume fine = new(2 * boxSize, voxel);
        int reach = (int)Math.Ceiling(SigmasKept * sigma);
        foreach (PointScatterer s in scatterers)
        {
            double x = s.XAngstrom - cx, y = s.YAngstrom - cy, z = s.ZAngstrom - cz;
            farthest = Math.Max(farthest, Math.Sqrt(x * x + y * y + z * z));
            Blob blob = new(x / voxel + boxSize, y / voxel + boxSize, z / voxel + boxSize, s.Weight);
            if (Fits(blob.X) && Fits(blob.Y) && Fits(blob.Z)) blobs[inside++] = blob;
        }
        Splat(blobs.AsSpan(0, inside).ToArray(), fine, sigma, reach, team);
        return new DensityMap(fine.FourierCropTo(boxSize, team), inside, scatterers.Count, farthest);

        bool Fits(double v) => Math.Round(v) - reach >= 0 && Math.Round(v) + reach < 2 * boxSize;
    }

    /// <summary>The mean position, weighted by <see cref="PointScatterer.Weight"/>, angstrom.</summary>
    public static (double X, double Y, double Z) CentreOfMass(IReadOnlyList<PointScatterer> scatterers)
    {
        double x = 0, y = 0, z = 0, w = 0;
        foreach (PointScatterer s in scatterers)
        {
            x += s.Weight * s.XAngstrom;
            y += s.Weight * s.YAngstrom;
            z += s.Weight * s.ZAngstrom;
            w += s.Weight;
        }
        return w == 0 ? (0, 0, 0) : (x / w, y / w, z / w);
    }

    /// <summary>Each plane is one job that meets its blobs in their order, so sums are the same for any number of threads.</summary>
    private static void Splat(Blob[] blobs, Volume fine, double sigma, int reach, WorkerTeam? team)
    {
        List<int>[] byPlane = new List<int>[fine.Size];
        for (int i = 0; i < blobs.Length; i++)
        {
            int z0 = (int)Math.Round(blobs[i].Z);
            for (int z = z0 - reach; z <= z0 + reach; z++) (byPlane[z] ??= []).Add(i);
        }
        double falloff = -1 / (2 * sigma * sigma);
        int width = 2 * reach + 1;
        void Plane(int z, int worker)
        {
            Span<float> ex = stackalloc float[width];
            foreach (int i in byPlane[z] ?? [])
            {
                Blob b = blobs[i];
                int x0 = (int)Math.Round(b.X) - reach, y0 = (int)Math.Round(b.Y) - reach;
                double weight = b.Weight * Math.Exp(falloff * (z - b.Z) * (z - b.Z));
                for (int j = 0; j < width; j++) ex[j] = (float)Math.Exp(falloff * (x0 + j - b.X) * (x0 + j - b.X));
                for (int y = y0; y < y0 + width; y++)
                {
                    float ey = (float)(weight * Math.Exp(falloff * (y - b.Y) * (y - b.Y)));
                    Span<float> row = fine.Voxels.AsSpan((z * fine.Size + y) * fine.Size + x0, width);
                    for (int j = 0; j < width; j++) row[j] += ey * ex[j];
                }
            }
        }
        if (team is not null)
        {
            team.ForEach(fine.Size, Plane);
            return;
        }
        for (int z = 0; z < fine.Size; z++) Plane(z, 0);
    }

    private readonly record struct Blob(double X, double Y, double Z, double Weight);
}
