using System.Text;
using CryoSpin.IO;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Comparing;

/// <summary>The files of a comparison's folder, made anew after every run.</summary>
internal static class ComparisonFiles
{
    /// <summary>The page.</summary>
    public const string Report = "report.html";

    /// <summary>The figures as JSON.</summary>
    public const string Json = "comparison.json";

    /// <summary>A row per run.</summary>
    public const string Runs = "runs.csv";

    /// <summary>A row per snapshot of every run.</summary>
    public const string Snapshots = "snapshots.csv";

    /// <summary>Folder of the page's figures, each an SVG file of its own.</summary>
    public const string Figures = "figures";

    /// <summary>Names of the files in the folder itself.</summary>
    public static IReadOnlyList<string> Names { get; } = [Report, Json, Runs, Snapshots];

    /// <summary>Writes them.</summary>
    public static void Write(string folder, ComparisonInput input)
    {
        Write(folder, Json, ComparisonTables.Json(input));
        Write(folder, Runs, ComparisonTables.RunsCsv(input));
        Write(folder, Snapshots, ComparisonTables.SnapshotsCsv(input));
        (string page, IReadOnlyList<FigureFile> figures) = ComparisonReport.Make(input);
        Directory.CreateDirectory(Path.Combine(folder, Figures));
        foreach (FigureFile figure in figures) Write(Path.Combine(folder, Figures), figure.Name, figure.Svg);
        Write(folder, Report, page);
    }

    private static void Write(string folder, string name, string text) =>
        AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
