using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Library;

/// <summary>The packages of both libraries, made of what has been built, in a folder that is removed at the end.</summary>
public sealed class PackedLibraries : IDisposable
{
    private static readonly string s_configuration = typeof(PackedLibraries).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    public PackedLibraries()
    {
        foreach (string project in (string[])["CryoSpin", "CryoSpin.Reconstruction"])
        {
            string source = System.IO.Path.Combine(SharedData.RepositoryRoot, "src", project);
            Dotnet(source, "pack", "-c", s_configuration, "--no-build", "--nologo", "-v", "q", "-o", Feed);
        }
    }

    /// <summary>The whole folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("cryospin-packages-test").FullName;

    /// <summary>Where the packages are.</summary>
    public string Feed => System.IO.Path.Combine(Path, "feed");

    public string[] Packages => [.. Directory.GetFiles(Feed).Select(f => System.IO.Path.GetFileName(f)!).Order()];

    /// <summary>The files that somebody put into a package.</summary>
    public string[] Files(string package)
    {
        using ZipArchive archive = Open(package);
        return
        [
            .. archive.Entries.Select(e => e.FullName)
                .Where(n => !n.StartsWith("_rels/", StringComparison.Ordinal) && !n.StartsWith("package/", StringComparison.Ordinal) && n != "[Content_Types].xml")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>A file of a package.</summary>
    public string Text(string package, string file)
    {
        using ZipArchive archive = Open(package);
        using StreamReader reader = new(archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>A package's metadata.</summary>
    public XElement Metadata(string package) =>
        XDocument.Parse(Text(package, package[..package.IndexOf(".0.", StringComparison.Ordinal)] + ".nuspec")).Root!.Elements().Single();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Runs the SDK, and fails with what it said where it fails.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public static string Dotnet(string folder, params string[] args)
    {
        ProcessStartInfo start = new("dotnet", args) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // A build server left behind would hold the folder, and what the test runner set is not meant for another build.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (string name in (string[])["MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH"]) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', args)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
        return output;
    }

    private ZipArchive Open(string package) => ZipFile.OpenRead(System.IO.Path.Combine(Feed, package));
}
