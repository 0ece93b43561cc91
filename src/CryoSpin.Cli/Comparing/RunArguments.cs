using System.Globalization;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>The words of a reconstruct command.</summary>
internal static class RunArguments
{
    /// <summary>Those that start a run with these options.</summary>
    /// <param name="o">The options.</param>
    /// <param name="set">Its particles.</param>
    public static IReadOnlyList<string> Start(ReconstructionOptions o, ParticleSet set)
    {
        List<string> words = ["reconstruct", .. Option("--output", o.OutputDirectory), .. Option("--method", o.Method)];
        words.AddRange(Option("--seed", o.Seed));
        if (ReconstructionMethod.Find(o.Method) is { HasHeads: true }) words.AddRange(Option("--heads", o.Heads));
        words.AddRange(Option("--encoder-steps", o.EncoderSteps));
        words.AddRange(Option("--volume", o.Volume?.ToString().ToLowerInvariant()));
        words.AddRange(Option("--copies", o.ImageCopies));
        words.AddRange(WorkingImages.Words(o, set));
        words.AddRange(Option("--mask-diameter", o.MaskDiameterAngstrom));
        words.AddRange(Option("--data-dir", o.DataDirectory));
        words.AddRange(Option("--subset", o.Subset));
        words.AddRange(Option("--pixel-size", o.PixelSizeAngstrom));
        foreach (string file in o.Passthrough) words.AddRange(Option("--passthrough", file));
        words.AddRange(Option("--invert", o.Invert?.ToString().ToLowerInvariant()));
        if (o.KeepAll) words.Add("--keep-all");
        if (o.Snapshots) words.Add("--snapshots");
        if (o.Watched.Count > 0) words.AddRange(Option("--watch", string.Join(',', o.Watched.Select(i => i + 1))));
        if (o.Overwrite) words.Add("--overwrite");
        words.AddRange(Changeable(o));
        // After the dashes: the name may begin with one.
        return [.. words, "--", o.ParticlesPath];
    }

    /// <summary>Those that go on with an interrupted run.</summary>
    public static IReadOnlyList<string> Resume(ReconstructionOptions o) =>
        ["reconstruct", .. Option("--resume", o.OutputDirectory), .. Changeable(o)];

    private static IEnumerable<string> Changeable(ReconstructionOptions o)
    {
        IEnumerable<string> words = [.. Option("--threads", o.Threads), .. Option("--max-memory", o.MaxMemoryBytes)];
        return o.QuickValidation ? words.Append("--quick-validation") : words;
    }

    // One word each, so that a value that begins with a dash stays a value.
    private static IEnumerable<string> Option(string name, object? value) =>
        value is null ? [] : [$"{name}={System.Convert.ToString(value, CultureInfo.InvariantCulture)}"];
}
