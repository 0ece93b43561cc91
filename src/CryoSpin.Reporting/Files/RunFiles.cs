namespace CryoSpin.Reporting.Files;

/// <summary>Names of the files that a run writes, and what each holds.</summary>
public static class RunFiles
{
    /// <summary>Column of particles.star and rejected.star: probability, 0 to 1, that the image shows the particle.</summary>
    public const string ProbabilityColumn = "cryospinParticleProbability";

    /// <summary>The final map.</summary>
    public const string Map = "map.mrc";

    /// <summary>First half-map, unfiltered and unmasked.</summary>
    public const string Half1 = "run_half1_class001_unfil.mrc";

    /// <summary>Second half-map.</summary>
    public const string Half2 = "run_half2_class001_unfil.mrc";

    /// <summary>The mask of the map; only where it is more than a sphere.</summary>
    public const string Mask = "mask.mrc";

    /// <summary>Poses and origins.</summary>
    public const string Particles = "particles.star";

    /// <summary>The same for cryoSPARC; written where the particles came from there.</summary>
    public const string ParticlesCryoSparc = "particles.cs";

    /// <summary>The particles that were left out, with the reason; written where there are any.</summary>
    public const string Rejected = "rejected.star";

    /// <summary>The same for cryoSPARC, without the reason; written where the particles came from there.</summary>
    public const string RejectedCryoSparc = "rejected.cs";

    /// <summary>FSC in RELION's form.</summary>
    public const string FscStar = "fsc.star";

    /// <summary>FSC in EMDB's form.</summary>
    public const string FscXml = "fsc.xml";

    /// <summary>Figures of every epoch.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>Options, version, times, status.</summary>
    public const string Run = "run.json";

    /// <summary>
    /// What run.json said before, while a run is under way: where a failing disk or a power cut spoils the one, a run goes on from the other.
    /// </summary>
    public const string RunCopy = "run.json.bak";

    /// <summary>Messages with their times.</summary>
    public const string Log = "run.log";

    /// <summary>The report.</summary>
    public const string Report = "report.html";

    /// <summary>The map that a run had when it was stopped; gone when it is complete.</summary>
    public const string UnfinishedMap = "map_unfinished.mrc";

    /// <summary>Every file of a complete run, in the order in which it is of interest, with its description.</summary>
    public static IReadOnlyList<(string Name, string Description)> All { get; } =
    [
        (Report, "this page"),
        (Map, "the map, all particles; filtered to its resolution"),
        (Half1, "half-map 1, unfiltered and unmasked"),
        (Half2, "half-map 2, unfiltered and unmasked"),
        (Mask, "the mask of map and FSC, 0 to 1"),
        (Particles, "the particles with rotation, origin and half-set (RELION 3.1)"),
        (ParticlesCryoSparc, "the same as cryoSPARC's dataset, every field of the input kept"),
        (Rejected, "the particles that were left out, with the reason"),
        (RejectedCryoSparc, "the same as cryoSPARC's dataset, every field of the input kept"),
        (FscStar, "FSC of the half-maps, as relion_postprocess writes it"),
        (FscXml, "FSC of the half-maps, masked and corrected for the mask, as EMDB takes it"),
        (Metrics, "figures of every epoch, one JSON object a line"),
        (Run, "options, version, seed, times and status"),
        (Log, "messages of the run with their times"),
    ];

    /// <summary>What a map is, for the label in its header.</summary>
    public static string ContentOf(string name) => name switch
    {
        Map => "map of all particles, filtered and masked",
        Half1 => "half-map 1, unfiltered and unmasked",
        Half2 => "half-map 2, unfiltered and unmasked",
        Mask => "mask of map and FSC, 0 to 1",
        UnfinishedMap => "map of an unfinished run",
        _ => "map",
    };

    /// <summary>The names alone.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name)];

    /// <summary>These and what a run leaves under way, or when it is stopped.</summary>
    public static IReadOnlyList<string> OfAnyRun { get; } = [.. Names, UnfinishedMap, RunCopy];
}
