using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>The volume being learned: a masked real-space map and its oversampled transform, from which slices are taken.</summary>
internal sealed class VolumeModel
{
    /// <summary>Lattice samples per shell; with 2, trilinear interpolation is off by 2 to 3 percent of a slice's norm for a particle as wide as the box, less for smaller ones.</summary>
    public const int Oversampling = 2;

    private readonly MapTransform _transform;

    /// <param name="box">Edge of the map in voxels.</param>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="maskDiameterAngstrom">Diameter of the spherical solvent mask.</param>
    /// <param name="team">Workers.</param>
    public VolumeModel(int box, double pixelSizeAngstrom, double maskDiameterAngstrom, WorkerTeam team)
    {
        _transform = new MapTransform(box, pixelSizeAngstrom, Oversampling, team);
        Mask = new SphericalMask(box, pixelSizeAngstrom, maskDiameterAngstrom, team);
        Map = new Volume(box, pixelSizeAngstrom);
        Lattice = new FourierLattice(1, Oversampling);
    }

    /// <summary>
    /// A box just fine enough for a band, and at most the images': transforms of a map in it cost next to nothing at low bands.
    /// </summary>
    public static int BoxFor(double bandShells, int imageBox)
    {
        int small = Fourier.FourierSizes.NextGood(2 * ((int)Math.Ceiling(bandShells) + 3));
        while (small % 4 != 0) small = Fourier.FourierSizes.NextGood(small + 2);
        return Math.Min(small, imageBox);
    }

    /// <summary>What the map is multiplied with.</summary>
    public SphericalMask Mask { get; }

    /// <summary>The map, masked.</summary>
    public Volume Map { get; private set; }

    /// <summary>Its transform up to the current band.</summary>
    public FourierLattice Lattice { get; private set; }

    /// <summary>Replaces the map and transforms it up to a band.</summary>
    public void Set(Volume map, double bandShells)
    {
        Map = map;
        Mask.Apply(map);
        if (Lattice.Radius != bandShells) Lattice = new FourierLattice(bandShells, Oversampling);
        _transform.ToLattice(map, Lattice);
    }

    /// <summary>The map's transform up to another band, as a table of its own.</summary>
    public FourierLattice TransformTo(double bandShells)
    {
        FourierLattice lattice = new(bandShells, Oversampling);
        _transform.ToLattice(Map, lattice);
        return lattice;
    }

    /// <summary>Puts back a map and its transform as they were, without masking the map again.</summary>
    /// <param name="map">The map, masked.</param>
    /// <param name="bandShells">Band of the transform.</param>
    /// <param name="lattice">The transform's values.</param>
    public void Restore(Volume map, double bandShells, float[] lattice)
    {
        Map = map;
        Lattice = new FourierLattice(bandShells, Oversampling, lattice);
    }

    /// <summary>Solves for the map from inserted slices, masks it and transforms it up to a band.</summary>
    /// <param name="sum">Inserted slices.</param>
    /// <param name="inverseSignal">Per shell, 1 / variance of the map's transform.</param>
    /// <param name="bandShells">Radius of the slices to be taken next.</param>
    public void Solve(BackProjection sum, ReadOnlySpan<double> inverseSignal, double bandShells) =>
        Set(Reconstruct(sum, inverseSignal), bandShells);

    /// <summary>The same without a change of this volume: sums / (weights + 1 / variance), not masked.</summary>
    /// <param name="sum">Inserted slices.</param>
    /// <param name="inverseSignal">Per shell, 1 / variance of the map's transform.</param>
    public Volume Reconstruct(BackProjection sum, ReadOnlySpan<double> inverseSignal) => _transform.Reconstruct(sum, inverseSignal);
}
