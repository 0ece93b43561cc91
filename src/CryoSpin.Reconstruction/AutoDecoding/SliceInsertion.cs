using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Back-projects particles with their (weighted) poses: the closed-form volume step's sums.</summary>
internal sealed class SliceInsertion
{
    private const int BatchSlices = 256;
    private const int MostCandidates = 4;
    private readonly ParticleCache _cache;
    private readonly WorkerTeam _team;
    private readonly FitBuffers[] _buffers;
    private readonly SliceBatch _batch;
    private readonly int[] _firstSlot = new int[BatchSlices + 1];

    public SliceInsertion(ParticleCache cache, FrequencyDisc disc, WorkerTeam team)
    {
        _cache = cache;
        _team = team;
        Disc = disc;
        _buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new FitBuffers(disc, cache.Box))];
        _batch = new SliceBatch(disc, BatchSlices, team);
    }

    /// <summary>Frequencies inserted.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Adds the particles to a sum; its bytes do not depend on the number of workers.</summary>
    public void Insert(BackProjection sum, PoseTable poses, int[] particles)
    {
        BandView view = _cache.View(Disc);
        Span<(PoseFit Pose, float Weight)> counted = stackalloc (PoseFit, float)[MostCandidates];
        for (int done = 0; done < particles.Length;)
        {
            int first = done, n = 0;
            for (_firstSlot[0] = 0; done < particles.Length && _firstSlot[n] + MostCandidates <= BatchSlices; done++)
            {
                _firstSlot[n + 1] = _firstSlot[n] + poses.Weights(particles[done], counted);
                n++;
            }
            _team.ForEach(n, (i, w) =>
            {
                FitBuffers b = _buffers[w];
                view.Read(particles[first + i], b);
                Span<(PoseFit Pose, float Weight)> weighted = stackalloc (PoseFit, float)[MostCandidates];
                int candidates = poses.Weights(particles[first + i], weighted);
                for (int c = 0; c < candidates; c++)
                {
                    WeightedSlice(b, weighted[c].Pose, weighted[c].Weight);
                    int slot = _firstSlot[i] + c;
                    b.Slice0.CopyTo(_batch.Real(slot));
                    b.Slice1.CopyTo(_batch.Imaginary(slot));
                    b.Turn0.CopyTo(_batch.Weight(slot));
                    _batch.SetRotation(slot, weighted[c].Pose.Rotation);
                }
            });
            _batch.InsertInto(sum, _firstSlot[n]);
        }
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
