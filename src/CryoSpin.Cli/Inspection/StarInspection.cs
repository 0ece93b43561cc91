using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Geometry;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Inspection;

/// <summary>What a star file holds.</summary>
internal static class StarInspection
{
    private const double BytesPerPixel = 4;

    /// <summary>Reads the file; where it is a particle file, also what its images and columns mean.</summary>
    /// <param name="path">A star file, a list of stacks, or cryoSPARC's particles.</param>
    /// <param name="options">How to read the particles.</param>
    public static FactSheet Read(string path, ParticleLoadOptions options)
    {
        if (!Path.GetExtension(path).Equals(".star", StringComparison.OrdinalIgnoreCase)) return ReadOther(path, options);
        StarFile star = StarFile.Read(path);
        bool particles = star.Tables.Any(t => t.Has("rlnImageName"));
        FactSheet sheet = new();
        sheet.Add("file", "file", path);
        sheet.Add("kind", "kind", particles ? "particles" : "star", particles ? "RELION particle file" : "STAR file");
        if (particles) AddParticles(sheet, ParticleSet.Load(path, options));
        sheet.Add("tables", "table", star.Tables.Select(Table).ToArray());
        return sheet;
    }

    private static FactSheet ReadOther(string path, ParticleLoadOptions options)
    {
        bool isList = Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase);
        FactSheet sheet = new();
        sheet.Add("file", "file", path);
        sheet.Add("kind", "kind", "particles", isList ? "list of stacks" : "cryoSPARC particle file");
        AddParticles(sheet, ParticleSet.Load(path, options));
        return sheet;
    }

    private static FactSheet Table(StarTable table) => new FactSheet()
        .Add("name", "name", "data_" + table.Name)
        .Add("rows", "rows", table.RowCount)
        .Add("columns", "columns", table.Columns.ToArray());

    private static void AddParticles(FactSheet sheet, ParticleSet set)
    {
        string[] missing = [.. set.StackPaths.Where(p => !File.Exists(p))];
        double pixels = Enumerable.Range(0, set.Count).Select(set.Optics).Sum(g => (double)g.BoxSize * g.BoxSize);
        sheet.Add("particles", "particles", set.Count, Wording.Count(set.Count));
        sheet.Add("boxPixels", "box", set.BoxSize, set.BoxSize > 0 ? $"{set.BoxSize} pixels" : "unknown (images not found)");
        sheet.Add("pixelSizeAngstrom", "pixel size", set.PixelSizeAngstrom, Wording.Number(set.PixelSizeAngstrom, 4) + " Å");
        sheet.Add("nyquistAngstrom", "Nyquist", 2 * set.PixelSizeAngstrom, Wording.Angstrom(2 * set.PixelSizeAngstrom));
        long bytes = (long)(BytesPerPixel * pixels);
        sheet.Add("imageBytes", "images in memory", bytes, set.BoxSize > 0 ? Wording.Bytes(bytes) : "unknown");
        sheet.Add("stacks", "stacks", set.StackPaths.Count, Stacks(set, missing));
        sheet.Add("missingStacks", null, missing);
        AddOptics(sheet, set);
        if (set.DarkParticles > 0) sheet.Add("darkImages", "dark on light", set.DarkParticles);
        AddPoses(sheet, set);
        sheet.Add("warnings", set.Warnings.Count > 0 ? "warnings" : null, set.Warnings.ToArray());
    }

    private static string Stacks(ParticleSet set, string[] missing) =>
        missing.Length == 0
            ? $"{set.StackPaths.Count}, all found"
            : $"{set.StackPaths.Count}, {missing.Length} not found, e.g. {missing[0]}";

    private static void AddOptics(FactSheet sheet, ParticleSet set)
    {
        sheet.Add("hasCtf", "CTF", set.HasCtf);
        if (set.HasCtf)
        {
            CtfParameters[] ctfs = [.. Enumerable.Range(0, set.Count).Select(i => set.Ctf(i)!.Value)];
            double low = ctfs.Min(c => Math.Min(c.DefocusUAngstrom, c.DefocusVAngstrom));
            double high = ctfs.Max(c => Math.Max(c.DefocusUAngstrom, c.DefocusVAngstrom));
            sheet.Add("defocusMinimumAngstrom", null, low);
            sheet.Add("defocusMaximumAngstrom", "defocus", high, Range(low / 1e4, high / 1e4, "µm"));
        }
        sheet.Add("opticsGroups", "optics group", set.OpticsGroups.Select(g => new FactSheet()
            .Add("name", "name", g.Name)
            .Add("voltageKilovolts", "voltage", g.VoltageKilovolts, Wording.Number(g.VoltageKilovolts) + " kV")
            .Add(
                "sphericalAberrationMillimeters", "Cs", g.SphericalAberrationMillimeters,
                Wording.Number(g.SphericalAberrationMillimeters, 3) + " mm")
            .Add("amplitudeContrast", "amplitude contrast", g.AmplitudeContrast, Wording.Number(g.AmplitudeContrast, 3))
            .Add("pixelSizeAngstrom", "pixel size", g.PixelSizeAngstrom, Wording.Number(g.PixelSizeAngstrom, 4) + " Å")
            .Add("boxPixels", "box", g.BoxSize)).ToArray());
    }

    private static void AddPoses(FactSheet sheet, ParticleSet set)
    {
        sheet.Add("hasPoses", "poses", set.HasPoses);
        if (set.HasPoses)
        {
            double[] shifts = [.. Enumerable.Range(0, set.Count).Select(set.Pose).OfType<Pose>().Select(Shift)];
            if (shifts.Length < set.Count) sheet.Add("particlesWithoutPose", "without a pose", set.Count - shifts.Length);
            Array.Sort(shifts);
            sheet.Add("medianShiftAngstrom", null, shifts[shifts.Length / 2]);
            sheet.Add(
                "largestShiftAngstrom", "shift", shifts[^1],
                $"median {Wording.Angstrom(shifts[shifts.Length / 2])}, largest {Wording.Angstrom(shifts[^1])}");
        }
        int[] halves = [.. Enumerable.Range(0, set.Count).Select(i => set.RandomSubset(i) ?? 0)];
        if (halves.Any(h => h != 0))
        {
            sheet.Add("halfSetCounts", "half-sets", new[] { halves.Count(h => h == 1), halves.Count(h => h == 2) });
        }
    }

    private static double Shift(Pose p) => Math.Sqrt(p.OriginXAngstrom * p.OriginXAngstrom + p.OriginYAngstrom * p.OriginYAngstrom);

    private static string Range(double low, double high, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{low:0.00} to {high:0.00} {unit}");
}
