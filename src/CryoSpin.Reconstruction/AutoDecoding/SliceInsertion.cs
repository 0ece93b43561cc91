using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Back-projects particles with their (weighted) poses: the closed-form volume step's sums.</summary>
internal sealed class SliceInsertion
{
    private readonly ParticleCache _cache;
    private readonly WorkerTeam _team;
    private readonly FitBuffers[] _buffers;
    private readonly BackProjection[] _extra;

    public SliceInsertion(ParticleCache cache, FrequencyDisc disc, WorkerTeam team)
    {
        _cache = cache;
        _team = team;
        Disc = disc;
        _buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new FitBuffers(disc, cache.Box))];
        _extra = [.. Enumerable.Range(1, team.Workers - 1).Select(_ => new BackProjection(disc.Radius, VolumeModel.Oversampling))];
    }

    /// <summary>Frequencies inserted.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Adds the particles to a sum.</summary>
    public void Insert(BackProjection sum, PoseTable poses, int[] particles)
    {
        BandView view = _cache.View(Disc);
        _team.ForBlocks(particles.Length, (i, w) =>
        {
            FitBuffers b = _buffers[w];
            view.Read(particles[i], b);
            Span<(PoseFit Pose, float Weight)> weighted = stackalloc (PoseFit, float)[4];
            int n = poses.Weights(particles[i], weighted);
            for (int c = 0; c < n; c++)
            {
                WeightedSlice(b, weighted[c].Pose, weighted[c].Weight);
                (w == 0 ? sum : _extra[w - 1]).Insert(Disc, weighted[c].Pose.Rotation, b.Slice0, b.Slice1, b.Turn0);
            }
        });
        foreach (BackProjection extra in _extra) sum.Absorb(extra, _team);
    }

    /// <summary>Slice0 + i Slice1 = weight * ctf * data shifted by the origin; Turn0 = weight * ctf^2.</summary>
    internal static void WeightedSlice(FitBuffers b, in PoseFit pose, float weight)
    {
        PhaseShift.Apply(b, pose.OriginX, pose.OriginY, b.Slice0, b.Slice1);
        TensorPrimitives.Multiply(b.Ctf, weight, b.Turn1);
        TensorPrimitives.Multiply(b.Slice0, b.Turn1, b.Slice0);
        TensorPrimitives.Multiply(b.Slice1, b.Turn1, b.Slice1);
        TensorPrimitives.Multiply(b.Turn1, b.Ctf, b.Turn0);
    }
}
