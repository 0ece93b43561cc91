using System.Globalization;
using System.Security.Cryptography;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>
/// What the result of a run depends on: the options that matter, the table's content, and size and time of every stack. Threads, memory
/// and folders are not in it, because the bytes do not depend on them.
/// </summary>
/// <param name="Facts">What each is, and its value.</param>
internal sealed record InputFingerprint(IReadOnlyList<(string What, string Value)> Facts)
{
    private const int DifferencesShown = 5;

    // A bare stack is its own table; it may be far too large to be read only for this.
    private const long LargestHashed = 1L << 30;

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
        return set.StackPaths.Select(p => ($"the stack {Path.GetRelativePath(folder, Path.GetFullPath(p))}", FileText(p)));
    }

    private static string TableText(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists) throw new InputException(path, "the file is not there any more.", "Put it back.");
        if (file.Length > LargestHashed || Path.GetExtension(path) is ".mrcs" or ".mrc") return FileText(path);
        using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        string hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        return string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes, SHA-256 {hash}");
    }

    private static string FileText(string path)
    {
        FileInfo file = new(path);
        return file.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} bytes of {file.LastWriteTimeUtc:yyyy-MM-dd HH:mm:ss.fffffff}")
            : "missing";
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
