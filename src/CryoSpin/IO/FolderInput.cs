using CryoSpin.Diagnostics;

namespace CryoSpin.IO;

/// <summary>What to say where a folder is given in the place of a file: which of the files in it may be meant.</summary>
public static class FolderInput
{
    private const int Named = 3;

    // In the order in which they are likely to be meant.
    private static readonly string[] s_particles = [".star", ".csg", ".cs", ".mrcs", ".st", ".txt", ".mrc", ".map"];
    private static readonly string[] s_maps = [".mrc", ".map", ".mrcs"];

    /// <summary>Refuses a folder.</summary>
    /// <param name="path">What the user gave.</param>
    /// <param name="isMap">Whether a map is wanted, and not particles.</param>
    /// <exception cref="InputException">It is a folder.</exception>
    public static void Refuse(string path, bool isMap = false)
    {
        if (!Directory.Exists(path)) return;
        string[] found = isMap ? Found(path, s_maps) : Found(path, s_particles);
        string others = found.Length < 2 ? "" : $" (there are also {string.Join(", ", found.Skip(1).Select(f => Path.GetFileName(f)))})";
        throw new InputException(
            path, "this is a folder, and a file is needed.",
            found.Length == 0 ? "Name a file." : $"Name a file in it, e.g. {found[0]}{others}.");
    }

    private static string[] Found(string folder, string[] endings)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder).Where(f => Place(f, endings) >= 0)
                    .OrderBy(f => Rank(Path.GetFileName(f))).ThenBy(f => Place(f, endings)).ThenBy(f => f, StringComparer.Ordinal).Take(Named),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may not be read has nothing to offer.
            return [];
        }
    }

    private static int Place(string file, string[] endings) => Array.IndexOf(endings, Path.GetExtension(file).ToLowerInvariant());

    /// <summary>RELION's and cryoSPARC's jobs leave many tables; those of particles have these names.</summary>
    private static int Rank(string name) =>
        name is "particles.star" or "map.mrc" ? 0
        : name.Contains("particles", StringComparison.OrdinalIgnoreCase) || name.EndsWith("_data.star", StringComparison.OrdinalIgnoreCase) ? 1 : 2;
}
