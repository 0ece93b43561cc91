using CryoSpin.Geometry;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>One line of a snapshot folder's index: what a snapshot is of, and the names of its files.</summary>
public sealed record SnapshotEntry
{
    /// <summary>Number of the snapshot, from 1; the files' names begin with it.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Epoch of the phase; 0 at its beginning.</summary>
    public required int Epoch { get; init; }

    /// <summary>Image visits since the start of the run.</summary>
    public long ImageVisits { get; init; }

    /// <summary>Seconds of computing since the start of the run.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Radius, in shells, of the frequencies in use.</summary>
    public double BandShells { get; init; }

    /// <summary>Lines that metrics.jsonl had when the snapshot was made: tells what a resumed run makes again.</summary>
    public int Metrics { get; init; }

    /// <summary>File of the map.</summary>
    public required string Map { get; init; }

    /// <summary>File of the poses: float32 [particle][11], the rotation row by row and the origin in angstrom; NaN for none.</summary>
    public required string Poses { get; init; }

    /// <summary>File of what the heads say: float32 [particle of the sample][head][9]; null for none.</summary>
    public string? Heads { get; init; }

    /// <summary>File of that sample: float32 [particle of the sample][2], its index and the head that won; null for none.</summary>
    public string? HeadSample { get; init; }

    /// <summary>The watched particles.</summary>
    public IReadOnlyList<WatchedEntry> Watched { get; init; } = [];

    /// <summary>Names of all its files.</summary>
    internal IEnumerable<string> Files => new[] { Map, Poses, Heads, HeadSample }.OfType<string>();
}

/// <summary>Candidates of a watched particle.</summary>
/// <param name="Particle">Its index, from 0.</param>
/// <param name="Candidates">The chosen one first.</param>
public sealed record WatchedEntry(int Particle, IReadOnlyList<CandidateEntry> Candidates);

/// <summary>One candidate.</summary>
/// <param name="Rotation">Map to image coordinates, row by row.</param>
/// <param name="OriginXAngstrom">rlnOriginXAngst.</param>
/// <param name="OriginYAngstrom">rlnOriginYAngst.</param>
/// <param name="LogLikelihood">See <see cref="PoseCandidate"/>.</param>
public sealed record CandidateEntry(IReadOnlyList<double> Rotation, double OriginXAngstrom, double OriginYAngstrom, double LogLikelihood)
{
    internal static CandidateEntry Of(PoseCandidate candidate) =>
        new(
            SnapshotFolder.Rows(candidate.Pose.Rotation), candidate.Pose.OriginXAngstrom, candidate.Pose.OriginYAngstrom,
            candidate.LogLikelihood);

    internal PoseCandidate ToCandidate() =>
        new(new Pose(SnapshotFolder.Rotation([.. Rotation]), OriginXAngstrom, OriginYAngstrom), LogLikelihood);
}
