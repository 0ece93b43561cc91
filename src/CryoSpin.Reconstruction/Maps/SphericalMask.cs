using CryoSpin.Compute;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>A sphere about the box's centre with a cosine edge of a twentieth of the box, at least 2 voxels.</summary>
internal sealed class SphericalMask
{
    private readonly WorkerTeam _team;
    private readonly int _box;
    private readonly double _pixelSize;
    private readonly double _radiusVoxels;
    private readonly double _edgeVoxels;

    /// <param name="box">Edge of the maps in voxels.</param>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="diameterAngstrom">Diameter within which nothing changes; the edge must fit into the box and may make it smaller.</param>
    /// <param name="team">Workers.</param>
    public SphericalMask(int box, double pixelSizeAngstrom, double diameterAngstrom, WorkerTeam team)
    {
        (_team, _box, _pixelSize) = (team, box, pixelSizeAngstrom);
        _edgeVoxels = Math.Max(2, box * 0.05);
        _radiusVoxels = Math.Min(diameterAngstrom / pixelSizeAngstrom / 2, box / 2.0 - _edgeVoxels);
    }

    /// <summary>A sphere of another diameter for the same maps.</summary>
    public SphericalMask WithDiameter(double diameterAngstrom) => new(_box, _pixelSize, diameterAngstrom, _team);

    /// <summary>The particle's shape within the sphere; null where half-maps do not show one connected particle.</summary>
    public SoftMask? ShapeOf(Volume half1, Volume half2, double resolutionAngstrom) =>
        SignalShape.Of(half1, half2, this, resolutionAngstrom, _team);

    /// <summary>Mean over the box, 0 to 1: the volume inside, as a share, the middle of the edge taken as its end.</summary>
    public double Mean => 4 * Math.PI / 3 * Math.Pow((_radiusVoxels + _edgeVoxels / 2) / _box, 3);

    /// <summary>Multiplies a map by the mask.</summary>
    public void Apply(Volume map)
    {
        int n = map.Size, c = n / 2;
        _team.ForBlocks(n, (z, _) =>
        {
            for (int y = 0; y < n; y++)
            {
                Span<float> row = map.Voxels.AsSpan((z * n + y) * n, n);
                for (int x = 0; x < n; x++)
                {
                    double r = Math.Sqrt((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c)) - _radiusVoxels;
                    if (r <= 0) continue;
                    row[x] *= r >= _edgeVoxels ? 0 : (float)(0.5 + 0.5 * Math.Cos(Math.PI * r / _edgeVoxels));
                }
            }
        });
    }
}
