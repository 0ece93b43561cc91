using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Star;

/// <summary>
/// A STAR file as RELION writes it (2.x, 3.0, 3.1 and later): blocks in file order, each a loop with one row per line or a list of
/// single values. Comments are not kept. See Hall, J. Chem. Inf. Comput. Sci. 31, 326-333 (1991) and RELION's documentation.
/// </summary>
public sealed class StarFile
{
    private readonly List<StarTable> _tables = [];

    /// <summary>Makes a file without tables.</summary>
    /// <param name="source">The file's name, for messages.</param>
    public StarFile(string source = "star file") => Source = source;

    /// <summary>The file's name, for messages.</summary>
    public string Source { get; }

    /// <summary>The tables in file order.</summary>
    public IReadOnlyList<StarTable> Tables => _tables;

    /// <summary>What was skipped while it was read, as complete sentences that name the file.</summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file cannot be read or is not STAR.</exception>
    public static StarFile Read(string path) => Parse(InputFile.ReadText(path), path);

    /// <summary>Reads a text.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="InputException">The text is not STAR.</exception>
    public static StarFile Parse(string text, string source = "star file")
    {
        ArgumentNullException.ThrowIfNull(text);
        return new StarParser(text, source).Parse();
    }

    /// <summary>The first table of a name (without <c>data_</c>), or null.</summary>
    public StarTable? Find(string name) => _tables.Find(t => t.Name == name);

    /// <summary>The first table of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public StarTable Get(string name) =>
        Find(name) ?? throw new InputException(
            Source, $"there is no block data_{name}.", $"The file has {string.Join(", ", _tables.Select(t => "data_" + t.Name))}.");

    /// <summary>Appends a table.</summary>
    public void Add(StarTable table) => _tables.Add(table);

    /// <summary>Writes the file in RELION 3.1's manner; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="align">Pads cells so that columns stand below each other.</param>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public void Write(string path, bool align = true) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, bufferSize: 1 << 16, leaveOpen: true) { NewLine = "\n" };
        Write(writer, align);
    });

    /// <summary>Writes the file to a text writer.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="align">Pads cells so that columns stand below each other.</param>
    public void Write(TextWriter writer, bool align = true)
    {
        foreach (StarTable table in _tables) StarFormatter.Write(writer, table, align);
    }
}
