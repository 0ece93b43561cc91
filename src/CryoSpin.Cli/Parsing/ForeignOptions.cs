using System.CommandLine;

namespace CryoSpin.Cli.Parsing;

/// <summary>Options of other programs, and what is typed here in their place.</summary>
internal static class ForeignOptions
{
    private const string Relion = "RELION", CryoSparc = "cryoSPARC", CryoDrgn = "cryoDRGN";

    private const string LeaveOut = "Leave it out: the program chooses this by itself.";
    private const string NoClasses = "Here all particles go into one map: leave it out.";
    private const string Symmetry = "Here the map is found without symmetry; 'cryospin symmetrize DIR --sym GROUP' applies it afterwards.";
    private const string NoGpu = "Here the processor does the work: leave it out. '--threads T' tells how many threads are used.";
    private const string Passes = "Leave it out: the run ends by itself when the poses no longer change.";
    private const string Mask = "Here no mask is given: it is measured, or a sphere with '--mask-diameter A'.";

    /// <summary>All of them, by name, without dashes; underscores and dashes are the same, and so are capitals and small letters.</summary>
    public static IReadOnlyDictionary<string, ForeignOption> All { get; } = new Dictionary<string, ForeignOption>(StringComparer.OrdinalIgnoreCase)
    {
        ["i"] = new(Relion, null, "Here the file stands without a name before it, e.g. 'cryospin reconstruct particles.star -o DIR'."),
        ["o"] = new(Relion, "--output"),
        ["j"] = new(Relion, "--threads"),
        ["K"] = new(Relion, null, NoClasses),
        ["sym"] = new(Relion, null, Symmetry),
        ["angpix"] = new(Relion, "--pixel-size"),
        ["particle-diameter"] = new(Relion, "--mask-diameter"),
        ["ctf"] = new(Relion, null, "Leave it out: the CTF is taken into account wherever the particle file has it."),
        ["iter"] = new(Relion, null, Passes),
        ["nr-iter"] = new(Relion, null, Passes),
        ["gpu"] = new(Relion, null, NoGpu),
        ["pool"] = new(Relion, null, LeaveOut),
        ["continue"] = new(Relion, "--resume"),
        ["random-seed"] = new(Relion, "--seed"),
        ["offset-range"] = new(Relion, "--max-shift"),
        ["offset-step"] = new(Relion, null, LeaveOut),
        ["healpix-order"] = new(Relion, null, LeaveOut),
        ["oversampling"] = new(Relion, null, LeaveOut),
        ["tau2-fudge"] = new(Relion, null, LeaveOut),
        ["pad"] = new(Relion, null, LeaveOut),
        ["norm"] = new(Relion, null, LeaveOut),
        ["grad"] = new(Relion, null, LeaveOut),
        ["denovo-3dref"] = new(Relion, null, "Leave it out: this is what reconstruct does."),
        ["ref"] = new(Relion, null, "Here the map is found from a random start: no reference is given."),
        ["ini-high"] = new(Relion, null, "Here the map is found from a random start: leave it out."),
        ["flatten-solvent"] = new(Relion, null, LeaveOut),
        ["zero-mask"] = new(Relion, null, LeaveOut),
        ["solvent-mask"] = new(Relion, null, Mask),
        ["scratch-dir"] = new(Relion, "--scratch"),
        ["preread-images"] = new(Relion, null, "Leave it out: particles are kept in memory where they fit ('--max-memory SIZE')."),
        ["dont-combine-weights-via-disc"] = new(Relion, null, LeaveOut),
        ["no-parallel-disc-io"] = new(Relion, null, LeaveOut),
        ["invert-contrast"] = new(Relion, "--invert"),
        ["abinit-K"] = new(CryoSparc, null, NoClasses),
        ["num-classes"] = new(CryoSparc, null, NoClasses),
        ["abinit-symmetry"] = new(CryoSparc, null, Symmetry),
        ["symmetry"] = new(CryoSparc, null, Symmetry),
        ["abinit-num-particles"] = new(CryoSparc, "--subset"),
        ["abinit-seed"] = new(CryoSparc, "--seed"),
        ["abinit-max-res"] = new(CryoSparc, null, LeaveOut),
        ["abinit-init-res"] = new(CryoSparc, null, LeaveOut),
        ["psize-A"] = new(CryoSparc, "--pixel-size"),
        ["bin-size-pix"] = new(CryoSparc, "--box"),
        ["compute-use-ssd"] = new(CryoSparc, "--scratch"),
        ["compute-num-gpus"] = new(CryoSparc, null, NoGpu),
        ["Apix"] = new(CryoDrgn, "--pixel-size"),
        ["ind"] = new(CryoDrgn, "--subset"),
        ["datadir"] = new(CryoDrgn, "--data-dir"),
        ["outdir"] = new(CryoDrgn, "--output"),
        ["uninvert-data"] = new(CryoDrgn, "--invert"),
        ["num-epochs"] = new(CryoDrgn, null, Passes),
        ["multigpu"] = new(CryoDrgn, null, NoGpu),
    };

    /// <summary>What to type in place of another program's option; null where it is none, or the command has nothing of the kind.</summary>
    /// <param name="typed">The option as typed.</param>
    /// <param name="command">The command after which it stands.</param>
    public static string? Answer(string typed, Command command)
    {
        if (command is RootCommand || !All.TryGetValue(typed.TrimStart('-').Replace('_', '-'), out ForeignOption? foreign)) return null;
        string whose = $"It is an option of {foreign.Program}. ";
        if (foreign.Own is null) return whose + foreign.Advice;
        Option? own = command.Options.FirstOrDefault(o => o.Name == foreign.Own);
        return own is null ? null : $"{whose}Here it is called '{own.Name}{(own.HelpName is { Length: > 0 } unit ? " " + unit : "")}'.";
    }
}

/// <summary>An option of another program.</summary>
/// <param name="Program">The program.</param>
/// <param name="Own">The option that has the same meaning here; null where there is none.</param>
/// <param name="Advice">What to do where there is none.</param>
internal sealed record ForeignOption(string Program, string? Own, string? Advice = null);
