using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;

namespace CryoSpin.Cli.Comparing;

/// <summary>What is known of the truth.</summary>
/// <param name="Poses">True pose of every particle; null where none are known.</param>
/// <param name="Map">The true map in the box of the results; null where it is not known.</param>
/// <param name="Group">Its symmetry in its own axes; null for none.</param>
internal sealed record ComparisonTruth(Pose[]? Poses, Volume? Map, PointGroup? Group)
{
    private const double LargestWidthError = 2e-3;

    /// <summary>Reads it, and brings the map to the box in which the images will be reconstructed.</summary>
    /// <exception cref="InputException">A file cannot be read, has no pose for a particle, or the map is of another width.</exception>
    public static ComparisonTruth Read(ComparisonOptions options, ParticleSet set)
    {
        Pose[]? poses = options.TruthPoses is { } star ? TruthComparison.TruePoses(set, star) : null;
        using WorkerTeam team = new(options.Common.Resources.Threads);
        if (options.TruthMap is not { } path)
        {
            return new ComparisonTruth(poses, null, TruthSymmetry.Of(options.TruthSymmetry, null, null, team));
        }
        Volume map = MapFile.Read(path);
        ImageGrid grid = ImageGrid.Of(set, options.Common.Images.DownsampleBox);
        double width = grid.BoxSize * grid.PixelSizeAngstrom, mapWidth = map.Size * map.PixelSizeAngstrom;
        if (Math.Abs(mapWidth / width - 1) > LargestWidthError)
        {
            throw new InputException(
                path, FormattableString.Invariant($"the map is {mapWidth:0.##} Å wide, the images are {width:0.##} Å."),
                "Crop or pad the map to the images' width, or correct the pixel size in its header.");
        }
        Volume inBox = InBox(map, grid.BoxSize, grid.PixelSizeAngstrom, team);
        return new ComparisonTruth(poses, inBox, TruthSymmetry.Of(options.TruthSymmetry, inBox, path, team));
    }

    /// <summary>A map in another box of the same width, its voxel size exactly the wanted one.</summary>
    public static Volume InBox(Volume map, int box, double pixelSize, WorkerTeam team)
    {
        Volume scaled = map.Size == box ? map : map.FourierCropTo(box, team);
        return scaled.PixelSizeAngstrom == pixelSize ? scaled : new Volume(box, pixelSize, scaled.Voxels);
    }
}
