using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>Transforms maps into the tables that slices are read from.</summary>
/// <remarks>The table of a large box is gigabytes, so that the maps take turns with one.</remarks>
/// <param name="transform">The maps' transform.</param>
/// <param name="radiusShells">Greatest band.</param>
internal sealed class MapSlicer(MapTransform transform, double radiusShells)
{
    private float[]? _storage;

    /// <summary>A map's transform up to a band, in the shared table: valid until the next call.</summary>
    public FourierLattice Lattice(Volume map, double bandShells) =>
        Fill(map, bandShells, _storage ??= new float[FourierLattice.LengthFor(radiusShells, VolumeModel.Oversampling)]);

    /// <summary>The same in a table of its own, which stays valid: for narrow bands.</summary>
    public FourierLattice LastingLattice(Volume map, double bandShells) => Fill(map, bandShells, null);

    /// <summary>Gives the shared table's memory back; it is made again when a map is sliced again.</summary>
    public void Release() => _storage = null;

    private FourierLattice Fill(Volume map, double bandShells, float[]? storage)
    {
        FourierLattice lattice = new(bandShells, VolumeModel.Oversampling, storage);
        transform.ToLattice(map, lattice);
        return lattice;
    }
}
