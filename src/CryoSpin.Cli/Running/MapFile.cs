using System.Numerics.Tensors;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Cli.Running;

/// <summary>Reads maps for verbs that compare or project them.</summary>
internal static class MapFile
{
    private const double CubeTolerance = 0.01;

    /// <summary>Reads a cubic map whose edge can be transformed.</summary>
    /// <exception cref="InputException">
    /// The file cannot be read, is not a cube, has an edge that cannot be transformed, or holds zeros alone or values that are no numbers.
    /// </exception>
    public static Volume Read(string path)
    {
        MrcVolume map = ReadCube(path);
        if (!FourierSizes.IsGood(map.Nx))
        {
            throw new InputException(path, $"the map's edge is {map.Nx}, which has a prime factor above 7.",
                $"Crop or pad it to {FourierSizes.PreviousGood(map.Nx)} or {FourierSizes.NextGood(map.Nx)}.");
        }
        return new Volume(map.Nx, map.PixelSizeAngstrom, map.Voxels);
    }

    /// <summary>
    /// Reads a map whose voxels are cubes and that is a cube itself, whatever program wrote it: axes in any order are turned to x, y, z, and
    /// space groups and places in a cell are passed over.
    /// </summary>
    /// <exception cref="InputException">
    /// The file cannot be read, is not such a map, or holds zeros alone or values that are no numbers.
    /// </exception>
    public static MrcVolume ReadCube(string path)
    {
        MrcVolume map = MrcVolumeIO.Read(path);
        MrcHeader header = map.Header;
        if (map.Nx != map.Ny || map.Nx != map.Nz)
        {
            throw new InputException(path, $"the map has {map.Nx} x {map.Ny} x {map.Nz} voxels.", "A cube is needed; crop or pad it.");
        }
        if (!(map.PixelSizeAngstrom > 0))
        {
            throw new InputException(
                path, "the header does not tell the pixel size.", "Set it in the header, e.g. with relion_image_handler --rescale_angpix.");
        }
        if (!header.HasRightAngles)
        {
            (double a, double b, double c) = header.CellAnglesDegrees;
            throw new InputException(
                path, FormattableString.Invariant($"the axes of the map's cell are not at right angles ({a:0.##}, {b:0.##}, {c:0.##} degrees)."),
                "Resample it onto a cubic grid.");
        }
        if (IsFar(header.PixelSizeYAngstrom, map.PixelSizeAngstrom) || IsFar(header.PixelSizeZAngstrom, map.PixelSizeAngstrom))
        {
            throw new InputException(
                path,
                FormattableString.Invariant($"the voxels are {header.PixelSizeXAngstrom:G5} x {header.PixelSizeYAngstrom:G5} x {header.PixelSizeZAngstrom:G5} Å."),
                "Cubic voxels are needed; resample the map, or correct the cell in its header.");
        }
        RefuseEmpty(path, map.Voxels);
        return map;
    }

    // What is computed with such a map is nothing, and looks like a poor result.
    private static void RefuseEmpty(string path, float[] voxels)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(voxels))
        {
            int wrong = voxels.Count(v => !float.IsFinite(v));
            throw new InputException(path, $"{wrong} of its {voxels.Length} voxels are not finite numbers.", "Make the map again.");
        }
        if (!voxels.AsSpan().ContainsAnyExcept(0f)) throw new InputException(path, "every voxel of the map is 0.", "Make the map again.");
    }

    // A header that is silent of one edge means the others'.
    private static bool IsFar(double edge, double other) => edge > 0 && Math.Abs(edge / other - 1) > CubeTolerance;

    /// <summary>Refuses a path to which no map can be written, before work is done for it.</summary>
    /// <exception cref="CryoSpinException">It is a folder, or its folder does not exist.</exception>
    public static void CheckOutput(string path)
    {
        if (Directory.Exists(path)) throw new CryoSpinException($"{path} is a folder. Name a file with -o.");
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(folder)) return;
        throw new CryoSpinException($"{path}: the folder {folder} does not exist. Make it, or name another file with -o.");
    }

    /// <summary>Writes a map.</summary>
    /// <param name="path">The file.</param>
    /// <param name="map">The map.</param>
    /// <param name="content">What it is, for the label in its header.</param>
    public static void Write(string path, Volume map, string content) =>
        MrcWriter.WriteVolume(path, map.Voxels, map.Size, map.Size, map.Size, map.PixelSizeAngstrom, content);

    /// <summary>Reads a map that has the same edge as another one.</summary>
    /// <exception cref="InputException">It cannot be read or has another edge.</exception>
    public static Volume ReadLike(string path, Volume other, string otherPath)
    {
        Volume map = Read(path);
        if (map.Size != other.Size)
        {
            throw new InputException(
                path, $"the map's edge is {map.Size}, that of {otherPath} is {other.Size}.", "Both must have one box.");
        }
        return map;
    }
}
