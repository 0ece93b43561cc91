using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>
/// What betrays subtomograms (volumes) and stacks of tilt images, whose first section would otherwise pass for an image of the particle:
/// what RELION 2 to 5, Warp and M leave in tables, in names and in the files themselves.
/// </summary>
internal static class TomographySigns
{
    private const string Remedy =
        "Give two-dimensional images of single particles; subtomograms and tilt series cannot be reconstructed here.";

    // RELION 5's name for the tilt images of one particle.
    private const string TiltStack = "_stack2d.mrcs";

    // Some writers give single particles a third coordinate of 0.
    private static readonly string[] s_depths =
        ["rlnCoordinateZ", "rlnOriginZ", "rlnOriginZAngst", "rlnCenteredCoordinateZAngst", "rlnCenteredCoordinateZ"];

    /// <summary>Refuses what the tables say to be three-dimensional.</summary>
    /// <exception cref="InputException">There is a sign; it is named.</exception>
    public static void RefuseTables(StarFile file, StarTable particles, string path)
    {
        if ((TomographyColumn(file) ?? Depth(particles) ?? Companion(particles)) is { } sign) throw Fault(path, sign);
    }

    /// <summary>A column that only RELION's tomography writes, in any table; null where there is none.</summary>
    public static string? TomographyColumn(StarFile file)
    {
        foreach (StarTable table in file.Tables)
        {
            string? column = table.Columns.FirstOrDefault(
                c => c.StartsWith("rlnTomo", StringComparison.Ordinal) || c.StartsWith("wrpTomo", StringComparison.Ordinal));
            if (column is not null) return $"block data_{table.Name} has the column _{column}";
        }
        return null;
    }

    /// <summary>Refuses files that are volumes or stacks of tilts.</summary>
    /// <param name="path">The particle file, for the message.</param>
    /// <param name="images">Its images.</param>
    /// <param name="headers">The stacks' headers.</param>
    /// <exception cref="InputException">There is a sign; it is named.</exception>
    public static void RefuseStacks(string path, ImageNames images, StackHeaders headers)
    {
        RefuseNames(path, images.Stacks);
        for (int s = 0; s < images.Stacks.Count; s++)
        {
            if (!images.IsBare[s] || headers.Find(s) is not { Sections: > 1 } header) continue;
            throw Fault(
                path, $"the name {images.Stacks[s]} has no image number, and the file has {header.Sections} sections, as a volume or a stack of "
                + "tilts has");
        }
        // One row to a file, each of its first section: how a table of volumes looks that was given numbers.
        bool single = images.Stacks.Count > 1 && images.Stacks.Count == images.Index.Length && Array.TrueForAll(images.Index, i => i == 0);
        if (single && Enumerable.Range(0, images.Stacks.Count).All(s => headers.Find(s) is { Sections: > 1 } h && IsCube(h)))
        {
            throw Fault(path, $"each of the {images.Stacks.Count} files is a cube of {headers.Find(0)!.Sections} sections");
        }
    }

    /// <summary>What is odd about stacks of which only the first image is used; null where nothing is.</summary>
    public static string? Doubt(ImageNames images, StackHeaders headers)
    {
        int count = images.Stacks.Count;
        if (count < 2 || count != images.Index.Length || Array.Exists(images.Index, i => i != 0)) return null;
        if (headers.Find(0) is not { Sections: > 1 } first) return null;
        return Enumerable.Range(1, count - 1).All(s => headers.Find(s)?.Sections == first.Sections)
            ? $"each of the {count} stacks has {first.Sections} images, of which only the first is used. Are these stacks of tilts?"
            : null;
    }

    /// <summary>Refuses a bare stack, or the stacks of a list, that are volumes.</summary>
    /// <param name="source">What was given.</param>
    /// <param name="stacks">Names and headers.</param>
    /// <param name="warnings">Receives what is odd and may yet be a stack.</param>
    /// <exception cref="InputException">They are volumes or stacks of tilts.</exception>
    public static void RefuseBare(string source, IReadOnlyList<(string Name, MrcHeader Header)> stacks, List<string> warnings)
    {
        RefuseNames(source, [.. stacks.Select(s => s.Name)]);
        bool allCubes = stacks.Count > 1 && stacks.All(s => IsCube(s.Header));
        foreach ((string name, MrcHeader header) in stacks.Where(s => IsCube(s.Header)))
        {
            if ((header.SpaceGroup >= 1 || allCubes) && !IsStackName(name))
            {
                throw new InputException(
                    source, $"{name} is a map (a volume) of {header.Columns} x {header.Rows} x {header.Sections} voxels, not a stack of images.",
                    "Give images. Where it is a stack after all, let its name end in .mrcs.");
            }
            warnings.Add($"{name}: this looks like a map; its {header.Sections} sections are taken for images.");
        }
    }

    private static void RefuseNames(string source, IReadOnlyList<string> stacks)
    {
        if (stacks.FirstOrDefault(s => RelionStackName.File(s).EndsWith(TiltStack, StringComparison.OrdinalIgnoreCase)) is not { } name) return;
        throw Fault(source, $"{name} has the name that RELION gives to the stack of a particle's tilt images");
    }

    private static bool IsCube(MrcHeader h) => h.Columns == h.Rows && h.Columns == h.Sections;

    private static bool IsStackName(string name) =>
        Path.GetExtension(PackedFile.InnerName(name)).ToLowerInvariant() is ".mrcs" or ".st" || RelionStackName.File(name) != name;

    private static string? Depth(StarTable particles)
    {
        foreach (string column in particles.Columns.Where(IsDepth))
        {
            for (int i = 0; i < particles.RowCount; i++)
            {
                if (double.TryParse(particles.GetSpan(column, i), NumberStyles.Float, CultureInfo.InvariantCulture, out double z) && z != 0)
                {
                    return $"_{column} is {particles.GetText(column, i)} in {particles.Where(i)}";
                }
            }
        }
        return null;
    }

    private static bool IsDepth(string column) =>
        s_depths.Contains(column)
        || (column.StartsWith("wrp", StringComparison.Ordinal) && column.Contains("CoordinateZ", StringComparison.Ordinal));

    /// <summary>A three-dimensional CTF beside an image, or a tilt series it came from.</summary>
    private static string? Companion(StarTable particles)
    {
        return Cell("rlnCtfImage", IsVolume) ?? Cell("wrpSourceName", IsTiltSeries)
            // Single images of a tilt series, each with a number and a CTF of its own, can be used.
            ?? (HasBareNames() ? Cell("rlnMicrographName", IsTiltSeries) : null);

        string? Cell(string column, Func<string, bool> tells)
        {
            if (!particles.Has(column)) return null;
            for (int i = 0; i < particles.RowCount; i++)
            {
                if (tells(particles.GetText(column, i))) return $"_{column} is {particles.GetText(column, i)} in {particles.Where(i)}";
            }
            return null;
        }

        // The power spectrum of a micrograph, as RELION keeps it for single particles, ends in .ctf or .ctf:mrc.
        static bool IsVolume(string name) =>
            name.Length > 0 && name is not ("None" or "none" or "null")
            && !name.EndsWith(".ctf", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".ctf:mrc", StringComparison.OrdinalIgnoreCase);

        static bool IsTiltSeries(string name) => name.EndsWith(".tomostar", StringComparison.OrdinalIgnoreCase);

        bool HasBareNames()
        {
            for (int i = 0; i < particles.RowCount; i++)
            {
                if (!particles.GetSpan(ImageNames.Column, i).Contains('@')) return true;
            }
            return false;
        }
    }

    private static InputException Fault(string path, string sign) =>
        new(path, $"the particles are subtomograms or stacks of tilt images: {sign}.", Remedy);
}
