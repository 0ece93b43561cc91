using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Data;

/// <summary>The volume being learned: a masked real-space map and its oversampled transform, from which slices are taken.</summary>
internal sealed class VolumeModel
{
    /// <summary>Lattice samples per shell; with 2, trilinear interpolation is off by 2 to 3 percent of a slice's norm for a particle as wide as the box, less for smaller ones.</summary>
    public const int Oversampling = 2;

    private readonly MapTransform _transform;
    private readonly WorkerTeam _team;
    private readonly double _maskRadiusVoxels;
    private readonly double _softEdgeVoxels;

    /// <param name="box">Edge of the map in voxels.</param>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="maskDiameterAngstrom">Diameter of the spherical solvent mask.</param>
    /// <param name="team">Workers.</param>
    public VolumeModel(int box, double pixelSizeAngstrom, double maskDiameterAngstrom, WorkerTeam team)
    {
        _transform = new MapTransform(box, pixelSizeAngstrom, Oversampling, team);
        _team = team;
        _softEdgeVoxels = Math.Max(2, box * 0.05);
        _maskRadiusVoxels = Math.Min(maskDiameterAngstrom / pixelSizeAngstrom / 2, box / 2.0 - _softEdgeVoxels);
        Map = new Volume(box, pixelSizeAngstrom);
        Lattice = new FourierLattice(1, Oversampling);
    }

    /// <summary>The map, masked.</summary>
    public Volume Map { get; private set; }

    /// <summary>Its transform up to the current band.</summary>
    public FourierLattice Lattice { get; private set; }

    /// <summary>Replaces the map and transforms it up to a band.</summary>
    public void Set(Volume map, double bandShells)
    {
        Map = map;
        ApplyMask(map);
        if (Lattice.Radius != bandShells) Lattice = new FourierLattice(bandShells, Oversampling);
        _transform.ToLattice(map, Lattice);
    }

    /// <summary>Solves for the map from inserted slices, masks it and transforms it up to a band.</summary>
    /// <param name="sum">Inserted slices.</param>
    /// <param name="inverseSignal">Per shell, 1 / variance of the map's transform.</param>
    /// <param name="bandShells">Radius of the slices to be taken next.</param>
    public void Solve(BackProjection sum, ReadOnlySpan<double> inverseSignal, double bandShells) =>
        Set(_transform.Reconstruct(sum, inverseSignal), bandShells);

    /// <summary>The same without mask and without replacing the model.</summary>
    public Volume Unmasked(BackProjection sum, ReadOnlySpan<double> inverseSignal) => _transform.Reconstruct(sum, inverseSignal);

    /// <summary>Multiplies by the soft spherical mask.</summary>
    public void ApplyMask(Volume map)
    {
        int n = map.Size, c = n / 2;
        _team.ForBlocks(n, (z, _) =>
        {
            for (int y = 0; y < n; y++)
            {
                Span<float> row = map.Voxels.AsSpan((z * n + y) * n, n);
                for (int x = 0; x < n; x++)
                {
                    double r = Math.Sqrt((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c)) - _maskRadiusVoxels;
                    if (r <= 0) continue;
                    row[x] *= r >= _softEdgeVoxels ? 0 : (float)(0.5 + 0.5 * Math.Cos(Math.PI * r / _softEdgeVoxels));
                }
            }
        });
    }
}
