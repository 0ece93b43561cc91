using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;

namespace CryoSpin.Particles;

/// <summary>
/// Some of the particles of a file: the first N, or those whose indices, from 0, a file lists - a text with one index per line (# starts
/// a comment), or a one-dimensional array of integers as .npy or pickle (cryoDRGN's .pkl).
/// </summary>
public sealed class ParticleSubset
{
    private readonly string? _path;
    private readonly int _first;

    private readonly ParticleSubset? _from;
    private readonly HashSet<int>? _leftOut;

    private ParticleSubset(string? path, int first) => (_path, _first) = (path, first);

    private ParticleSubset(ParticleSubset? from, HashSet<int> leftOut) => (_from, _leftOut) = (from, leftOut);

    /// <summary>The first particles.</summary>
    /// <param name="count">How many, at least 1.</param>
    public static ParticleSubset First(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new ParticleSubset(null, count);
    }

    /// <summary>The particles that a file of indices lists, in its order.</summary>
    /// <param name="path">A text, .npy or .pkl file; read when particles are loaded.</param>
    public static ParticleSubset FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ParticleSubset(path, 0);
    }

    /// <summary>All particles, or those of another subset, but for some.</summary>
    /// <param name="from">The other subset; null for all particles.</param>
    /// <param name="leftOut">Places, from 0, among those.</param>
    public static ParticleSubset Without(ParticleSubset? from, IEnumerable<int> leftOut) => new(from, [.. leftOut]);

    /// <summary>Reads what a user typed: a whole number above 0 is a count, anything else, and any existing file, is a path.</summary>
    public static ParticleSubset Parse(string text) =>
        !System.IO.File.Exists(text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? First(count)
            : FromFile(text);

    /// <summary>The file of indices; null where there is none.</summary>
    internal string? File => _path ?? _from?.File;

    private bool MayBeCount => int.TryParse(_path, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>The count or the path, as the user would type it.</summary>
    public override string ToString() => _leftOut is { } left
        ? string.Create(CultureInfo.InvariantCulture, $"{_from?.ToString() ?? "all"} but {left.Count}")
        : _path ?? _first.ToString(CultureInfo.InvariantCulture);

    /// <summary>The rows to take.</summary>
    /// <param name="count">Number of particles in the file.</param>
    /// <param name="source">The particle file, for messages.</param>
    /// <param name="warnings">Receives what is odd.</param>
    /// <exception cref="InputException">The file of indices cannot be read, is empty, or has an index twice or out of range.</exception>
    internal int[] Rows(int count, string source, List<string> warnings)
    {
        if (_leftOut is not null)
        {
            int[] all = _from?.Rows(count, source, warnings) ?? [.. Enumerable.Range(0, count)];
            return [.. all.Where((_, place) => !_leftOut.Contains(place))];
        }
        if (_path is null)
        {
            if (_first > count) warnings.Add($"{source}: the first {_first} particles were asked for, but there {Plural.Choose(count, "is", "are")} {count}.");
            return [.. Enumerable.Range(0, Math.Min(_first, count))];
        }
        if (MayBeCount) warnings.Add($"{source}: --subset {_path} is taken for the file of that name, not for a number of particles.");
        (long Index, int Place)[] entries = ReadFile(_path);
        if (entries.Length == 0) throw new InputException(_path, "it lists no particles.", "Give one index per line, from 0.");
        bool[] taken = new bool[count];
        int[] rows = new int[entries.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            (long index, int place) = entries[i];
            if (index < 0 || index >= count)
            {
                throw new InputException(
                    Where(_path, place), $"index {index} is not among the {Plural.Of(count, "particle")} of {source}.",
                    count == 1 ? "The only index is 0." : $"Indices count from 0 to {count - 1}.");
            }
            if (taken[index]) throw new InputException(Where(_path, place), $"index {index} is listed twice.", "List each particle once.");
            taken[index] = true;
            rows[i] = (int)index;
        }
        return rows;
    }

    private static string Where(string path, int place) => string.Create(CultureInfo.InvariantCulture, $"{path}, entry {place}");

    private static TypedArray ReadArray(string path) => Path.GetExtension(path).ToLowerInvariant() == ".npy"
        ? NpyReader.ReadArray(path)
        : PickleReader.ReadArrays(path) is [var single]
            ? single
            : throw new InputException(path, "it does not hold one array.", "cryoDRGN's selections are one array of indices.");

    private static IEnumerable<long> ReadIntegers(string path)
    {
        TypedArray array = ReadArray(path);
        if (array.Element.Kind is not ('i' or 'u'))
        {
            throw new InputException(
                path, "the values are not integers.", "Save indices, e.g. numpy.save(name, i.astype('i8')); of a mask: numpy.flatnonzero.");
        }
        if (array.Shape.Count != 1)
        {
            throw new InputException(path, $"the array has {array.Shape.Count} dimensions.", "Save a one-dimensional array of indices.");
        }
        // Exact: no file has 2^53 particles.
        return Enumerable.Range(0, array.Count).Select(i => (long)array.GetDouble(i));
    }

    private static (long Index, int Place)[] ReadFile(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".npy" or ".pkl" or ".pickle")
        {
            return [.. ReadIntegers(path).Select((value, i) => (value, i + 1))];
        }
        List<(long, int)> entries = [];
        foreach (ReadOnlySpan<char> line in InputFile.ReadText(path).AsSpan().EnumerateLines())
        {
            int comment = line.IndexOf('#');
            ReadOnlySpan<char> text = (comment < 0 ? line : line[..comment]).Trim();
            if (text.IsEmpty) continue;
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long index))
            {
                string shown = text[..Math.Min(40, text.Length)].ToString();
                throw new InputException(
                    Where(path, entries.Count + 1), $"'{shown}' is not a whole number.",
                    "Give one index per line, from 0, or a one-dimensional array of integers as .npy or .pkl.");
            }
            entries.Add((index, entries.Count + 1));
        }
        return [.. entries];
    }
}
