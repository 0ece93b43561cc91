using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Atoms;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.TestSupport;
using Xunit.Abstractions;

namespace CryoSpin.Tests.Particles;

/// <summary>
/// Every file of the shared folder is read, read with a warning, or refused with a message; nothing else comes out. With
/// CRYOSPIN_FILE_TABLE=FILE the verdicts are written to FILE as a Markdown table.
/// </summary>
public class SharedFileTableTests(ITestOutputHelper output)
{
    private const string TableVariable = "CRYOSPIN_FILE_TABLE";
    private static readonly string[] s_maps = [".mrc", ".map", ".ccp4"];
    private static readonly string[] s_models = [".pdb", ".cif"];

    /// <summary>
    /// What says too little among the formats that are read here (no pixel size, or no amplitude contrast), or is of subtomograms.
    /// </summary>
    private static readonly string[] s_refused =
    [
        "B_particles/cryodrgn/FinalRefinement-OriginalParticles-PfCRT.star", "B_particles/cryodrgn/toy_projections.star",
        "B_particles/tomodrgn/10076_classE_32_clean.star", "B_particles/aspire/rln_proj_64.star",
        "C_formats/star_teamtomo/one_loop.star", "C_formats/star_teamtomo/rln3.1_data_style.star", "C_formats/star_teamtomo/single_line_end_of_multiblock.star",
        "C_formats/star_teamtomo/single_line_middle_of_multiblock.star",
    ];

    [SharedFact("data/INDEX.md")]
    public void Every_file_is_read_or_refused()
    {
        string root = SharedData.Path("data");
        using ParticleFolder images = new();
        Link(images, "sample.mrcs", "B_particles/aspire_sample.mrcs");
        List<(string Name, string Verdict, string Message)> rows = [];
        foreach (string path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, path).Replace('\\', '/');
            (string verdict, string message) = Judge(path, images.Path);
            rows.Add((name, verdict, message.Replace(root, "data", StringComparison.Ordinal).Replace("|", "/", StringComparison.Ordinal)));
        }
        string[] table = ["| file | verdict | message |", "|---|---|---|", .. rows.Select(r => $"| {r.Name} | {r.Verdict} | {r.Message} |")];
        foreach (string line in table) output.WriteLine(line);
        if (Environment.GetEnvironmentVariable(TableVariable) is { Length: > 0 } file) File.WriteAllLines(file, table);
        string[] known = [".mrc", ".mrcs", ".map", ".ccp4", ".star", ".pdb", ".cif", ".gz"];
        IEnumerable<string> refused = rows.Where(r => r.Verdict == "refused" && known.Contains(Path.GetExtension(r.Name))).Select(r => r.Name);
        Assert.Equal(s_refused.Order(StringComparer.Ordinal), refused);
    }

    private static (string Verdict, string Message) Judge(string path, string images)
    {
        try
        {
            string name = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
            string extension = Path.GetExtension(name);
            (string what, IReadOnlyList<string> warnings) =
                extension == ".mrcs" ? Stack(path)
                : s_maps.Contains(extension) ? Map(path)
                : s_models.Contains(extension) ? ($"{AtomicModelReader.Read(path).Atoms.Count} atoms", [])
                : extension == ".star" ? Star(path, images)
                : extension == ".npy" ? (Shape(NpyReader.ReadArray(path)), [])
                : extension == ".pkl" ? (string.Join(", ", PickleReader.ReadArrays(path).Select(Shape)), [])
                : Particles(ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false)));
            return warnings.Count == 0 ? ("read", what) : ("read, warning", $"{what}. {string.Join(" ", warnings)}");
        }
        catch (CryoSpinException e)
        {
            return ("refused", e.Message);
        }
    }

    private static string Shape(TypedArray array) => $"array {string.Join(" x ", array.Shape)}";

    private static (string, IReadOnlyList<string>) Stack(string path)
    {
        using MrcStackReader stack = MrcStackReader.Open(path);
        float[] image = new float[stack.Width * stack.Height];
        for (int i = 0; i < stack.Count; i++) stack.Read(i, image);
        return ($"{stack.Count} images of {stack.Width} x {stack.Height}, mode {(int)stack.Header.Mode}", stack.Warnings);
    }

    private static (string, IReadOnlyList<string>) Map(string path)
    {
        MrcVolume map = MrcVolumeIO.Read(path);
        return ($"{map.Nx} x {map.Ny} x {map.Nz}, mode {(int)map.Header.Mode}", map.Header.Warnings);
    }

    private static (string, IReadOnlyList<string>) Star(string path, string images)
    {
        StarFile file = StarFile.Read(path);
        using StringWriter text = new();
        file.Write(text);
        Assert.Equal(file.Tables.Count, StarFile.Parse(text.ToString()).Tables.Count);
        if (!file.Tables.Any(t => t.Has("rlnImageName")))
        {
            return (string.Join(", ", file.Tables.Select(t => $"data_{t.Name} {t.RowCount} x {t.Columns.Count}")), []);
        }
        try
        {
            using ParticleSource source = ParticleSource.Open(path, new ParticleLoadOptions(DataDirectory: images));
            float[] image = new float[source.Set.BoxSize * source.Set.BoxSize];
            source.ReadImage(source.Set.Count - 1, image);
            return (Particles(source.Set).Item1, source.Warnings);
        }
        catch (InputException e) when (e.What.Contains("not found", StringComparison.Ordinal))
        {
            (string what, IReadOnlyList<string> warnings) = Particles(ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false)));
            // The folders that were tried differ from machine to machine.
            int tried = e.What.IndexOf(" (tried", StringComparison.Ordinal);
            return (what, [.. warnings, $"Refused where images are needed: {e.What[..(tried < 0 ? e.What.Length : tried)]}."]);
        }
    }

    private static (string, IReadOnlyList<string>) Particles(ParticleSet set) => (
        string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Count} particles, box {set.BoxSize}, {set.PixelSizeAngstrom:0.####} A, {set.OpticsGroups.Count} optics groups, "
            + $"CTF {(set.HasCtf ? "yes" : "no")}, poses {(set.HasPoses ? "yes" : "no")}"),
        set.Warnings);

    private static void Link(ParticleFolder folder, string name, string target) =>
        File.CreateSymbolicLink(folder.File(name), Path.GetFullPath(SharedData.Path("data/" + target)));
}
