using System.Text;
using CryoSpin.Cli.Display;
using CryoSpin.IO;
using CryoSpin.Reporting.Comparison;

namespace CryoSpin.Cli.Comparing;

/// <summary>The files of a comparison's folder that are made anew after every run.</summary>
internal static class ComparisonFiles
{
    /// <summary>The figures as JSON.</summary>
    public const string Json = "comparison.json";

    /// <summary>Writes them.</summary>
    public static void Write(string folder, ComparisonInput input) =>
        AtomicFile.Write(Path.Combine(folder, Json), stream => stream.Write(Encoding.UTF8.GetBytes(Facts(input).ToJson() + "\n")));

    private static FactSheet Facts(ComparisonInput input) => new FactSheet()
        .Add("version", null, input.Version)
        .Add("command", null, input.Command)
        .Add("dataset", null, input.Dataset)
        .Add("particles", null, input.ParticleCount)
        .Add("boxPixels", null, input.BoxSize)
        .Add("pixelSizeAngstrom", null, input.PixelSizeAngstrom)
        .Add("remarks", null, input.Remarks)
        .Add("runs", null, input.Runs.Select(Facts).ToList());

    private static FactSheet Facts(ComparedRun run) => new FactSheet()
        .Add("method", null, run.Method)
        .Add("seed", null, run.Seed)
        .Add("status", null, run.Status.ToString().ToLowerInvariant())
        .Add("message", null, run.Message)
        .Add("folder", null, run.Folder)
        .Add("meanRotationErrorDegrees", null, run.MeanRotationErrorDegrees)
        .Add("medianRotationErrorDegrees", null, run.MedianRotationErrorDegrees)
        .Add("within10Degrees", null, run.ShareWithin10Degrees)
        .Add("medianShiftErrorAngstrom", null, run.MedianShiftErrorAngstrom)
        .Add("fsc05Angstrom", null, run.TruthFsc?.ResolutionAngstrom(0.5))
        .Add("halfMapResolutionAngstrom", null, run.HalfMapResolutionAngstrom)
        .Add("seconds", null, run.Seconds)
        .Add("peakMemoryBytes", null, run.PeakMemoryBytes)
        .Add("parameters", null, run.Parameters)
        .Add("fsc", null, run.TruthFsc?.Values.ToArray())
        .Add("course", null, run.Course.Select(Facts).ToList());

    private static FactSheet Facts(ScoredSnapshot s) => new FactSheet()
        .Add("phase", null, s.Phase)
        .Add("epoch", null, s.Epoch)
        .Add("imageVisits", null, s.ImageVisits)
        .Add("elapsedSeconds", null, s.ElapsedSeconds)
        .Add("fsc05Angstrom", null, s.ResolutionAngstrom)
        .Add("meanRotationErrorDegrees", null, s.MeanRotationErrorDegrees)
        .Add("medianRotationErrorDegrees", null, s.MedianRotationErrorDegrees)
        .Add("within30Degrees", null, s.ShareWithin30Degrees);
}
