using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Cli.Verbs;

/// <summary>evaluate: a finished run against a known truth.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "The output folder of a finished run." };
        Option<string> truthPoses = OptionFactory.Path("--truth-poses", "Star file with the true poses of the same images.", "T.star");
        Option<string> truthMap = OptionFactory.Path("--truth-map", "The true map, same box and pixel size.", "T.mrc");
        Option<string> symmetry = OptionFactory.Path(TruthSymmetry.Option, TruthSymmetry.Help, "GROUP");
        Option<bool> json = OptionFactory.Flag("--json", "Print one JSON object.");
        return new Verb(
            "evaluate", "Compare a run's poses and map with a known truth; the frame, the hand and the shift of the map are removed first.")
        {
            Notes =
            [
                "One of --truth-poses and --truth-map may be left out. With the poses, the map is turned as they say; "
                + "without, the rotation is searched for.",
            ],
            IsLong = true,
            Examples = ["cryospin evaluate result --truth-poses truth.star --truth-map truth.mrc"],
        }.With(folder, truthPoses, truthMap, symmetry, json).Does((parse, terminal) =>
        {
            string result = parse.GetRequiredValue(folder);
            string? star = parse.GetValue(truthPoses), map = parse.GetValue(truthMap);
            if (star is null && map is null) throw new UsageException("evaluate needs --truth-poses, --truth-map or both.");
            OutputFolder.CheckReadable(result);
            (Pose[], Pose[])? poses = star is null ? null : ReadPoses(Path.Combine(result, RunFiles.Particles), star, terminal);
            (Volume, Volume)? maps = map is null ? null : ReadMaps(Path.Combine(result, RunFiles.Map), map);
            using WorkerTeam team = new(Environment.ProcessorCount);
            PointGroup? group = TruthSymmetry.Of(parse.GetValue(symmetry), maps?.Item2, map, team);
            TruthComparison.Of(poses, maps, group).ToFacts().Write(terminal.Out, parse.GetValue(json));
            return ExitCode.Done;
        });
    }

    private static (Pose[], Pose[]) ReadPoses(string path, string truthPath, Terminal terminal)
    {
        (Pose[] estimated, Pose[] truth, int unposed) = TruthComparison.ReadPoses(path, truthPath);
        if (unposed > 0) terminal.Error.WriteLine($"warning: {path}: {Plural.Of(unposed, "particle")} without a pose {Plural.Choose(unposed, "is", "are")} left out of the comparison.");
        return (estimated, truth);
    }

    private static (Volume, Volume) ReadMaps(string path, string truthPath)
    {
        Volume truth = MapFile.Read(truthPath), map = MapFile.ReadLike(path, truth, truthPath);
        if (Math.Abs(map.PixelSizeAngstrom / truth.PixelSizeAngstrom - 1) > 1e-3)
        {
            throw new InputException(truthPath,
                FormattableString.Invariant($"the pixel size is {truth.PixelSizeAngstrom} Å, that of {path} is {map.PixelSizeAngstrom} Å."),
                "Both must be the same; correct the header or resample.");
        }
        return (map, truth);
    }
}
