using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>The checkpoints in a run's folder: numbered, the newest and the one before it.</summary>
public static class CheckpointFolder
{
    private const string Prefix = "checkpoint-";
    private const string Suffix = ".bin";
    private const int Kept = 2;

    /// <summary>Removes all checkpoints, and what an interrupted writer left of one.</summary>
    /// <param name="folder">The run's folder; need not exist.</param>
    /// <exception cref="IOException">One cannot be removed.</exception>
    public static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach ((_, string path) in List(folder)) File.Delete(path);
        RemoveUnfinished(folder);
    }

    /// <summary>Whether there is any.</summary>
    /// <param name="folder">The run's folder; need not exist.</param>
    public static bool HasAny(string folder) => Directory.Exists(folder) && List(folder).Count > 0;

    /// <summary>The map of the newest checkpoint that is whole, in the box in which its stage works; null where there is none.</summary>
    /// <param name="folder">The run's folder; need not exist.</param>
    public static Volume? NewestMap(string folder) =>
        Directory.Exists(folder) && Newest(folder, _ => { }) is (_, var state) ? state.BestMap : null;

    /// <summary>The newest checkpoint that is whole, and its number; null where there is none.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="log">Receives why others were passed over.</param>
    /// <param name="check">Refuses what cannot be of the run, by a <see cref="CheckpointFormatException"/>; null: nothing.</param>
    internal static (InputFingerprint Input, RunState State)? Newest(string folder, Action<string> log, Action<InputFingerprint, RunState>? check = null)
    {
        foreach ((_, string path) in List(folder).OrderByDescending(c => c.Number))
        {
            try
            {
                (InputFingerprint input, RunState state) = CheckpointFile.Read(path);
                check?.Invoke(input, state);
                return (input, state);
            }
            catch (Exception e) when (e is CheckpointFormatException or IOException or UnauthorizedAccessException)
            {
                log($"warning: {path} cannot be used ({e.Message}); looking for an older one.");
            }
        }
        return null;
    }

    /// <summary>Writes the next checkpoint, then removes all but the one before it.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="CryoSpinException">The folder cannot be written.</exception>
    internal static void Write(string folder, InputFingerprint input, RunState state)
    {
        List<(int Number, string Path)> old = List(folder);
        int number = old.Count == 0 ? 1 : old.Max(c => c.Number) + 1;
        CheckpointFile.Write(PathOf(folder, number), input, state);
        foreach ((_, string path) in old.OrderByDescending(c => c.Number).Skip(Kept - 1)) File.Delete(path);
    }

    /// <summary>Removes what a writer that was killed left.</summary>
    internal static void RemoveUnfinished(string folder)
    {
        foreach (string path in Directory.GetFiles(folder, $".{Prefix}*{Suffix}.*.tmp")) File.Delete(path);
    }

    private static string PathOf(string folder, int number) =>
        Path.Combine(folder, Prefix + number.ToString("D4", CultureInfo.InvariantCulture) + Suffix);

    private static List<(int Number, string Path)> List(string folder)
    {
        List<(int, string)> found = [];
        foreach (string path in Directory.GetFiles(folder, Prefix + "*" + Suffix))
        {
            string digits = Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) found.Add((number, path));
        }
        return found;
    }
}
