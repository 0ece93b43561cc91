using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>How far a run's reports have come.</summary>
/// <param name="Visits">Image visits.</param>
/// <param name="Metrics">Figures recorded.</param>
/// <param name="Elapsed">Time worked, that of interrupted runs included.</param>
/// <param name="Times">Time per phase.</param>
internal sealed record RunCourse(long Visits, int Metrics, TimeSpan Elapsed, IReadOnlyList<PhaseTime> Times);
