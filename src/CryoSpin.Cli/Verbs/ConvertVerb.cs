using System.CommandLine;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;

namespace CryoSpin.Cli.Verbs;

/// <summary>convert: particles from one program's files to another's.</summary>
internal static class ConvertVerb
{
    public static Command Create()
    {
        Argument<string[]> files = new("IN")
        {
            Description = "Particles (.star, .cs, .csg, a stack or a list of stacks); with them cryoDRGN's pose.pkl and ctf.pkl, whose "
                + "values then count, or further .cs files of the same particles.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = OptionFactory.Path("--output", "Particles as .star (RELION 3.1) or .cs (cryoSPARC).", "OUT", false, "-o");
        Option<string> poses = OptionFactory.Path("--poses", "Also write the poses for cryoDRGN.", "POSE.pkl");
        Option<string> ctf = OptionFactory.Path("--ctf", "Also write the CTFs for cryoDRGN.", "CTF.pkl");
        ParticleInput input = new();
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace existing files.");
        return new Verb("convert", "Turn particles of RELION, cryoSPARC or cryoDRGN into another program's files.")
        {
            Notes =
            [
                "The end of a name says what it is. Images are not copied or changed, and need not be there if the file tells their size; "
                + "RELION reads stacks only when they are called .mrcs. Importing into each program: docs/guide/exchange.md.",
            ],
            Examples =
            [
                "cryospin convert J42/cryosparc_P3_J42_particles.cs -o particles.star",
                "cryospin convert result/particles.star -o particles.cs --poses pose.pkl --ctf ctf.pkl",
                "cryospin convert images.mrcs pose.pkl ctf.pkl -o particles.star",
            ],
        }.With([files, output, poses, ctf, .. input.Options, overwrite]).Does((parse, terminal) =>
        {
            ParticleConversion conversion = new(parse.GetRequiredValue(files), input.Read(parse, requireImages: false))
            {
                Output = parse.GetValue(output),
                Poses = parse.GetValue(poses),
                Ctf = parse.GetValue(ctf),
            };
            conversion.Check(parse.GetValue(overwrite));
            conversion.Run(terminal);
            return ExitCode.Done;
        });
    }
}
