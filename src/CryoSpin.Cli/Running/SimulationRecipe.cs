using CryoSpin.Diagnostics;

namespace CryoSpin.Cli.Running;

/// <summary>A data set that simulate makes by its name: a molecule, with box and pixel size that suit it.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Summary">What it is, in a line.</param>
/// <param name="Model">Entry of the Protein Data Bank; null for the built-in phantom, which needs no file.</param>
/// <param name="Box">Box of its images, pixels.</param>
/// <param name="PixelSizeAngstrom">Their pixel size.</param>
internal sealed record SimulationRecipe(string Name, string Summary, string? Model, int Box, double PixelSizeAngstrom)
{
    /// <summary>This environment variable names the folder of the atomic models.</summary>
    public const string ModelsVariable = "CRYOSPIN_MODELS";

    private static readonly string[] s_endings = [".cif", ".pdb", ".ent", ".mmcif"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SimulationRecipe> All { get; } =
    [
        new(SimulationInput.PhantomName, "a made-up particle without symmetry; needs no file", null, 64, 4),
        new("spike", "SARS-CoV-2 spike, one arm up (PDB 6VYB): asymmetric, otherwise nearly threefold", "6vyb", 64, 4.26),
        new("groel", "GroEL/ES (PDB 1AON): sevenfold, so that views are nearly alike: the hard case", "1aon", 64, 4.5),
    ];

    /// <summary>The recipes, one a line.</summary>
    public static string Listing { get; } =
        string.Join(Environment.NewLine, All.Select(r => $"  {r.Name.PadRight(All.Max(o => o.Name.Length))}  {r.Summary}"));

    /// <summary>The recipe of a name; null where there is none.</summary>
    public static SimulationRecipe? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>The pixel size at which the molecule fills the same part of another box; the phantom fits any.</summary>
    public double PixelSizeFor(int? box) => Model is null || box is null ? PixelSizeAngstrom : PixelSizeAngstrom * Box / box.Value;

    /// <summary>What is read for it: the phantom's name, or the model's file.</summary>
    /// <param name="folder">Folder of the models as typed; null to look where the variable says, else in the current folder.</param>
    /// <exception cref="InputException">The model is in none of the folders.</exception>
    public string Input(string? folder)
    {
        if (Model is null) return Name;
        string[] folders = folder is not null ? [folder] : [.. UsualFolders()];
        foreach (string place in folders.Where(Directory.Exists))
        {
            string[] files = [.. Directory.EnumerateFiles(place).Order(StringComparer.Ordinal)];
            foreach (string ending in s_endings)
            {
                string? found = files.FirstOrDefault(f => Names(ending).Contains(Path.GetFileName(f), StringComparer.OrdinalIgnoreCase));
                if (found is not null) return found;
            }
        }
        string looked = string.Join(", ", folders.Select(f => Path.Combine(f, Model + ".cif")));
        throw new InputException(
            Name, $"its model, PDB entry {Model.ToUpperInvariant()}, was not found; looked for {looked} (also .pdb, and gzipped).",
            $"Name its folder with --models DIR or {ModelsVariable}, or take another data set:{Environment.NewLine}{Listing}");
    }

    private string[] Names(string ending) => [Model + ending, Model + ending + ".gz"];

    private static IEnumerable<string> UsualFolders()
    {
        if (Environment.GetEnvironmentVariable(ModelsVariable) is { Length: > 0 } named)
        {
            yield return named;
            yield break;
        }
        yield return Environment.CurrentDirectory;
        // Who works on the program may have test data beside the checkout; the message names this place only where it exists.
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (!File.Exists(Path.Combine(d.FullName, "CryoSpin.slnx"))) continue;
            string testData = Path.GetFullPath(Path.Combine(d.FullName, "..", "shared", "data", "A_models"));
            if (Directory.Exists(testData)) yield return testData;
            yield break;
        }
    }
}
