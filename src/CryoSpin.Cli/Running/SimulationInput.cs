using CryoSpin.Cli.Parsing;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.IO;
using CryoSpin.IO.Atoms;
using CryoSpin.IO.Mrc;
using CryoSpin.Simulation;

namespace CryoSpin.Cli.Running;

/// <summary>Makes the map whose particles are simulated: from a map, an atomic model, or the built-in phantom, in the wanted box.</summary>
internal static class SimulationInput
{
    /// <summary>The name that stands for the built-in phantom.</summary>
    public const string PhantomName = "phantom";

    private const double LargestPixelError = 2e-3;
    private const int FinestEdge = 320;
    private const int UsualBox = 64;
    private const double UsualPixelSizeAngstrom = 4;

    /// <summary>Makes it.</summary>
    /// <param name="input">A path, or <see cref="PhantomName"/>.</param>
    /// <param name="box">Wanted edge; null: the map's, or 64.</param>
    /// <param name="pixelSizeAngstrom">Wanted voxel edge; null: what follows from the map, or 4.</param>
    /// <param name="team">Workers.</param>
    /// <param name="warn">Receives what the user should know.</param>
    /// <exception cref="InputException">The input cannot be read or does not fit the box.</exception>
    public static Volume Read(string input, int? box, double? pixelSizeAngstrom, WorkerTeam team, Action<string> warn)
    {
        if (box is { } b && (b % 2 != 0 || !FourierSizes.IsGood(b)))
        {
            throw new UsageException(
                $"--box {b} cannot be: it must be an even product of 2, 3, 5 and 7, "
                + $"e.g. {FourierSizes.PreviousGood(b)} or {FourierSizes.NextGood(b)}.");
        }
        if (input == PhantomName) return Phantom.Create(box ?? UsualBox, pixelSizeAngstrom ?? UsualPixelSizeAngstrom, team);
        FolderInput.Refuse(input, isMap: true);
        if (!File.Exists(input))
        {
            string? near = NearestName.Find(input, SimulationRecipe.All.Select(r => r.Name));
            string nearest = near is null ? "" : $"Did you mean '{near}'? ";
            throw new InputException(
                input, "there is no such file, and no data set of this name.",
                $"{nearest}Name a map (.mrc), a model (.pdb, .cif), or a data set:{Environment.NewLine}{SimulationRecipe.Listing}");
        }
        return Path.GetExtension(InputNames.WithoutCompression(input)).ToLowerInvariant() switch
        {
            ".pdb" or ".ent" or ".cif" or ".mmcif" => FromModel(input, box ?? UsualBox, pixelSizeAngstrom ?? UsualPixelSizeAngstrom, team),
            ".mrc" or ".map" or ".ccp4" => FromMap(input, box, pixelSizeAngstrom, team, warn),
            string other => throw new InputException(
                input, $"the kind '{other}' is not known.", "Maps are .mrc or .map, models .pdb or .cif; each may be packed (.gz, .bz2)."),
        };
    }

    private static Volume FromModel(string path, int box, double pixelSize, WorkerTeam team)
    {
        AtomicModel model = AtomicModelReader.Read(path);
        PointScatterer[] scatterers = [.. model.Atoms.Select(a => new PointScatterer(a.X, a.Y, a.Z, a.AtomicNumber, a.Occupancy))];
        DensityMap density = ScattererDensity.Render(scatterers, box, pixelSize, team: team);
        double fits = box * pixelSize / 2;
        // An atom's blob needs some two to three pixels beyond its centre.
        double needed = density.MaximumRadiusAngstrom / (box / 2.0 - 3);
        if (density.Inside < density.Total)
        {
            throw new InputException(path,
                FormattableString.Invariant(
                    $"{density.Total - density.Inside} of {density.Total} atoms lie outside the box: ")
                + FormattableString.Invariant(
                    $"the model reaches {density.MaximumRadiusAngstrom:0} Å from its centre, the box {fits:0} Å."),
                FormattableString.Invariant($"Use --pixel-size {Math.Ceiling(10 * needed) / 10} or more, or a larger --box."));
        }
        return density.Map;
    }

    private static Volume FromMap(string path, int? box, double? pixelSize, WorkerTeam team, Action<string> warn)
    {
        MrcVolume file = MapFile.ReadCube(path);
        double voxel = file.PixelSizeAngstrom;
        double width = pixelSize is { } p && box is { } b ? b * p : file.Nx * voxel;
        int edge = box ?? (pixelSize is { } q ? Nearest(file.Nx * voxel / q) : Nearest(file.Nx));
        (int fine, int padded) = FinerGrid(file.Nx, pixelSize is { } wish ? wish * edge / voxel : width / voxel);
        Volume map = new(file.Nx, voxel, file.Voxels);
        if (fine > 1) map = map.FourierCropTo(fine * file.Nx, team);
        map = CentredIn(padded, map);
        if (edge != padded) map = map.FourierCropTo(edge, team);
        if (pixelSize is { } wanted && Math.Abs(map.PixelSizeAngstrom / wanted - 1) > 1e-3)
        {
            warn(FormattableString.Invariant(
                $"warning: the pixel size is {map.PixelSizeAngstrom:0.####} Å, as near to {wanted} Å as the map's voxels allow."));
        }
        return map;
    }

    /// <summary>
    /// How many times finer the map must be, and how many of the finer voxels make the box: cropping in Fourier space keeps the width, so
    /// the width must be a whole number of voxels that can be transformed.
    /// </summary>
    private static (int Fine, int Edge) FinerGrid(int size, double widthVoxels)
    {
        (int Fine, int Edge) best = (1, Nearest(widthVoxels));
        if (!FourierSizes.IsGood(size)) return best;
        for (int fine = 2; Error(best) > LargestPixelError && fine * size <= FinestEdge; fine++)
        {
            (int, int Edge) finer = (fine, Nearest(fine * widthVoxels));
            if (FourierSizes.IsGood(fine * size) && Error(finer) < Error(best)) best = finer;
        }
        return best;

        double Error((int Fine, int Edge) grid) => Math.Abs(grid.Edge / (grid.Fine * widthVoxels) - 1);
    }

    private static int Nearest(double size)
    {
        int low = FourierSizes.PreviousGood((int)Math.Floor(size)), high = FourierSizes.NextGood((int)Math.Ceiling(size));
        return size - low < high - size ? low : high;
    }

    /// <summary>Crops or pads about the centre, index Size/2.</summary>
    private static Volume CentredIn(int size, Volume map)
    {
        if (size == map.Size) return map;
        Volume result = new(size, map.PixelSizeAngstrom);
        int shift = size / 2 - map.Size / 2, first = Math.Max(0, shift), last = Math.Min(size, map.Size + shift);
        for (int z = first; z < last; z++)
        {
            for (int y = first; y < last; y++)
            {
                for (int x = first; x < last; x++) result[z, y, x] = map[z - shift, y - shift, x - shift];
            }
        }
        return result;
    }
}
