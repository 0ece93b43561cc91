namespace CryoSpin.Particles;

/// <summary>
/// RELION takes a file for a stack only where its name ends in .mrcs, or in .mrc:mrcs, which means the file .mrc read as a stack.
/// cryoSPARC's stacks are called .mrc.
/// </summary>
internal static class RelionStackName
{
    private const string Format = ":mrcs";

    /// <summary>The file that a name in a star file means.</summary>
    public static string File(string name) => name.EndsWith(Format, StringComparison.Ordinal) ? name[..^Format.Length] : name;

    /// <summary>The name by which RELION reads a file as a stack.</summary>
    public static string Of(string file) => file.EndsWith(".mrc", StringComparison.OrdinalIgnoreCase) ? file + Format : file;
}
