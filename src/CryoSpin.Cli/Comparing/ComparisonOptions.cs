using CryoSpin.Cli.Running;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>What the user asked of a comparison.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>What all runs have in common; folder, method and seed are each run's own.</summary>
    public required ReconstructionOptions Common { get; init; }

    /// <summary>What box and largest shift all runs work with.</summary>
    public required WorkingImages Images { get; init; }

    /// <summary>Methods in order.</summary>
    public required IReadOnlyList<ComparedMethod> Methods { get; init; }

    /// <summary>Seeds in order.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Star file with the true poses; null for none.</summary>
    public string? TruthPoses { get; init; }

    /// <summary>The true map; null for none.</summary>
    public string? TruthMap { get; init; }

    /// <summary>Point group of the truth; null for none.</summary>
    public string? TruthSymmetry { get; init; }

    /// <summary>Whether finished runs that another version of the program made are taken as they are.</summary>
    public bool AnyVersion { get; init; }

    /// <summary>The runs in order: every seed of the first method, then the next.</summary>
    public IReadOnlyList<PlannedRun> Plan() =>
    [
        .. from method in Methods
           from seed in Seeds
           let name = Path.Combine("runs", method.FolderOf(seed))
           let options = method.AddTo(Common) with { Seed = seed, OutputDirectory = Path.Combine(Folder, name) }
           select new PlannedRun(method, seed, name, options),
    ];
}

/// <summary>One run of a comparison.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Name">Its folder, relative to the comparison's.</param>
/// <param name="Options">Its options.</param>
internal sealed record PlannedRun(ComparedMethod Method, int Seed, string Name, ReconstructionOptions Options)
{
    /// <summary>Its folder.</summary>
    public string Folder => Options.OutputDirectory;

    /// <summary>What it is called in messages.</summary>
    public string Title => $"{Method.Typed}, seed {Seed}";
}
