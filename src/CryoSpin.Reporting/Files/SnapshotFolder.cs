using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Npy;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// Map and poses of a run's epochs: a folder of .mrc and .npy files and an index with one line for each snapshot. A snapshot's line is
/// written when its files are whole; what the index does not name does not count.
/// </summary>
public sealed partial class SnapshotFolder
{
    /// <summary>Name of the folder in a run's folder.</summary>
    public const string Name = "snapshots";

    /// <summary>Name of the index.</summary>
    public const string Index = "index.jsonl";

    private const int PoseWidth = 11;
    private readonly List<SnapshotEntry> _entries;

    /// <summary>Opens the folder, which need not exist yet.</summary>
    /// <param name="path">The folder.</param>
    /// <remarks>What a power cut has left of a damaged index counts: the run that goes on makes the other snapshots again.</remarks>
    public SnapshotFolder(string path)
    {
        Path = path;
        string index = System.IO.Path.Combine(path, Index);
        _entries = File.Exists(index)
            ? [.. RunDirectory.WholeLines(File.ReadLines(index).Where(l => l.Length > 0), JsonFormat.ParseSnapshot)] : [];
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The snapshots in order.</summary>
    public IReadOnlyList<SnapshotEntry> Entries => _entries;

    /// <summary>Reads the index.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>Its snapshots in order; none where there is no such folder.</returns>
    /// <exception cref="InputException">A line is not a snapshot's.</exception>
    public static IReadOnlyList<SnapshotEntry> ReadIndex(string path)
    {
        string index = System.IO.Path.Combine(path, Index);
        if (!File.Exists(index)) return [];
        try
        {
            return [.. File.ReadLines(index).Where(l => l.Length > 0).Select(JsonFormat.ParseSnapshot)];
        }
        catch (JsonException e)
        {
            throw new InputException(index, $"this is not an index of snapshots ({e.Message}).", "Remove the folder.", e);
        }
    }

    /// <summary>Reads a snapshot.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="entry">Which one.</param>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public static RunSnapshot Read(string path, SnapshotEntry entry)
    {
        MrcVolume map = MrcVolumeIO.Read(System.IO.Path.Combine(path, entry.Map));
        return new RunSnapshot
        {
            Phase = entry.Phase,
            Epoch = entry.Epoch,
            ImageVisits = entry.ImageVisits,
            ElapsedSeconds = entry.ElapsedSeconds,
            BandShells = entry.BandShells,
            Map = new Volume(map.Nx, map.PixelSizeAngstrom, map.Voxels),
            Poses = ReadPoses(System.IO.Path.Combine(path, entry.Poses)),
            Watched = [.. entry.Watched.Select(w => new WatchedParticle(w.Particle, [.. w.Candidates.Select(c => c.ToCandidate())]))],
            Heads = entry is { Heads: { } heads, HeadSample: { } sample }
                ? ReadHeads(System.IO.Path.Combine(path, heads), System.IO.Path.Combine(path, sample))
                : null,
        };
    }

    /// <summary>Writes a snapshot. One of the same place in the run, which an interrupted run had made already, is replaced.</summary>
    /// <param name="snapshot">Map and poses.</param>
    /// <param name="metrics">Lines that metrics.jsonl has now.</param>
    /// <exception cref="CryoSpinException">It cannot be written.</exception>
    public void Keep(RunSnapshot snapshot, int metrics)
    {
        Directory.CreateDirectory(Path);
        int again = _entries.FindIndex(
            e => e.Phase == snapshot.Phase && e.Epoch == snapshot.Epoch && e.ImageVisits == snapshot.ImageVisits);
        if (again >= 0) KeepFirst(again);
        int number = _entries.Count == 0 ? 1 : _entries[^1].Number + 1;
        string stem = number.ToString("000", CultureInfo.InvariantCulture);
        SnapshotEntry entry = new()
        {
            Number = number,
            Phase = snapshot.Phase,
            Epoch = snapshot.Epoch,
            ImageVisits = snapshot.ImageVisits,
            ElapsedSeconds = snapshot.ElapsedSeconds,
            BandShells = snapshot.BandShells,
            Metrics = metrics,
            Map = stem + ".mrc",
            Poses = stem + "-poses.npy",
            Heads = snapshot.Heads is null ? null : stem + "-heads.npy",
            HeadSample = snapshot.Heads is null ? null : stem + "-head-sample.npy",
            Watched = [.. snapshot.Watched.Select(w => new WatchedEntry(w.Particle, [.. w.Candidates.Select(CandidateEntry.Of)]))],
        };
        Volume map = snapshot.Map;
        MrcWriter.WriteVolume(FileFor(entry.Map), map.Voxels, map.Size, map.Size, map.Size, map.PixelSizeAngstrom, "map in the middle of a run");
        WritePoses(FileFor(entry.Poses), snapshot.Poses);
        if (snapshot.Heads is { } heads) WriteHeads(FileFor(entry.Heads!), FileFor(entry.HeadSample!), heads);
        _entries.Add(entry);
        WriteIndex();
    }

    /// <summary>
    /// Of the snapshots that an interrupted run has left, keeps those made when at most so many figures had been recorded; the others are
    /// made again. One made between the last kept figure and the checkpoint's own moment is replaced when its turn comes
    /// (<see cref="Keep"/>).
    /// </summary>
    /// <param name="metrics">Lines of metrics.jsonl that the resumed run goes on from.</param>
    public void KeepUpTo(int metrics)
    {
        int count = metrics == 0 ? 0 : _entries.TakeWhile(e => e.Metrics <= metrics).Count();
        if (count < _entries.Count) KeepFirst(count);
        RemoveUnnamed();
    }

    /// <summary>Removes all snapshots of a folder, and the folder where nothing else lies in it.</summary>
    /// <param name="path">The folder; need not exist.</param>
    public static void Clear(string path)
    {
        if (!Directory.Exists(path)) return;
        // The index first: it must never name a file that is gone.
        File.Delete(System.IO.Path.Combine(path, Index));
        RemoveUnnamed(path, []);
        if (!Directory.EnumerateFileSystemEntries(path).Any()) Directory.Delete(path);
    }

    internal static double[] Rows(in Rotation r) => [r.M00, r.M01, r.M02, r.M10, r.M11, r.M12, r.M20, r.M21, r.M22];

    /// <summary>Nine numbers as a rotation; the rounding of a file is removed.</summary>
    internal static Rotation Rotation(ReadOnlySpan<double> m) =>
        new Rotation(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]).Orthonormalised();

    private static Pose?[] ReadPoses(string file)
    {
        double[] values = ReadArray(file, PoseWidth, 2).Values;
        Pose?[] poses = new Pose?[values.Length / PoseWidth];
        for (int i = 0; i < poses.Length; i++)
        {
            ReadOnlySpan<double> row = values.AsSpan(i * PoseWidth, PoseWidth);
            if (!double.IsNaN(row[0])) poses[i] = new Pose(Rotation(row), row[9], row[10]);
        }
        return poses;
    }

    private static void WritePoses(string file, IReadOnlyList<Pose?> poses)
    {
        float[] values = new float[poses.Count * PoseWidth];
        Array.Fill(values, float.NaN);
        for (int i = 0; i < poses.Count; i++)
        {
            if (poses[i] is not { } pose) continue;
            double[] rows = Rows(pose.Rotation);
            for (int j = 0; j < rows.Length; j++) values[i * PoseWidth + j] = (float)rows[j];
            values[i * PoseWidth + 9] = (float)pose.OriginXAngstrom;
            values[i * PoseWidth + 10] = (float)pose.OriginYAngstrom;
        }
        FloatArrayFile.Write(file, values, poses.Count, PoseWidth);
    }

    private static HeadGuesses ReadHeads(string file, string sampleFile)
    {
        (double[] values, IReadOnlyList<int> shape) = ReadArray(file, 9, 3);
        double[] sample = ReadArray(sampleFile, 2, 2).Values;
        int count = shape[0], heads = shape[1];
        if (sample.Length != 2 * count) throw Damaged(sampleFile);
        Rotation[][] rotations = new Rotation[count][];
        for (int i = 0; i < count; i++)
        {
            rotations[i] = new Rotation[heads];
            for (int h = 0; h < heads; h++) rotations[i][h] = Rotation(values.AsSpan((i * heads + h) * 9, 9));
        }
        return new HeadGuesses(
            [.. Enumerable.Range(0, count).Select(i => (int)sample[2 * i])], rotations,
            [.. Enumerable.Range(0, count).Select(i => (int)sample[2 * i + 1])]);
    }

    private static void WriteHeads(string file, string sampleFile, HeadGuesses guesses)
    {
        int count = guesses.Particles.Count, heads = count == 0 ? 0 : guesses.Rotations[0].Length;
        float[] values = [.. guesses.Rotations.SelectMany(r => r).SelectMany(r => Rows(r)).Select(v => (float)v)];
        FloatArrayFile.Write(file, values, count, heads, 9);
        float[] sample = [.. Enumerable.Range(0, count).SelectMany(i => (float[])[guesses.Particles[i], guesses.Winners[i]])];
        FloatArrayFile.Write(sampleFile, sample, count, 2);
    }

    private static (double[] Values, IReadOnlyList<int> Shape) ReadArray(string file, int width, int axes)
    {
        (double[] Values, IReadOnlyList<int> Shape) array = FloatArrayFile.Read(file);
        return array.Shape.Count == axes && array.Shape[^1] == width ? array : throw Damaged(file);
    }

    private static InputException Damaged(string file) =>
        new(file, "the array has another shape than a snapshot's.", "Remove the run's snapshots and run again.");

    /// <summary>Ours, whole or left half done by a killed writer.</summary>
    [GeneratedRegex(@"^\.?(\d{3,}(-poses|-heads|-head-sample)?\.(mrc|npy)|index\.jsonl)(\..*\.tmp)?$")]
    private static partial Regex OwnFile();

    private void KeepFirst(int count)
    {
        _entries.RemoveRange(count, _entries.Count - count);
        // The index first: it must never name a file that is gone.
        WriteIndex();
        RemoveUnnamed();
    }

    private void RemoveUnnamed() => RemoveUnnamed(Path, _entries);

    private static void RemoveUnnamed(string path, IReadOnlyList<SnapshotEntry> entries)
    {
        if (!Directory.Exists(path)) return;
        HashSet<string> named = [Index, .. entries.SelectMany(e => e.Files)];
        foreach (string file in Directory.GetFiles(path))
        {
            string name = System.IO.Path.GetFileName(file);
            if (OwnFile().IsMatch(name) && !named.Contains(name)) File.Delete(file);
        }
    }

    private void WriteIndex()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(_entries.Select(e => JsonFormat.Serialize(e) + "\n")));
        AtomicFile.Write(FileFor(Index), stream => stream.Write(text));
    }

    private string FileFor(string name) => System.IO.Path.Combine(Path, name);
}
