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
    private readonly ImageOnDisc[] _images;
    private readonly SliceBatch _batch;
    private readonly (int Record, Candidate Pose, float Weight)[] _slices;

    public SliceInsertion(ParticleStore store, WorkerTeam team)
    {
        _store = store;
        _team = team;
        _view = store.View(store.Disc);
        _images = ImageOnDisc.PerWorker(store.Disc, store.Box, team.Workers);
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

    /// <summary>What an image adds to a map at a pose: real + i imaginary = weight * ctf * image shifted by the origin; weights = weight * ctf^2.</summary>
    internal static void WeightedSlice(ImageOnDisc image, in Candidate pose, float weight, Span<float> real, Span<float> imaginary, Span<float> weights)
    {
        PhaseShift.Apply(image, pose.OriginX, pose.OriginY, real, imaginary);
        TensorPrimitives.Multiply(image.Ctf, weight, weights);
        TensorPrimitives.Multiply(real, weights, real);
        TensorPrimitives.Multiply(imaginary, weights, imaginary);
        TensorPrimitives.Multiply(weights, image.Ctf, weights);
    }

    private void Flush(BackProjection sum, RecordChunk chunk, int n)
    {
        _team.ForEach(n, (slot, w) =>
        {
            ImageOnDisc image = _images[w];
            (int record, Candidate pose, float weight) = _slices[slot];
            image.Read(_view, _store.ParticleAt(chunk.First + record), chunk[record]);
            _batch.SetRotation(slot, pose.Rotation);
            WeightedSlice(image, pose, weight, _batch.Real(slot), _batch.Imaginary(slot), _batch.Weight(slot));
        });
        _batch.InsertInto(sum, n);
    }
}
