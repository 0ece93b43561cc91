using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Library;

/// <summary>What is in the packages, and that a program of somebody else's can use them as the guide says.</summary>
public sealed partial class PackageTests(PackedLibraries packed) : IClassFixture<PackedLibraries>
{
    private static readonly string s_version =
        typeof(ReconstructionRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string Guide => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "guide", "library.md")).Replace("\r\n", "\n");

    [Fact]
    public void There_are_two_packages()
    {
        Assert.Equal([$"CryoSpin.{s_version}.nupkg", $"CryoSpin.Reconstruction.{s_version}.nupkg"], packed.Packages.Order());
        string[] others = ["CryoSpin.Cli", "CryoSpin.Reporting"];
        Assert.All(others, o => Assert.Equal(
            "false", XDocument.Load(Path.Combine(SharedData.RepositoryRoot, "src", o, o + ".csproj")).Descendants("IsPackable").Single().Value));
    }

    [Theory]
    [InlineData("CryoSpin")]
    [InlineData("CryoSpin.Reconstruction")]
    public void A_package_holds_one_library_its_documentation_and_the_readme(string name)
    {
        string package = $"{name}.{s_version}.nupkg";
        Assert.Equal([$"{name}.nuspec", "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"], packed.Files(package));
        Assert.Equal(Guide, packed.Text(package, "README.md").Replace("\r\n", "\n"));
        string member = name == "CryoSpin" ? "T:CryoSpin.Imaging.Volume" : "T:CryoSpin.Reconstruction.ReconstructionRun";
        Assert.Contains($"<member name=\"{member}\">", packed.Text(package, $"lib/net10.0/{name}.xml"));
    }

    [Theory]
    [InlineData("CryoSpin")]
    [InlineData("CryoSpin.Reconstruction")]
    public void A_package_says_what_it_is_and_under_which_licence(string name)
    {
        XElement metadata = packed.Metadata($"{name}.{s_version}.nupkg");
        string Value(string element) => metadata.Elements().Single(e => e.Name.LocalName == element).Value;
        Assert.Equal((name, s_version, "MIT", "README.md"), (Value("id"), Value("version"), Value("license"), Value("readme")));
        Assert.InRange(Value("description").Length, 80, 400);
        Assert.Contains("cryo-em", Value("tags").Split(' '));
        Assert.NotEqual("", Value("authors"));
    }

    [Fact]
    public void The_packages_need_no_more_than_the_design_allows_and_each_other_in_the_same_version()
    {
        Assert.Equal(
            ["K4os.Compression.LZ4", "SharpZipLib", "System.Numerics.Tensors"], Dependencies("CryoSpin").Select(d => d.Attribute("id")!.Value));
        XElement only = Assert.Single(Dependencies("CryoSpin.Reconstruction"));
        Assert.Equal(("CryoSpin", $"[{s_version}]"), (only.Attribute("id")!.Value, only.Attribute("version")!.Value));

        XElement[] Dependencies(string name) =>
            [.. packed.Metadata($"{name}.{s_version}.nupkg").Descendants().Where(e => e.Name.LocalName == "dependency")];
    }

    [Fact]
    public void The_guides_program_builds_with_the_packages_and_reconstructs()
    {
        string folder = Directory.CreateDirectory(Path.Combine(packed.Path, "example")).FullName;
        // Stops the search for the files of a repository around the folder of temporary files.
        foreach (string file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
        {
            File.WriteAllText(Path.Combine(folder, file), "<Project />");
        }
        File.WriteAllText(Path.Combine(folder, "example.csproj"), Project());
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Example().Match(Guide).Groups[1].Value);
        PackedLibraries.Dotnet(folder, "build", "-c", "Release", "--nologo", "-v", "q", "-nodeReuse:false", "-o", "out");
        string[] before = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        string output = PackedLibraries.Dotnet(folder, Path.Combine("out", "example.dll"));
        Assert.Equal(before.Order(), Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order());
        Assert.InRange(Number(Resolution().Match(output)), 12, 20);
        Assert.InRange(Number(Error().Match(output)), 0, 10);
        Assert.Contains("Memory: about", output);
    }

    /// <summary>The project that the guide's commands make. The packages of others come from where this build has them: no network is needed.</summary>
    private string Project()
    {
        string others = PackedLibraries.Dotnet(packed.Path, "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim();
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <UseAppHost>false</UseAppHost>
                <RestoreSources>{packed.Feed}</RestoreSources>
                <RestorePackagesPath>{Path.Combine(packed.Path, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{others}</RestoreFallbackFolders>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <TieredPGO>false</TieredPGO>
                <TieredCompilationQuickJitForLoops>false</TieredCompilationQuickJitForLoops>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="CryoSpin.Reconstruction" Version="{s_version}" />
              </ItemGroup>
            </Project>
            """;
    }

    private static double Number(Match match)
    {
        Assert.True(match.Success);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"Resolution: ([\d.]+) Å")]
    private static partial Regex Resolution();

    [GeneratedRegex(@"Median error of the rotations: ([\d.]+) degrees")]
    private static partial Regex Error();
}
