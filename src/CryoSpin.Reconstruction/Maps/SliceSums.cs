using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>What particles are inserted into: a back-projected sum for each half-set and class.</summary>
/// <remarks>The sums of a large box are gigabytes. They are made once and filled anew.</remarks>
internal sealed class SliceSums
{
    /// <summary>Number of half-sets.</summary>
    public const int HalfSets = 2;

    private readonly WorkerTeam _team;
    private readonly SliceInsertion _insertion;
    private readonly BackProjection[] _sums;

    /// <param name="store">The particles.</param>
    /// <param name="team">Workers.</param>
    /// <param name="classes">Number of classes.</param>
    public SliceSums(ParticleStore store, WorkerTeam team, int classes = 1)
    {
        (_team, Classes) = (team, classes);
        _insertion = new SliceInsertion(store, team);
        _sums = new BackProjection[HalfSets * classes];
        for (int i = 0; i < _sums.Length; i++) _sums[i] = new BackProjection(store.Disc.Radius, VolumeModel.Oversampling);
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>The sum of a half-set, 0 or 1, and a class.</summary>
    public BackProjection this[int half, int mapClass] => _sums[half * Classes + mapClass];

    /// <summary>Empties a half-set's sums.</summary>
    public void Clear(int half)
    {
        for (int c = 0; c < Classes; c++) this[half, c].Clear();
    }

    /// <summary>Adds the particles of a chunk to a half-set's sums, in their order, whatever the number of workers.</summary>
    public void Insert(int half, CandidateTable poses, RecordChunk chunk)
    {
        for (int c = 0; c < Classes; c++) _insertion.Insert(this[half, c], c, poses, chunk);
    }

    /// <summary>Sums both half-sets anew from the poses as they stand.</summary>
    public void Fill(CandidateTable poses)
    {
        for (int h = 0; h < HalfSets; h++)
        {
            Clear(h);
            for (int c = 0; c < Classes; c++) _insertion.InsertAll(this[h, c], c, poses, h);
        }
    }

    /// <summary>Sums all particles into the sums of the first half-set. The second's are left as they are.</summary>
    public void FillJoined(CandidateTable poses)
    {
        Clear(0);
        for (int c = 0; c < Classes; c++)
        {
            for (int h = 0; h < HalfSets; h++) _insertion.InsertAll(this[0, c], c, poses, h);
        }
    }

    /// <summary>Adds the second half-set's sums to the first's. The second's are left as they are.</summary>
    public void Join()
    {
        for (int c = 0; c < Classes; c++) this[0, c].Absorb(this[1, c], _team);
    }
}
