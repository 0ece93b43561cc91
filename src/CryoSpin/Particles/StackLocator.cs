using CryoSpin.Diagnostics;
using CryoSpin.IO;

namespace CryoSpin.Particles;

/// <summary>
/// Finds image stacks on the disk, at the places of <see cref="StackPlaces"/>: where the whole name leads, or else where an end of it does,
/// which is a guess and is told. Where two places hold such a file, both are told; a guess may not make one file of two names.
/// </summary>
internal sealed class StackLocator(string sourcePath, string? dataDirectory)
{
    private const int StacksShown = 5;

    /// <summary>True to try the particle file's folder before the working directory, as a list of stacks means its names.</summary>
    public bool OwnFolderFirst { get; init; }

    /// <summary>Finds all stacks.</summary>
    /// <param name="names">As written in the particle file, each once.</param>
    /// <param name="require">False to keep the names of stacks that are not found.</param>
    /// <param name="warnings">Receives what was guessed, and what another place would answer.</param>
    /// <exception cref="InputException">
    /// Stacks, or the data folder, are missing (the message lists every path tried), or two names end at one file.
    /// </exception>
    public string[] Resolve(IReadOnlyList<string> names, bool require, List<string> warnings)
    {
        if (dataDirectory is not null && !Directory.Exists(dataDirectory))
        {
            throw new InputException(dataDirectory, "the data folder does not exist.", "Check the path.");
        }
        StackPlaces places = new(sourcePath, dataDirectory, OwnFolderFirst);
        Place?[] found = [.. names.Select(name => Find(places, name))];
        RefuseClashes(places, names, found, require, warnings);
        WarnOfGuesses(names, found, warnings);
        if (require && Array.Exists(found, f => f is null)) throw Missing(places, names, found);
        return [.. found.Select((f, s) => f?.Path ?? RelionStackName.File(names[s]))];
    }

    private Place? Find(StackPlaces places, string written)
    {
        string name = RelionStackName.File(written);
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            string shown = name.Replace("\0", "\\0", StringComparison.Ordinal);
            throw new InputException(sourcePath, $"the stack's name '{shown}' has a null character.", "The file is damaged.");
        }
        if (name.Length == 0) throw new InputException(sourcePath, "a stack's name is empty.", "Give every image as number@stack.");
        List<string> whole = places.Find(name);
        if (whole.Count > 0) return new Place(whole[0], IsGuess: false, whole.ElementAtOrDefault(1));
        List<string> guesses = places.Guess(name);
        return guesses.Count > 0 ? new Place(guesses[0], IsGuess: true, guesses.ElementAtOrDefault(1)) : null;
    }

    /// <summary>
    /// Two names may be two spellings of one path, but where one of them is not where it says, the file that was guessed for it would be
    /// taken for two stacks.
    /// </summary>
    private void RefuseClashes(
        StackPlaces places, IReadOnlyList<string> names, Place?[] found, bool require, List<string> warnings)
    {
        foreach (IGrouping<string, int> file in Enumerable.Range(0, found.Length).Where(s => found[s] is not null)
            .GroupBy(s => places.Identity(found[s]!.Path), StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            int[] guessed = [.. file.Where(s => found[s]!.IsGuess)];
            if (guessed.Length == 0)
            {
                WarnOfLinks(names, found, [.. file], warnings);
                continue;
            }
            int other = file.First(s => s != guessed[0]);
            string what = $"two names end at one file, {found[guessed[0]]!.Path}: {names[Math.Min(guessed[0], other)]} and "
                + $"{names[Math.Max(guessed[0], other)]}. There is no file at {names[guessed[0]]}.";
            if (require)
            {
                throw new InputException(
                    sourcePath, what,
                    "Put every stack where its name says, or give the folder that the names start from with --data-dir.");
            }
            warnings.Add($"{sourcePath}: {what} It counts as missing.");
            foreach (int s in guessed) found[s] = null;
        }
    }

    private void WarnOfLinks(IReadOnlyList<string> names, Place?[] found, int[] file, List<string> warnings)
    {
        if (file.Select(s => Path.GetFullPath(found[s]!.Path)).Distinct().Count() == 1) return;
        warnings.Add($"{sourcePath}: {names[file[0]]} and {names[file[1]]} are one file, {RealPath.Of(found[file[0]]!.Path)}.");
    }

    private void WarnOfGuesses(IReadOnlyList<string> names, Place?[] found, List<string> warnings)
    {
        int[] guessed = [.. Which(p => p.IsGuess)], doubtful = [.. Which(p => p.Other is not null)];
        if (guessed.Length > 0)
        {
            int s = guessed[0];
            warnings.Add(
                $"{sourcePath}: {guessed.Length} of {Plural.Of(found.Length, "stack")} {Plural.Choose(guessed.Length, "is not where its name says", "are not where their names say")}. Files whose paths end alike are "
                + $"taken, e.g. {found[s]!.Path} for {names[s]}.");
        }
        if (doubtful.Length > 0)
        {
            int s = doubtful[0];
            warnings.Add(
                $"{sourcePath}: {doubtful.Length} of {Plural.Of(found.Length, "stack")} {Plural.Choose(doubtful.Length, "is", "are")} in two places, e.g. {names[s]}: {found[s]!.Path} is taken, "
                + $"and {Path.GetFullPath(found[s]!.Other!)} has that name too.");
        }

        IEnumerable<int> Which(Func<Place, bool> has) => Enumerable.Range(0, found.Length).Where(i => found[i] is { } place && has(place));
    }

    private InputException Missing(StackPlaces places, IReadOnlyList<string> names, Place?[] found)
    {
        int[] missing = [.. Enumerable.Range(0, found.Length).Where(s => found[s] is null)];
        string more = missing.Length > StacksShown ? $" and {missing.Length - StacksShown} more" : "";
        // A byte that is no UTF-8 reads as U+FFFD, and no file can be opened by such a name.
        string remedy = Array.Exists(missing, s => names[s].Contains('\uFFFD', StringComparison.Ordinal))
            ? "A name has bytes that are not UTF-8; rename the file and correct the column."
            : "Give the folder that the paths start from with --data-dir, or put the stacks beside the particle file.";
        IEnumerable<string> shown = missing.Take(StacksShown).Select(s => $"{names[s]} (tried {Tried(names[s])})");
        return new InputException(
            sourcePath, $"{missing.Length} of {Plural.Of(found.Length, "image stack")} {Plural.Choose(missing.Length, "was", "were")} not found: {string.Join("; ", shown)}{more}.", remedy);

        string Tried(string name) =>
            string.Join(", ", places.All(RelionStackName.File(name)).Select(Path.GetFullPath).Distinct());
    }

    /// <summary>Where a stack was found.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="IsGuess">True where only an end of the name leads there.</param>
    /// <param name="Other">Another file that answers as well; null where there is none.</param>
    private sealed record Place(string Path, bool IsGuess, string? Other);
}
