using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>What makes maps of a set of particles; sums, transform and table are as large as the box allows, and there is one of each.</summary>
/// <param name="Sums">What particles are inserted into.</param>
/// <param name="Solver">Sums to maps.</param>
/// <param name="Slicer">Maps to slices.</param>
internal sealed record MapTools(SliceSums Sums, MapSolver Solver, MapSlicer Slicer)
{
    /// <summary>For the particles of a store, in their box.</summary>
    public static MapTools For(ParticleStore store, WorkerTeam team)
    {
        MapTransform transform = new(store.Box, store.PixelSizeAngstrom, VolumeModel.Oversampling, team);
        return new MapTools(new SliceSums(store, team), new MapSolver(transform, team), new MapSlicer(transform, store.Disc.Radius));
    }

    /// <summary>The half-maps of all particles at their poses.</summary>
    public HalfMaps Solve(CandidateTable poses, VolumeMask mask)
    {
        Sums.Fill(poses);
        return Solver.Solve(Sums, 0, mask);
    }

    /// <summary>The map of all particles at their poses, filtered by what the half-maps agree on.</summary>
    /// <param name="poses">The poses.</param>
    /// <param name="halves">The half-maps.</param>
    /// <param name="ratioGain">How many times the ratio of signal to noise is what the half-sets' agreement tells of it.</param>
    public Imaging.Volume SolveJoined(CandidateTable poses, HalfMaps halves, double ratioGain = 1)
    {
        Sums.FillJoined(poses);
        return Solver.SolveJoined(Sums, 0, halves, ratioGain);
    }
}
