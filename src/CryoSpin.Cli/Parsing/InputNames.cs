namespace CryoSpin.Cli.Parsing;

/// <summary>Names of input files.</summary>
internal static class InputNames
{
    /// <summary>The name without .gz or .bz2 at its end.</summary>
    public static string WithoutCompression(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".gz" or ".bz2" ? path[..^Path.GetExtension(path).Length] : path;
}
