using System.CommandLine;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Reporting.Files;
using CryoSpin.Symmetry;

namespace CryoSpin.Cli.Verbs;

/// <summary>symmetrize: a result without symmetry onto the axes of a point group.</summary>
internal static class SymmetrizeVerb
{
    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "The output folder of a finished run." };
        Option<string> group = OptionFactory.Path("--sym", "Point group: Cn, Dn, T, O, I (= I2), I1 to I4, or auto.", "GROUP",
            required: true);
        Option<string> output = OptionFactory.Path(
            "--output", "Folder for the result [default: DIR with _GROUP].", "OUT", required: false, "-o");
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Environment.ProcessorCount, 1, 1024);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace the results in an existing OUT.");
        Option<bool> json = OptionFactory.Flag("--json", "Print one JSON object.");
        return new Verb("symmetrize", "Find a point group's axes in a map; turn map, half-maps and poses onto them and average the maps.")
        {
            Notes = ["The axes are RELION's: the highest one along z, a 2-fold one of Dn along x. The half-maps are averaged each by itself."],
            Examples = ["cryospin symmetrize result --sym D7 -o result_d7", "cryospin symmetrize result --sym auto"],
        }.With(folder, group, output, threads, overwrite, json).Does((parse, terminal) =>
        {
            string source = parse.GetRequiredValue(folder), name = parse.GetRequiredValue(group);
            bool auto = name.Equals("auto", StringComparison.OrdinalIgnoreCase);
            if (!auto) name = PointGroup.Parse(name).Name;
            OutputFolder.CheckReadable(source);
            ResultTransform result = ResultTransform.Read(source);
            if (!result.Maps.ContainsKey(RunFiles.Map)) throw new InputException(source, $"there is no {RunFiles.Map} in it.",
                "It is needed.");
            string? target = parse.GetValue(output);
            if (target is not null) RefuseExisting(target, result, parse.GetValue(overwrite));
            using WorkerTeam team = new(parse.GetValue(threads));
            Symmetrization work = new(terminal, team);
            SymmetryFrame frame = work.Find(result.Maps[RunFiles.Map], name, work.TrustedAngstrom(result));
            target ??= source.TrimEnd('/', '\\') + "_" + frame.Group.Name;
            OutputFolder written = result.OpenOutput(target, parse.GetValue(overwrite), []);
            result.Write(written, "symmetrised", map => frame.Symmetrise(map, team), pose => frame.Turn(pose));
            written.Complete();
            Symmetrization.ToFacts(frame).Add("output", "written to", target).Write(terminal.Out, parse.GetValue(json));
            return ExitCode.Done;
        });
    }

    // Before the search, not after it.
    private static void RefuseExisting(string target, ResultTransform result, bool overwrite)
    {
        if (Directory.Exists(target) && !overwrite) throw new OutputExistsException(target);
        result.RefuseOutput(target, []);
    }
}
