using System.Globalization;
using System.Text;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// Writes the files of one run. The log and the metrics grow during the run; every other file appears under its name only when it is
/// complete. run.json says from the start how things stand.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly OutputFolder _folder;
    private readonly StreamWriter _log;
    private readonly StreamWriter _metricLines;
    private readonly List<MetricRecord> _metrics = [];

    private RunDirectory(OutputFolder folder)
    {
        _folder = folder;
        _log = OpenForAppending(folder.FileFor(RunFiles.Log));
        _metricLines = OpenForAppending(folder.FileFor(RunFiles.Metrics));
    }

    /// <summary>The folder as the user named it.</summary>
    public string Path => _folder.Path;

    /// <summary>
    /// True while older results stand beside this run's files, which then bear <see cref="OutputFolder.UnfinishedPrefix"/>.
    /// </summary>
    public bool Replaces => _folder.Replaces;

    /// <summary>The figures recorded so far.</summary>
    public IReadOnlyList<MetricRecord> Metrics => _metrics;

    /// <summary>Makes the folder.</summary>
    /// <exception cref="OutputExistsException">It exists and <paramref name="overwrite"/> is false.</exception>
    public static RunDirectory Create(string path, bool overwrite, IEnumerable<string>? furtherFiles = null) =>
        new(OutputFolder.Open(path, overwrite, [.. RunFiles.Names, .. furtherFiles ?? []]));

    /// <summary>Where a file is to be written now.</summary>
    public string FileFor(string name) => _folder.FileFor(name);

    /// <summary>Adds a line, with the time, to run.log.</summary>
    public void Log(string message)
    {
        foreach (string line in message.ReplaceLineEndings("\n").Split('\n'))
        {
            _log.WriteLine($"{DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}Z  {line}");
        }
        _log.Flush();
    }

    /// <summary>Adds a line to metrics.jsonl.</summary>
    public void Record(MetricRecord metric)
    {
        _metrics.Add(metric);
        _metricLines.WriteLine(JsonFormat.Serialize(metric));
        _metricLines.Flush();
    }

    /// <summary>Writes run.json.</summary>
    public void WriteRun(RunRecord run) => WriteText(RunFiles.Run, JsonFormat.Serialize(run));

    /// <summary>Writes a map.</summary>
    public void WriteMap(string name, Volume map) =>
        MrcWriter.WriteVolume(FileFor(name), map.Voxels, map.Size, map.Size, map.Size, map.PixelSizeAngstrom);

    /// <summary>Writes the maps, the particles and the FSC.</summary>
    /// <param name="results">What the run found.</param>
    /// <param name="particles">The particles as they were read; their columns are kept.</param>
    public void WriteResults(RunResults results, ParticleSet particles)
    {
        WriteMap(RunFiles.Map, results.Map);
        WriteMap(RunFiles.Half1, results.Half1);
        WriteMap(RunFiles.Half2, results.Half2);
        particles.WriteStar(FileFor(RunFiles.Particles), results.Poses, results.HalfSets);
        if (particles.IsFromCryoSparc)
        {
            particles.WriteCryoSparc(FileFor(RunFiles.ParticlesCryoSparc), results.Poses, results.HalfSets);
        }
        WriteFsc(results.MaskedFsc, results.UnmaskedFsc);
    }

    /// <summary>Writes fsc.star and fsc.xml.</summary>
    public void WriteFsc(FscCurve masked, FscCurve unmasked)
    {
        // The mask is a soft sphere, which correlates nothing: the masked curve needs no correction and decides.
        WriteText(RunFiles.FscStar, FscReport.ToStarText(masked, unmasked, masked));
        WriteText(RunFiles.FscXml, FscReport.ToXml(masked, "Masked half-maps"));
    }

    /// <summary>Writes a text file.</summary>
    public void WriteText(string name, string text) => AtomicFile.Write(FileFor(name), stream => stream.Write(Utf8.GetBytes(text)));

    /// <summary>
    /// Writes report.html and the final run.json, and, where older results were to be replaced, puts the new ones in their place.
    /// </summary>
    /// <param name="input">The report's contents; its metrics and files are filled in here.</param>
    public void Complete(ReportInput input)
    {
        WriteRun(input.Run);
        WriteText(RunFiles.Report, HtmlReport.Render(input with { Metrics = _metrics, Files = ListFiles() }));
        _folder.Complete();
    }

    /// <summary>Closes the log and the metrics; the files stay where they are.</summary>
    public void Dispose()
    {
        _log.Dispose();
        _metricLines.Dispose();
    }

    private List<ReportFile> ListFiles() =>
        [.. from file in RunFiles.All
            let info = new FileInfo(FileFor(file.Name))
            where info.Exists
            select new ReportFile(file.Name, info.Length, file.Description)];

    // Others may read the log while it grows.
    private static StreamWriter OpenForAppending(string path) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), Utf8) { NewLine = "\n" };
}
