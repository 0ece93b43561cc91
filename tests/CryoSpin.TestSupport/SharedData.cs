namespace CryoSpin.TestSupport;

/// <summary>Locates the optional folder of third-party files and golden numbers that may lie beside the checkout.</summary>
public static class SharedData
{
    /// <summary>The repository's root: the nearest folder above the test assembly that holds CryoSpin.slnx.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Full path of a file below the shared folder, whether or not it exists.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(RepositoryRoot, "..", "shared", relative);

    /// <summary>True when the file or folder is there.</summary>
    public static bool Has(string relative) => File.Exists(Path(relative)) || Directory.Exists(Path(relative));

    private static string FindRoot()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(d.FullName, "CryoSpin.slnx"))) return d.FullName;
        }
        throw new InvalidOperationException("CryoSpin.slnx was not found above the test assembly.");
    }
}
