using System.Xml.Linq;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>What must hold for the folder of every finished run.</summary>
internal static class ResultFolder
{
    /// <summary>The files of a run whose particles came from a star file.</summary>
    public static IEnumerable<string> OfStar => RunFiles.Names.Except([RunFiles.ParticlesCryoSparc, RunFiles.Rejected, RunFiles.RejectedCryoSparc]);

    /// <summary>The names of everything in a folder, in order.</summary>
    public static string[] NamesIn(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(f => Path.GetFileName(f)).Order()];

    /// <summary>Reads every file and compares it with the input.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="inputStar">Its particles.</param>
    /// <param name="shaped">Whether its mask is more than a sphere.</param>
    public static RunRecord Verify(string folder, string inputStar, bool shaped = true)
    {
        Assert.Equal(OfStar.Where(n => shaped || n != RunFiles.Mask).Order(), NamesIn(folder));
        ParticleSet input = ParticleSet.Load(inputStar);
        string[] maps = [RunFiles.Map, RunFiles.Half1, RunFiles.Half2, .. shaped ? (string[])[RunFiles.Mask] : []];
        foreach (string name in maps) VerifyMap(Path.Combine(folder, name), input);
        VerifyParticles(Path.Combine(folder, RunFiles.Particles), inputStar, input);
        VerifyFsc(folder, input);
        VerifyReport(folder, shaped);
        RunRecord run = JsonFormat.ParseRun(File.ReadAllText(Path.Combine(folder, RunFiles.Run)));
        Assert.Equal((RunStatus.Finished, null), (run.Status, run.Message));
        Assert.Equal((input.Count, input.BoxSize, input.PixelSizeAngstrom), (run.ParticleCount, run.BoxSize, run.PixelSizeAngstrom));
        Assert.Equal(DateTimeKind.Utc, run.StartedUtc.Kind);
        double seconds = (run.EndedUtc!.Value - run.StartedUtc).TotalSeconds;
        // A resumed run has also lain still, and been started again.
        Assert.InRange(run.PhaseTimes.Sum(p => p.Seconds), run.Resumptions == 0 ? 0.2 * seconds : 0, seconds);
        Assert.All(run.PhaseTimes, p => Assert.True(p.Seconds >= 0, p.Phase));
        // Processor time comes in ticks of the scheduler.
        Assert.All(run.PhaseTimes, p => Assert.InRange(p.ProcessorSeconds!.Value, 0, (p.Seconds + 0.1) * Environment.ProcessorCount));
        Assert.InRange(run.ResolutionAngstrom!.Value, 2 * input.PixelSizeAngstrom, input.BoxSize * input.PixelSizeAngstrom);
        VerifyMetrics(Path.Combine(folder, RunFiles.Metrics), run);
        Assert.Contains("finished", File.ReadAllLines(Path.Combine(folder, RunFiles.Log))[^1]);
        return run;
    }

    private static void VerifyMap(string path, ParticleSet input)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal(1024 + 4 * (int)Math.Pow(input.BoxSize, 3), bytes.Length);
        Assert.Equal((2, "MAP "), (BitConverter.ToInt32(bytes, 12), System.Text.Encoding.ASCII.GetString(bytes, 208, 4)));
        MrcVolume map = MrcVolumeIO.Read(path);
        Assert.Equal((input.BoxSize, input.BoxSize, input.BoxSize), (map.Nx, map.Ny, map.Nz));
        Assert.Equal(input.PixelSizeAngstrom, map.PixelSizeAngstrom, 4);
        Assert.All(map.Voxels, v => Assert.True(float.IsFinite(v)));
        Assert.True(map.Voxels.Max() > map.Voxels.Min(), path);
    }

    private static void VerifyParticles(string path, string inputStar, ParticleSet input)
    {
        ParticleSet output = ParticleSet.Load(path);
        Assert.True(output.HasPoses);
        Assert.Equal((input.Count, input.HasCtf, input.BoxSize), (output.Count, output.HasCtf, output.BoxSize));
        int[] halves = [.. Enumerable.Range(0, output.Count).Select(i => output.RandomSubset(i)!.Value)];
        Assert.Equal([1, 2], halves.Distinct().Order());
        Assert.InRange(halves.Count(h => h == 1), output.Count / 2 - 1, output.Count / 2 + 1);
        StarTable before = StarFile.Read(inputStar).Get("particles"), after = StarFile.Read(path).Get("particles");
        Assert.All(before.Columns.Except(["rlnImageName"]), name => Assert.Equal(before.GetTexts(name), after.GetTexts(name)));
        for (int i = 0; i < input.Count; i++)
        {
            Assert.Equal(input.ImageIndex(i), output.ImageIndex(i));
            Assert.Equal(Path.GetFullPath(input.ImagePath(i)), Path.GetFullPath(output.ImagePath(i)));
        }
    }

    private static void VerifyFsc(string folder, ParticleSet input)
    {
        StarTable fsc = StarFile.Read(Path.Combine(folder, RunFiles.FscStar)).Get("fsc");
        Assert.Equal(input.BoxSize / 2 + 1, fsc.RowCount);
        Assert.All(fsc.GetDoubles("rlnFourierShellCorrelationCorrected"), v => Assert.InRange(v, -1, 1));
        XElement xml = XDocument.Load(Path.Combine(folder, RunFiles.FscXml)).Root!;
        Assert.Equal("fsc", xml.Name.LocalName);
        Assert.InRange(xml.Elements("coordinate").Count(), input.BoxSize / 2 - 1, input.BoxSize / 2 + 1);
    }

    private static void VerifyMetrics(string path, RunRecord run)
    {
        MetricRecord[] metrics = [.. File.ReadAllLines(path).Select(JsonFormat.ParseMetric)];
        Assert.NotEmpty(metrics);
        Assert.Subset(run.PhaseTimes.Select(p => p.Phase).ToHashSet(), metrics.Select(m => m.Phase).ToHashSet());
        Assert.Equal(metrics.Select(m => m.ElapsedSeconds).Order(), metrics.Select(m => m.ElapsedSeconds));
        Assert.Equal(metrics.Select(m => m.ImageVisits).Order(), metrics.Select(m => m.ImageVisits));
    }

    private static void VerifyReport(string folder, bool shaped)
    {
        string html = File.ReadAllText(Path.Combine(folder, RunFiles.Report));
        XElement page = XDocument.Parse(html[(html.IndexOf('>') + 1)..]).Root!;
        string[] links = [.. page.Descendants().Attributes().Where(a => a.Name.LocalName is "href" or "src").Select(a => a.Value)];
        IEnumerable<string> files = links.Where(l => !l.StartsWith("data:", StringComparison.Ordinal));
        Assert.Equal(OfStar.Where(n => shaped || n != RunFiles.Mask).Order(), files.Append(RunFiles.Report).Distinct().Order());
        // The only address is the name of the drawings' namespace.
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", ""));
    }
}
