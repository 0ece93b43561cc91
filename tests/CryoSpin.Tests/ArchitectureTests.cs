using System.Text.RegularExpressions;
using System.Xml.Linq;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests;

/// <summary>The direction rules of the design, read from the source files themselves.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 600;

    /// <summary>What each folder of the science project may use, itself apart: everything that stands to its left in the design.</summary>
    private static readonly Dictionary<string, string[]> Folders = new()
    {
        ["Compute"] = [],
        ["Diagnostics"] = [],
        ["IO"] = ["Compute", "Diagnostics"],
        ["Geometry"] = ["Compute", "Diagnostics"],
        ["Fourier"] = ["Compute", "Diagnostics", "Geometry"],
        ["Optics"] = ["Compute", "Diagnostics", "Geometry", "Fourier"],
        ["Imaging"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics"],
        ["Projection"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging"],
        ["Particles"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "IO"],
        ["Preprocessing"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "IO", "Particles"],
        ["Simulation"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "Particles"],
        ["Evaluation"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "Particles"],
        ["Symmetry"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "Particles", "Evaluation"],
        ["Validation"] = ["Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "Particles", "IO"],
        ["Runs"] =
        [
            "Compute", "Diagnostics", "Geometry", "Fourier", "Optics", "Imaging", "Projection", "Particles", "Preprocessing", "Simulation",
            "Evaluation",
        ],
    };

    /// <summary>Projects and the projects each may reference.</summary>
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["CryoSpin"] = [],
        ["CryoSpin.Reconstruction"] = ["CryoSpin"],
        ["CryoSpin.Reporting"] = ["CryoSpin"],
        ["CryoSpin.Cli"] = ["CryoSpin", "CryoSpin.Reconstruction", "CryoSpin.Reporting"],
    };

    private static string Source => Path.Combine(SharedData.RepositoryRoot, "src");

    [Fact]
    public void Every_folder_of_the_science_uses_only_what_stands_to_its_left()
    {
        string root = Path.Combine(Source, "CryoSpin");
        List<string> wrong = [];
        foreach (string file in SourceFiles(root))
        {
            string folder = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0];
            if (!Folders.TryGetValue(folder, out string[]? allowed))
            {
                wrong.Add($"{Relative(file)}: the folder '{folder}' is not in the design");
                continue;
            }
            wrong.AddRange(from used in NamesUsed(file)
                           where used != folder && !allowed.Contains(used)
                           select $"{Relative(file)}: '{folder}' must not use '{used}'");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_project_references_only_what_the_design_allows()
    {
        List<string> wrong = [];
        foreach ((string project, string[] allowed) in Projects)
        {
            XDocument file = XDocument.Load(Path.Combine(Source, project, project + ".csproj"));
            wrong.AddRange(from reference in file.Descendants("ProjectReference")
                           let name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
                           where !allowed.Contains(name)
                           select $"{project} references {name}");
            foreach (string source in SourceFiles(Path.Combine(Source, project)))
            {
                wrong.AddRange(from used in NamesUsed(source)
                               where used is "Cli" or "Reporting" or "Reconstruction"
                               let full = "CryoSpin." + used
                               where full != project && !allowed.Contains(full)
                               select $"{Relative(source)}: {project} must not use {full}");
            }
        }
        Assert.Equal(Projects.Keys.Order(), Directory.GetDirectories(Source).Select(Path.GetFileName).Order());
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_science_depends_on_the_base_library_tensors_and_two_decoders_alone()
    {
        XDocument file = XDocument.Load(Path.Combine(Source, "CryoSpin", "CryoSpin.csproj"));
        Assert.Equal(
            ["K4os.Compression.LZ4", "SharpZipLib", "System.Numerics.Tensors"],
            file.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value));
    }

    [Fact]
    public void Only_the_readers_of_files_know_the_decoders()
    {
        string io = Path.Combine(Source, "CryoSpin", "IO") + Path.DirectorySeparatorChar;
        Assert.Empty(
            Projects.Keys.SelectMany(p => SourceFiles(Path.Combine(Source, p))).Where(f => !f.StartsWith(io, StringComparison.Ordinal))
                .Where(f => Decoder().IsMatch(File.ReadAllText(f))).Select(Relative));
    }

    [Fact]
    public void No_library_writes_to_the_console()
    {
        string[] libraries = [.. Projects.Keys.Where(p => p != "CryoSpin.Cli").Select(p => Path.Combine(Source, p))];
        Assert.Empty(libraries.SelectMany(SourceFiles).Where(f => ConsoleCall().IsMatch(File.ReadAllText(f))).Select(Relative));
    }

    [Fact]
    public void A_file_lies_in_the_folder_of_its_namespace()
    {
        List<string> wrong = [];
        foreach (string project in Projects.Keys)
        {
            foreach (string file in SourceFiles(Path.Combine(Source, project)))
            {
                Match declared = Namespace().Match(File.ReadAllText(file));
                if (!declared.Success) continue;
                string inside = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Source, project), file))!;
                string[] expected = [project, .. inside.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)];
                // A folder below the first level may group files without a namespace of its own.
                string full = string.Join('.', expected), name = declared.Groups[1].Value;
                bool grouped = full.StartsWith(name + '.', StringComparison.Ordinal)
                    && name.StartsWith(project + '.', StringComparison.Ordinal);
                if (full != name && !grouped) wrong.Add($"{Relative(file)}: namespace {name}, expected {full}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_file_is_longer_than_can_be_read()
    {
        string[] roots = [Source, Path.Combine(SharedData.RepositoryRoot, "tests")];
        Assert.Empty(from file in roots.SelectMany(SourceFiles)
                     let lines = File.ReadLines(file).Count()
                     where lines > LongestFile
                     select $"{Relative(file)}: {lines} lines, more than {LongestFile}");
    }

    [Theory]
    [InlineData("using CryoSpin.Runs;", "Runs")]
    [InlineData("using static CryoSpin.IO.Mrc.MrcHeader;", "IO")]
    [InlineData("using Map = CryoSpin.Imaging.Volume;", "Imaging")]
    [InlineData("int x = CryoSpin.Evaluation.FscCurve.Count;", "Evaluation")]
    [InlineData("// see CryoSpin.Runs\nint x;", null)]
    [InlineData("/// <see cref=\"CryoSpin.Runs.RunRecord\"/>\nint x;", null)]
    [InlineData("namespace CryoSpin.Geometry;", null)]
    public void A_used_namespace_is_seen_in_code_but_not_in_comments(string text, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], NamesUsedIn(text));

    private static IEnumerable<string> NamesUsed(string file) => NamesUsedIn(File.ReadAllText(file));

    private static string[] NamesUsedIn(string text) =>
        [.. Used().Matches(Namespace().Replace(Comment().Replace(text, ""), "")).Select(m => m.Groups[1].Value).Distinct()];

    private static IEnumerable<string> SourceFiles(string root) =>
        Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !BuildFolder().IsMatch(Path.GetRelativePath(root, f)));

    private static string Relative(string file) => Path.GetRelativePath(SharedData.RepositoryRoot, file);

    [GeneratedRegex(@"\bCryoSpin\.([A-Z]\w*)")]
    private static partial Regex Used();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bConsole\.(Write|Error|Out|Read)|\bDebug\.Write")]
    private static partial Regex ConsoleCall();

    [GeneratedRegex(@"\b(K4os|ICSharpCode)\.")]
    private static partial Regex Decoder();

    [GeneratedRegex(@"(^|[\\/])(bin|obj)[\\/]")]
    private static partial Regex BuildFolder();
}
