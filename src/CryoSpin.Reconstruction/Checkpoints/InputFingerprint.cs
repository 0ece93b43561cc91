using System.Globalization;
using System.Security.Cryptography;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Runs;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>
/// What the result of a run depends on: the options that matter, the table's content, and size, time and a sample of the content of every
/// stack. Threads, memory and folders are not in it, because the bytes do not depend on them.
/// </summary>
/// <param name="Facts">What each is, and its value.</param>
internal sealed record InputFingerprint(IReadOnlyList<(string What, string Value)> Facts)
{
    private const int DifferencesShown = 5;

    // A bare stack is its own table; it may be far too large to be read only for this.
    private const long LargestHashed = 1L << 30;

    // Blocks of all stacks together, and of one stack at least: 8 MiB in all, or 12 KiB of each of many.
    private const int MostBlocks = 2048;
    private const int FewestBlocks = 3;
    private const int BlockBytes = 4096;

    /// <summary>Takes the fingerprint of a run's input as it stands now.</summary>
    /// <exception cref="InputException">A file is no longer there.</exception>
    public static InputFingerprint Of(ReconstructionOptions options, ParticleSet set)
    {
        List<(string, string)> facts =
        [
            .. OptionCatalogue.All.SelectMany(o => OptionFacts(o, options)),
            ("the working box", options.Images.DownsampleBox is { } working ? Text(working) : "the images' own"),
            ("the largest shift in its pixels", Text(options.Method.MaxShiftPixels)),
            ("the number of particles", Text(set.Count)),
            ("the box", Text(set.BoxSize)),
            ("the pixel size", set.PixelSizeAngstrom.ToString("R", CultureInfo.InvariantCulture)),
            ("the particle file", TableText(set.Source)),
        ];
        facts.AddRange(StackFacts(set));
        return new InputFingerprint(facts);
    }

    /// <summary>Refuses stacks that are not as they were when this was taken.</summary>
    /// <exception cref="InputException">Some have changed or are gone.</exception>
    public void CheckStacks(ParticleSet set)
    {
        HashSet<(string, string)> before = [.. Facts];
        (string What, string Value)[] changed = [.. StackFacts(set).Where(f => !before.Contains(f))];
        if (changed.Length == 0) return;
        throw new InputException(
            set.Source, $"{Shown([.. changed.Select(c => c.What)])} changed while the images were read.",
            "Wait until what writes it has ended, then start again.");
    }

    /// <summary>What differs from another fingerprint, in words; null where nothing does.</summary>
    public string? Difference(InputFingerprint other)
    {
        Dictionary<string, string> mine = [], theirs = [];
        foreach ((string what, string value) in Facts) mine[what] = value;
        foreach ((string what, string value) in other.Facts) theirs[what] = value;
        string[] differing = [.. mine.Keys.Union(theirs.Keys).Where(k => mine.GetValueOrDefault(k) != theirs.GetValueOrDefault(k))];
        if (differing.Length == 0) return null;
        return Shown([.. differing.Select(k => $"{k} ({Value(mine, k)} then, {Value(theirs, k)} now)")]);

        static string Value(Dictionary<string, string> facts, string key) => facts.GetValueOrDefault(key) ?? "none";
    }

    /// <summary>An option's value, where the result depends on it; of an option that names files, what they hold.</summary>
    private static IEnumerable<(string, string)> OptionFacts(RunOption option, ReconstructionOptions options) => option.Effect switch
    {
        OptionEffect.Input when option.Files(options) is { } files => files.Select(f => ($"the file of {option.Name} {Path.GetFileName(f)}", TableText(f))),
        OptionEffect.Input or OptionEffect.Result => [(option.Name, option.Show(options))],
        _ => [],
    };

    private static string Shown(string[] all) =>
        string.Join(", ", all.Take(DifferencesShown)) + (all.Length > DifferencesShown ? $" and {all.Length - DifferencesShown} more" : "");

    // Named from the particle file's folder: a project may be moved between stop and resume.
    private static IEnumerable<(string, string)> StackFacts(ParticleSet set)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(set.Source)) ?? "";
        int blocks = Math.Max(FewestBlocks, MostBlocks / set.StackPaths.Count);
        return set.StackPaths.Select(p => ($"the stack {Path.GetRelativePath(folder, Path.GetFullPath(p))}", FileText(p, blocks)));
    }

    private static string TableText(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists) throw new InputException(path, "the file is not there any more.", "Put it back.");
        if (file.Length > LargestHashed || Path.GetExtension(path) is ".mrcs" or ".mrc") return FileText(path, MostBlocks);
        using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        string hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes, SHA-256 {hash}");
    }

    private static string FileText(string path, int blocks)
    {
        FileInfo file = new(path);
        return file.Exists
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Length} bytes of {file.LastWriteTimeUtc:yyyy-MM-dd HH:mm:ss.fffffff}, sample {Sample(path, file.Length, blocks)}")
            : "missing";
    }

    // Time and size may be equal though the content is not: a copy that keeps times, or a file system that counts whole seconds. The whole
    // of a large stack takes minutes to read, some blocks of it spread evenly a moment.
    private static string Sample(string path, long length, int blocks)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.RandomAccess);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] block = new byte[BlockBytes];
            long last = Math.Max(0, length - BlockBytes);
            int count = (int)Math.Min(blocks, last / BlockBytes + 2);
            for (int i = 0; i < count; i++)
            {
                int n = RandomAccess.Read(file, block, last * i / Math.Max(1, count - 1));
                hash.AppendData(block, 0, n);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "Check that it is a file that you may read.", e);
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
