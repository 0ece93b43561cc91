using CryoSpin.IO;

namespace CryoSpin.Particles;

/// <summary>What a stack is called in a particle file that is written.</summary>
/// <param name="target">The file to be written.</param>
/// <param name="source">The particle file that was read.</param>
internal sealed class StackRenaming(string target, string source)
{
    // Whoever reads the file later need not stand where this program does.
    private readonly StackPlaces _places = new(target, dataDirectory: null, ownFirst: false) { WithoutWorkingFolder = true };

    /// <summary>The name for a stack: null to keep the one it has.</summary>
    /// <param name="name">The file as the input names it.</param>
    /// <param name="found">Where it was found, or the name.</param>
    public string? Of(string name, string found)
    {
        if (File.Exists(found)) return IsHere(name, found) && Leads(name, found) ? null : Relative(found);
        // What climbs from the old file's folder means another place from the new one's.
        bool climbs = name.StartsWith("../", StringComparison.Ordinal) || name.StartsWith("./", StringComparison.Ordinal);
        return climbs ? Relative(Path.Combine(Path.GetDirectoryName(source) ?? "", name)) : null;
    }

    /// <summary>A path from the new file's folder, with slashes.</summary>
    public string Relative(string found) => RealPath.Relative(Path.GetDirectoryName(Path.GetFullPath(target)) ?? "", found);

    // RELION's names hold where it is started, which is where this program was.
    private bool IsHere(string name, string found) => File.Exists(name) && _places.Identity(name) == _places.Identity(found);

    // From the new file to this stack and to no other.
    private bool Leads(string name, string found) =>
        _places.Find(name) is [{ } only] && _places.Identity(only) == _places.Identity(found);

    /// <summary>True where the name, read from the new file, leads to another stack.</summary>
    public bool Misleads(string name, string found) =>
        File.Exists(found) && _places.Find(name) is [{ } first, ..] && _places.Identity(first) != _places.Identity(found);
}
