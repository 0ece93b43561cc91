using System.Globalization;
using System.Text;
using System.Text.Json;
using CryoSpin.Diagnostics;
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
    private readonly RunLock _lock;
    private readonly GrowingFile _log;
    private readonly List<MetricRecord> _metrics = [];
    private readonly SnapshotFolder _snapshots;
    private GrowingFile _metricLines;

    private RunDirectory(OutputFolder folder, RunLock held, bool append)
    {
        (_folder, _lock) = (folder, held);
        _log = new GrowingFile(folder.FileFor(RunFiles.Log), append);
        _metricLines = new GrowingFile(folder.FileFor(RunFiles.Metrics), append);
        if (!append) SnapshotFolder.Clear(folder.FileFor(SnapshotFolder.Name));
        _snapshots = new SnapshotFolder(folder.FileFor(SnapshotFolder.Name));
    }

    /// <summary>The folder as the user named it.</summary>
    public string Path => _folder.Path;

    /// <summary>
    /// True while older results stand beside this run's files, which then bear <see cref="OutputFolder.UnfinishedPrefix"/>.
    /// </summary>
    public bool Replaces => _folder.Replaces;

    /// <summary>The figures recorded so far.</summary>
    public IReadOnlyList<MetricRecord> Metrics => _metrics;

    /// <summary>Makes the folder, and keeps other runs out of it until this is disposed of.</summary>
    /// <exception cref="OutputExistsException">It exists and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="CryoSpinException">Another run works in it, or it cannot be written.</exception>
    public static RunDirectory Create(string path, bool overwrite, IEnumerable<string>? furtherFiles = null)
    {
        string[] names = [.. RunFiles.OfAnyRun, .. furtherFiles ?? []];
        // What another run is writing must not be touched: an existing folder is locked before anything in it is looked at.
        RunLock? held = Directory.Exists(path) && overwrite ? RunLock.Acquire(path, () => OwnerOf(path)) : null;
        try
        {
            OutputFolder folder = OutputFolder.Open(path, overwrite, names);
            held ??= RunLock.Acquire(path, () => OwnerOf(path));
            return new RunDirectory(folder, held, append: false);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new CryoSpinException($"{path}: the folder cannot be written ({e.Message}). Name another one with -o.", e);
            }
            throw;
        }
    }

    /// <summary>
    /// Opens the folder of a run that was interrupted, to go on in it. Log and figures are added to; see <see cref="KeepMetrics"/>.
    /// </summary>
    /// <returns>The folder and the record of the run; where that run is complete, no folder.</returns>
    /// <exception cref="CryoSpinException">There is no run in the folder, another run works in it, or it cannot be written.</exception>
    public static (RunDirectory? Folder, RunRecord Run) Reopen(string path)
    {
        OutputFolder.CheckReadable(path);
        if (ReadRun(path) is null) throw new CryoSpinException($"{path}: there is no run in this folder ({RunFiles.Run}).");
        RunLock held = RunLock.Acquire(path, () => OwnerOf(path));
        bool kept = false;
        try
        {
            OutputFolder folder = OutputFolder.Reopen(path, RunFiles.OfAnyRun);
            RunRecord run = ReadRun(path) ?? throw new CryoSpinException($"{path}: there is no run in this folder ({RunFiles.Run}).");
            if (run.Status == RunStatus.Finished)
            {
                MoveSnapshots(folder);
                folder.MoveTheRest();
                return (null, run);
            }
            RunDirectory directory = new(folder, held, append: true);
            kept = true;
            return (directory, run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{path}: the folder cannot be read or written ({e.Message}).", e);
        }
        finally
        {
            if (!kept) held.Dispose();
        }
    }

    /// <summary>
    /// The record of the run at hand: of one that was to replace older results, where there is one; null where there is none.
    /// </summary>
    /// <param name="path">The run's folder; need not exist.</param>
    /// <exception cref="CryoSpinException">The file there is not the record of a run, and neither is its copy.</exception>
    public static RunRecord? ReadRun(string path)
    {
        foreach (string prefix in (string[])[OutputFolder.UnfinishedPrefix, ""])
        {
            string file = System.IO.Path.Combine(path, prefix + RunFiles.Run), copy = System.IO.Path.Combine(path, prefix + RunFiles.RunCopy);
            if (File.Exists(file)) return Parse(file, copy);
        }
        return null;
    }

    private static RunRecord Parse(string file, string copy)
    {
        try
        {
            return JsonFormat.ParseRun(File.ReadAllText(file));
        }
        catch (JsonException e)
        {
            if (File.Exists(copy)) return Parse(copy, "");
            throw new CryoSpinException($"{file}: this is not the record of a run ({e.Message}).", e);
        }
    }

    /// <summary>Where a file is to be written now.</summary>
    public string FileFor(string name) => _folder.FileFor(name);

    /// <summary>Adds a line, with the time, to run.log.</summary>
    public void Log(string message)
    {
        foreach (string line in Printable.Text(message).ReplaceLineEndings("\n").Split('\n'))
        {
            _log.Add($"{DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}Z  {line}");
        }
    }

    /// <summary>Adds a line to metrics.jsonl.</summary>
    public void Record(MetricRecord metric)
    {
        _metrics.Add(metric);
        _metricLines.Add(JsonFormat.Serialize(metric));
    }

    /// <summary>Of the figures that an interrupted run has left, keeps the first ones; the resumed run records the others again.</summary>
    public void KeepMetrics(int count)
    {
        string path = FileFor(RunFiles.Metrics);
        _metricLines.Dispose();
        _metrics.Clear();
        _metrics.AddRange(WholeLines(File.ReadLines(path).Take(count), JsonFormat.ParseMetric));
        WriteText(RunFiles.Metrics, string.Concat(_metrics.Select(m => JsonFormat.Serialize(m) + "\n")));
        if (_metrics.Count < count)
        {
            Log($"warning: {path} was damaged: {count - _metrics.Count} of {count} lines are lost. The result does not depend on them.");
        }
        _metricLines = new GrowingFile(path, append: true);
    }

    /// <summary>Brings the figures and the log to the disk.</summary>
    public void Flush()
    {
        _metricLines.FlushToDisk();
        _log.FlushToDisk();
    }

    /// <summary>The lines that can be read, up to the first that a power cut has torn or filled with zeros.</summary>
    internal static IEnumerable<T> WholeLines<T>(IEnumerable<string> lines, Func<string, T> parse)
    {
        foreach (string line in lines)
        {
            T value;
            try
            {
                value = parse(line);
            }
            catch (JsonException)
            {
                yield break;
            }
            yield return value;
        }
    }

    /// <summary>Adds a snapshot to the folder's <see cref="SnapshotFolder"/>.</summary>
    public void Keep(RunSnapshot snapshot) => _snapshots.Keep(snapshot, _metrics.Count);

    /// <summary>Of the snapshots that an interrupted run has left, keeps those that belong to its first figures.</summary>
    public void KeepSnapshots(int metrics) => _snapshots.KeepUpTo(metrics);

    /// <summary>Writes run.json, and until the run is finished a copy of it.</summary>
    public void WriteRun(RunRecord run)
    {
        string text = JsonFormat.Serialize(run);
        if (run.Status != RunStatus.Finished) WriteText(RunFiles.RunCopy, text);
        WriteText(RunFiles.Run, text);
        if (run.Status == RunStatus.Finished) File.Delete(FileFor(RunFiles.RunCopy));
    }

    /// <summary>Writes a map.</summary>
    public void WriteMap(string name, Volume map) =>
        MrcWriter.WriteVolume(FileFor(name), map.Voxels, map.Size, map.Size, map.Size, map.PixelSizeAngstrom, RunFiles.ContentOf(name));

    /// <summary>Writes the maps, the particles and the FSC.</summary>
    /// <param name="results">What the run found.</param>
    /// <param name="particles">The particles that were used, as they were read; their columns are kept.</param>
    public void WriteResults(RunResults results, ParticleSet particles)
    {
        WriteMap(RunFiles.Map, results.Map);
        WriteMap(RunFiles.Half1, results.Half1);
        WriteMap(RunFiles.Half2, results.Half2);
        if (results.Mask is { } mask) WriteMap(RunFiles.Mask, mask);
        particles.WriteStar(
            FileFor(RunFiles.Particles), results.Poses, results.HalfSets,
            results.ParticleProbability is { } probability ? [(RunFiles.ProbabilityColumn, probability)] : null);
        if (particles.IsFromCryoSparc)
        {
            particles.WriteCryoSparc(FileFor(RunFiles.ParticlesCryoSparc), results.Poses, results.HalfSets);
        }
        WriteFsc(results.MaskedFsc, results.UnmaskedFsc, results.CorrectedFsc);
    }

    /// <summary>Writes the particles that were left out, as they were read; those of cryoSPARC also as its dataset.</summary>
    /// <param name="particles">Them.</param>
    /// <param name="reasons">A column that says why.</param>
    /// <param name="figures">Columns with the figures that decided.</param>
    public void WriteRejected(
        ParticleSet particles, (string Name, IReadOnlyList<string> Words) reasons, params (string Name, IReadOnlyList<double> Values)[] figures)
    {
        particles.WriteStar(FileFor(RunFiles.Rejected), null, null, figures, [reasons]);
        if (particles.IsFromCryoSparc) particles.WriteCryoSparc(FileFor(RunFiles.RejectedCryoSparc), null);
    }

    /// <summary>Writes fsc.star and fsc.xml.</summary>
    /// <param name="masked">FSC of the masked half-maps.</param>
    /// <param name="unmasked">FSC of the half-maps as they are.</param>
    /// <param name="corrected">The masked one, corrected for the mask; null for a soft sphere, which correlates nothing.</param>
    public void WriteFsc(FscCurve masked, FscCurve unmasked, FscCurve? corrected)
    {
        WriteText(RunFiles.FscStar, FscReport.ToStarText(corrected ?? masked, unmasked, masked));
        WriteText(RunFiles.FscXml, FscReport.ToXml(corrected ?? masked, corrected is null ? "Masked half-maps" : "Masked half-maps, corrected for the mask by random phases"));
    }

    /// <summary>Writes a text file.</summary>
    public void WriteText(string name, string text) => AtomicFile.Write(FileFor(name), stream => stream.Write(Utf8.GetBytes(text)));

    /// <summary>
    /// Writes report.html and the final run.json, and, where older results were to be replaced, puts the new ones in their place.
    /// </summary>
    /// <param name="input">The report's contents; its metrics and files are filled in here.</param>
    public void Complete(ReportInput input)
    {
        // The record comes last: where it says that the run is finished, every other file is whole.
        WriteText(RunFiles.Report, HtmlReport.Render(input with { Metrics = _metrics, Files = ListFiles(input.Run) }));
        if (_folder.Replaces && _snapshots.Entries.Count == 0) SnapshotFolder.Clear(System.IO.Path.Combine(Path, SnapshotFolder.Name));
        WriteRun(input.Run);
        File.Delete(FileFor(RunFiles.UnfinishedMap));
        MoveSnapshots(_folder);
        _folder.Complete();
    }

    /// <summary>Closes the log and the metrics; the files stay where they are.</summary>
    public void Dispose()
    {
        _log.Dispose();
        _metricLines.Dispose();
        _lock.Dispose();
    }

    /// <summary>The new run's snapshots take the place of the older one's.</summary>
    private static void MoveSnapshots(OutputFolder folder)
    {
        string made = folder.FileFor(SnapshotFolder.Name), final = System.IO.Path.Combine(folder.Path, SnapshotFolder.Name);
        if (!folder.Replaces || !Directory.Exists(made)) return;
        SnapshotFolder.Clear(final);
        // Files of others may have kept it.
        if (!Directory.Exists(final)) Directory.Move(made, final);
    }

    private static string OwnerOf(string path)
    {
        try
        {
            return ReadRun(path) is { Status: RunStatus.Running } run
                ? string.Create(
                    CultureInfo.InvariantCulture, $" (process {run.ProcessId} on {run.MachineName}, since {run.StartedUtc:yyyy-MM-dd HH:mm} UTC)")
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryoSpinException)
        {
            return "";
        }
    }

    private List<ReportFile> ListFiles(RunRecord final) =>
        [.. from file in RunFiles.All
            let info = new FileInfo(FileFor(file.Name))
            where info.Exists
            let bytes = file.Name == RunFiles.Run ? Utf8.GetByteCount(JsonFormat.Serialize(final)) : info.Length
            select new ReportFile(file.Name, bytes, file.Description)];
}
