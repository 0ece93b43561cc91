using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>What the published algorithm found. It has no half-sets, so that its map has no resolution of its own.</summary>
/// <param name="Map">The decoder's map, in the grey values of the input: its projections are the images' noise-free part.</param>
/// <param name="Poses">Pose of each particle, in input order.</param>
/// <param name="PhaseTimes">Seconds per phase.</param>
internal sealed record PaperOutcome(Volume Map, Pose[] Poses, IReadOnlyList<PhaseTime> PhaseTimes);
