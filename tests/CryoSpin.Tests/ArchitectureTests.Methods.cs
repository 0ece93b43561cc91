using System.Text.RegularExpressions;

namespace CryoSpin.Tests;

/// <summary>The direction rules between the folders of the methods.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>What each folder of the methods may use, itself apart. The order is one without cycles: a folder uses only folders before it.</summary>
    private static readonly (string Folder, string[] Uses)[] s_methodFolders =
    [
        ("Encoder", []),
        ("Poses", []),
        ("Data", []),
        ("Likelihood", ["Poses", "Data"]),
        ("Maps", ["Poses", "Data", "Likelihood"]),
        ("Search", ["Poses", "Data", "Likelihood", "Maps"]),
        ("Starts", ["Poses", "Data", "Likelihood", "Search"]),
        ("Verdicts", []),
        ("BranchAndBound", ["Poses", "Data", "Likelihood", "Search"]),
        ("AutoEncoding", ["Encoder", "Poses", "Data", "Likelihood", "Maps", "Search"]),
        ("AutoDecoding", ["Poses", "Data", "Likelihood", "Maps", "Search"]),
        ("Checkpoints", ["Poses", "Data", "Maps", "Search", "Starts", "AutoDecoding"]),
        ("Paper", ["Encoder", "Poses", "Data", "Maps"]),
        ("Volumes", ["Encoder", "Data", "Paper"]),
        ("Methods", ["Encoder", "Poses", "Data", "Likelihood", "Maps", "Search", "BranchAndBound", "AutoEncoding", "Paper", "Volumes"]),
    ];

    /// <summary>What a folder of the methods may use of the files above the folders.</summary>
    private static readonly Dictionary<string, string[]> s_usesOfRoot = new()
    {
        ["Data"] = ["ReconstructionInput"],
        ["Maps"] = ["ReconstructionOutcome", "RunTracker"],
        ["Paper"] = ["MemoryPlan", "ReconstructionInput", "ReconstructionOutcome", "RunClock", "RunTracker"],
        ["Methods"] = ["EpochReport", "MemoryPlan", "ReconstructionInput", "ReconstructionOutcome", "RunTracker"],
    };

    private static string Methods => Path.Combine(Source, "CryoSpin.Reconstruction");

    [Fact]
    public void Every_folder_of_the_methods_uses_only_what_is_declared_and_none_in_a_circle()
    {
        List<string> wrong = [];
        for (int i = 0; i < s_methodFolders.Length; i++)
        {
            (string folder, string[] allowed) = s_methodFolders[i];
            wrong.AddRange(allowed.Except(s_methodFolders[..i].Select(f => f.Folder)).Select(used => $"'{folder}' uses '{used}', which is not before it"));
            List<string> seen = [];
            foreach (string file in SourceFiles(Path.Combine(Methods, folder)))
            {
                string[] used = [.. FoldersUsed(File.ReadAllText(file)).Where(u => u != folder)];
                seen.AddRange(used);
                wrong.AddRange(used.Except(allowed).Select(u => $"{Relative(file)}: '{folder}' must not use '{u}'"));
            }
            wrong.AddRange(allowed.Except(seen).Select(u => $"'{folder}' may use '{u}', but does not"));
        }
        Assert.Equal(s_methodFolders.Select(f => f.Folder).Order(), Subfolders(Methods));
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_folders_of_the_methods_use_little_of_what_stands_above_them()
    {
        string[] types = [.. Directory.GetFiles(Methods, "*.cs").SelectMany(f => Declared().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value))];
        Assert.Contains("DefaultReconstruction", types);
        List<string> wrong = [];
        foreach ((string folder, _) in s_methodFolders)
        {
            string[] allowed = s_usesOfRoot.GetValueOrDefault(folder, []);
            foreach (string file in SourceFiles(Path.Combine(Methods, folder)))
            {
                string code = Comment().Replace(File.ReadAllText(file), "");
                wrong.AddRange(types.Except(allowed).Where(t => Regex.IsMatch(code, $@"\b{t}\b")).Select(t => $"{Relative(file)}: '{folder}' must not use {t}"));
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Poses_are_compared_and_grids_are_made_by_the_pose_space_alone()
    {
        string own = Path.Combine(Methods, "Poses") + Path.DirectorySeparatorChar;
        List<string> wrong = [];
        foreach (string file in SourceFiles(Methods).Where(f => !f.StartsWith(own, StringComparison.Ordinal)))
        {
            string code = Comment().Replace(File.ReadAllText(file), "");
            // The posterior over all views is a picture of the sphere, not a search.
            if (Path.GetFileName(file) == "PosePosterior.cs") continue;
            wrong.AddRange(DirectComparison().Matches(code).Select(m => $"{Relative(file)}: {m.Value}"));
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("using CryoSpin.Reconstruction.Maps;", "Maps")]
    [InlineData("using CryoSpin.Reconstruction.Encoder.Kernels;", "Encoder")]
    [InlineData("namespace CryoSpin.Reconstruction.Search;\nAutoDecoding.DecodingState x;", "AutoDecoding")]
    [InlineData("// CryoSpin.Reconstruction.Maps\nvar x = stage.Maps.Fsc;", null)]
    public void A_used_folder_of_the_methods_is_seen(string text, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], FoldersUsed(text));

    /// <summary>The folders of the methods that a source names: in a using, in full, or before one of their types.</summary>
    private static string[] FoldersUsed(string text)
    {
        string code = Namespace().Replace(Comment().Replace(text, ""), "");
        IEnumerable<string> full = UsedOfMethods().Matches(code).Select(m => m.Groups[1].Value);
        IEnumerable<string> relative = RelativeUse().Matches(code).Where(m => s_types.Value.Contains((m.Groups[1].Value, m.Groups[2].Value)))
            .Select(m => m.Groups[1].Value);
        return [.. full.Concat(relative).Distinct()];
    }

    private static readonly Lazy<HashSet<(string, string)>> s_types = new(() =>
    [
        .. from folder in Subfolders(Methods)
           from file in SourceFiles(Path.Combine(Methods, folder))
           from Match type in Declared().Matches(File.ReadAllText(file))
           select (folder, type.Groups[1].Value),
    ]);

    private static string[] Subfolders(string root) =>
        [.. Directory.GetDirectories(root).Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj")).Order()];

    [GeneratedRegex(@"\bCryoSpin\.Reconstruction\.([A-Z]\w*)")]
    private static partial Regex UsedOfMethods();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w*)\.([A-Z]\w*)")]
    private static partial Regex RelativeUse();

    [GeneratedRegex(@"^\s*(?:public|internal)[\w ]*\b(?:class|struct|record|enum|interface)\s+([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\b(AngleToDegrees|ViewGrid\.\w+|So3Grid\.Healpix|PointGroup\.\w+)\(")]
    private static partial Regex DirectComparison();
}
