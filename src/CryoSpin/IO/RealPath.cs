namespace CryoSpin.IO;

/// <summary>
/// Where a path leads, as the operating system walks it: every link on the way is followed before a <c>..</c> climbs. .NET's own
/// <see cref="Path.GetFullPath(string)"/> takes <c>link/..</c> for the link's folder, and the system for the folder of what it links to.
/// </summary>
internal static class RealPath
{
    // As Linux has it.
    private const int MostLinks = 40;

    /// <summary>The path without links, absolute. What does not exist is kept as written.</summary>
    public static string Of(string path)
    {
        if (OperatingSystem.IsWindows()) return Path.GetFullPath(path);
        Stack<string> ahead = new();
        Push(ahead, Path.IsPathRooted(path) ? path : Path.Combine(Environment.CurrentDirectory, path));
        string here = "/";
        for (int links = 0; ahead.TryPop(out string? part);)
        {
            if (part == "..")
            {
                here = Path.GetDirectoryName(here) ?? "/";
                continue;
            }
            string next = Path.Combine(here, part);
            if (Target(next) is not { } target || ++links > MostLinks)
            {
                // Below what does not exist there are no links: a name of a thousand parts is not looked up a thousand times.
                if (!Path.Exists(next)) return AsWritten(next, ahead);
                here = next;
                continue;
            }
            if (Path.IsPathRooted(target)) here = "/";
            Push(ahead, target);
        }
        return here;
    }

    /// <summary>The path with its folder's links followed and its last name kept: a link to a stack may have the name that counts.</summary>
    public static string KeepingName(string path) =>
        Path.Combine(Of(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "."), Path.GetFileName(path));

    /// <summary>A relative path that holds from a folder even where the folder is reached by a link; with slashes.</summary>
    public static string Relative(string folder, string path) =>
        Path.GetRelativePath(Of(folder.Length == 0 ? "." : folder), KeepingName(path)).Replace('\\', '/');

    /// <summary>True where the last name of a path is a link.</summary>
    public static bool IsLink(string path) => Target(path) is not null;

    private static void Push(Stack<string> ahead, string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".") ahead.Push(parts[i]);
        }
    }

    private static string AsWritten(string here, Stack<string> ahead)
    {
        List<string> parts = [.. here.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        while (ahead.TryPop(out string? part))
        {
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
