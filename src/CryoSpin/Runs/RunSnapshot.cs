using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Runs;

/// <summary>A candidate pose of one particle.</summary>
/// <param name="Pose">The pose.</param>
/// <param name="LogLikelihood">Its log likelihood ratio to an empty map, or minus the method's loss; NaN where the method knows none.</param>
public readonly record struct PoseCandidate(Pose Pose, double LogLikelihood);

/// <summary>What is kept of a particle that the user watches (<see cref="OutputOptions.Watched"/>).</summary>
/// <param name="Particle">Its index, from 0.</param>
/// <param name="Candidates">Its candidates at the moment, the chosen one first.</param>
public sealed record WatchedParticle(int Particle, IReadOnlyList<PoseCandidate> Candidates);

/// <summary>What every head of the encoder says of a sample of the particles.</summary>
/// <param name="Particles">Their indices, from 0.</param>
/// <param name="Rotations">[particle of the sample][head]: the head's rotation, of its turned and mirrored copies the one that fits best.</param>
/// <param name="Winners">Per particle of the sample, the head whose candidate was chosen.</param>
public sealed record HeadGuesses(IReadOnlyList<int> Particles, IReadOnlyList<Rotation[]> Rotations, IReadOnlyList<int> Winners);

/// <summary>Map and poses in the middle of a run.</summary>
public sealed record RunSnapshot
{
    /// <summary>Name of the phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Epoch or iteration of the phase, from 1; 0 at its beginning.</summary>
    public required int Epoch { get; init; }

    /// <summary>Image visits since the start of the run.</summary>
    public long ImageVisits { get; init; }

    /// <summary>Seconds of computing since the start of the run; making snapshots is not counted.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Radius, in shells, of the frequencies in use.</summary>
    public double BandShells { get; init; }

    /// <summary>The volume as the method has it.</summary>
    public required Volume Map { get; init; }

    /// <summary>Pose of each particle as last estimated; null where none has been yet.</summary>
    public required IReadOnlyList<Pose?> Poses { get; init; }

    /// <summary>The watched particles.</summary>
    public IReadOnlyList<WatchedParticle> Watched { get; init; } = [];

    /// <summary>What the heads say, in auto-encoding; null elsewhere.</summary>
    public HeadGuesses? Heads { get; init; }
}
