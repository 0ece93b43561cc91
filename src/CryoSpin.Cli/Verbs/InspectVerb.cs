using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Inspection;
using CryoSpin.Cli.Parsing;
using CryoSpin.Diagnostics;
using CryoSpin.IO;

namespace CryoSpin.Cli.Verbs;

/// <summary>inspect: says what a file holds.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        Argument<string> file = new("FILE")
        {
            Description = "A star file, cryoSPARC particles (.cs, .csg), a list of stacks (.txt), or a map or stack in MRC "
                + "format (.mrc, .mrcs, .map, gzipped ones too).",
        };
        ParticleInput input = new();
        Option<bool> json = OptionFactory.Flag("--json", "Print one JSON object.");
        return new Verb("inspect", "Say what a star file, a map or a stack holds, and whether its images are found.")
        {
            Examples = ["cryospin inspect particles.star", "cryospin inspect map.mrc --json"],
        }.With([file, .. input.Options, json]).Does((parse, terminal) =>
        {
            string path = parse.GetRequiredValue(file);
            FolderInput.Refuse(path);
            if (!File.Exists(path)) throw new InputException(path, "there is no such file.", "Check the path.");
            bool table = Path.GetExtension(path).ToLowerInvariant() is ".star" or ".txt" or ".cs" or ".csg";
            FactSheet sheet = table ? StarInspection.Read(path, input.Read(parse, requireImages: false)) : MrcInspection.Read(path);
            sheet.Write(terminal.Out, parse.GetValue(json));
            return ExitCode.Done;
        });
    }
}
