using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>Makes a particle table of stacks without a star file: every image of a stack, or of the stacks that a text lists.</summary>
internal static class StackList
{
    private static readonly string[] s_stackExtensions = [".mrcs", ".mrc", ".st"];

    /// <summary>True for the name of a stack, compressed with gzip or bzip2 or not.</summary>
    public static bool IsStack(string path) =>
        s_stackExtensions.Contains(Path.GetExtension(PackedFile.InnerName(path)).ToLowerInvariant());

    /// <summary>True for the name of a list of stacks.</summary>
    public static bool IsList(string path) => Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    /// <summary>All images of a stack: its name as given, counted from 1.</summary>
    public static StarFile OfStack(string path, List<string> warnings)
    {
        MrcHeader header = MrcStackReader.ReadHeader(path);
        TomographySigns.RefuseBare(path, [(path, header)], warnings);
        return Table(path, [(path, header.Sections)]);
    }

    /// <summary>All images of the stacks that a text lists, one path per line; # starts a comment.</summary>
    /// <exception cref="InputException">The list is empty, or a stack is absent or cannot be read.</exception>
    public static StarFile OfList(string path, string? dataDirectory, List<string> warnings)
    {
        List<string> names = [];
        foreach (ReadOnlySpan<char> line in InputFile.ReadText(path).AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> name = line.Trim();
            if (!name.IsEmpty && name[0] != '#') names.Add(name.ToString());
        }
        if (names.Count == 0) throw new InputException(path, "it lists no stacks.", "Write one path per line.");
        RefuseRepeated(path, names, names);
        // What is odd about the places is told when the loader looks for the same names.
        string[] found = new StackLocator(path, dataDirectory) { OwnFolderFirst = true }.Resolve(names, require: true, []);
        RefuseRepeated(path, names, [.. found.Select(Path.GetFullPath)]);
        (string Name, MrcHeader Header)[] stacks = [.. names.Select((name, i) => (name, MrcStackReader.ReadHeader(found[i])))];
        TomographySigns.RefuseBare(path, stacks, warnings);
        return Table(path, [.. stacks.Select(s => (s.Name, s.Header.Sections))]);
    }

    // Each line may stand for millions of images: a short list of one stack again and again would fill the memory.
    private static void RefuseRepeated(string path, List<string> names, IReadOnlyList<string> files)
    {
        HashSet<string> seen = [];
        for (int i = 0; i < files.Count; i++)
        {
            if (!seen.Add(files[i])) throw new InputException(path, $"the stack {names[i]} is listed twice.", "Keep one line.");
        }
    }

    private static StarFile Table(string source, IReadOnlyList<(string Name, int Count)> stacks)
    {
        List<string> images = [];
        foreach ((string stack, int count) in stacks)
        {
            for (int i = 1; i <= count; i++) images.Add(FormattableString.Invariant($"{i:D6}@{stack}"));
        }
        StarTable particles = new("particles", isLoop: true, source);
        particles.SetColumn(ImageNames.Column, images);
        StarFile file = new(source);
        file.Add(particles);
        return file;
    }
}
