using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>Back-projects particles with their (weighted) poses: the closed-form volume step's sums.</summary>
internal sealed class SliceInsertion
{
    /// <summary>Most poses of one particle that are inserted.</summary>
    public const int PosesPerParticle = 4;

    private readonly ParticleStore _store;
    private readonly WorkerTeam _team;
    private readonly BandView _view;
    private readonly ImageOnDisc[] _buffers;
    private readonly SliceBatch _batch;
    private readonly (int Record, Candidate Pose, float Weight)[] _slices;

    public SliceInsertion(ParticleStore store, WorkerTeam team)
    {
        _store = store;
        _team = team;
        _view = store.View(store.Disc);
        _buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new ImageOnDisc(store.Disc, store.Box))];
        int capacity = SlicesPerBatch(store.Disc);
        _slices = new (int, Candidate, float)[capacity];
        _batch = new SliceBatch(store.Disc, capacity, team);
    }

    /// <summary>Slices made side by side and then inserted at once: more are faster, but of large images take much memory.</summary>
    public static int SlicesPerBatch(FrequencyDisc disc) => disc.PaddedCount <= 8192 ? 256 : 128;

    /// <summary>Adds all particles of a half-set to a class's sum.</summary>
    public void InsertAll(BackProjection sum, int mapClass, CandidateTable poses, int half) =>
        _store.Pass(half, chunk => Insert(sum, mapClass, poses, chunk));

    /// <summary>Adds the particles of a chunk to a class's sum, in their order, whatever the number of workers.</summary>
    public void Insert(BackProjection sum, int mapClass, CandidateTable poses, RecordChunk chunk)
    {
        Span<(Candidate Pose, float Weight)> weighted = stackalloc (Candidate, float)[PosesPerParticle];
        int n = 0;
        for (int record = 0; record < chunk.Count; record++)
        {
            int found = poses.Weights(_store.ParticleAt(chunk.First + record), weighted);
            if (n + found > _slices.Length)
            {
                Flush(sum, chunk, n);
                n = 0;
            }
            for (int c = 0; c < found; c++)
            {
                if (weighted[c].Pose.Class == mapClass) _slices[n++] = (record, weighted[c].Pose, weighted[c].Weight);
            }
        }
        Flush(sum, chunk, n);
    }

    /// <summary>Slice0 + i Slice1 = weight * ctf * data shifted by the origin; Turn0 = weight * ctf^2.</summary>
    internal static void WeightedSlice(ImageOnDisc b, in Candidate pose, float weight) => WeightedSlice(b, pose, weight, b.Slice0, b.Slice1, b.Turn0);

    private static void WeightedSlice(ImageOnDisc b, in Candidate pose, float weight, Span<float> real, Span<float> imaginary, Span<float> weights)
    {
        PhaseShift.Apply(b, pose.OriginX, pose.OriginY, real, imaginary);
        TensorPrimitives.Multiply(b.Ctf, weight, b.Turn1);
        TensorPrimitives.Multiply(real, b.Turn1, real);
        TensorPrimitives.Multiply(imaginary, b.Turn1, imaginary);
        TensorPrimitives.Multiply(b.Turn1, b.Ctf, weights);
    }

    private void Flush(BackProjection sum, RecordChunk chunk, int n)
    {
        _team.ForEach(n, (slot, w) =>
        {
            ImageOnDisc b = _buffers[w];
            (int record, Candidate pose, float weight) = _slices[slot];
            _view.Read(_store.ParticleAt(chunk.First + record), chunk[record], b.DataReal, b.DataImaginary, b.Ctf);
            _batch.SetRotation(slot, pose.Rotation);
            WeightedSlice(b, pose, weight, _batch.Real(slot), _batch.Imaginary(slot), _batch.Weight(slot));
        });
        _batch.InsertInto(sum, n);
    }
}
