using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CryoSpin.Compute;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Expectation step over a grid: each image's posterior over shifts and rotations, and the posterior-weighted sums per rotation that the
/// volume's update needs.
/// </summary>
/// <remarks>
/// Two phases for each product of the search: every image's posterior, in parallel over images, then the sums, in parallel over blocks of
/// rotations. A rotation's sum is made by one worker in the order of the images, so it does not depend on the number of workers, and no
/// worker needs a table of its own.
/// </remarks>
internal sealed class PosteriorSums
{
    private const double LeastRelativeWeight = 1e-3;
    private const int Blocks = 32;
    private readonly WorkerTeam _team;
    private readonly List<(int Index, float Weight)>[] _kept;
    private readonly float[][] _weights;
    private readonly Action<int, int> _addBlock;
    private DenseSearch? _search;
    private SliceBatch? _sums;
    private bool[] _used = [];
    private int[] _slots = [];
    private int _images;

    public PosteriorSums(WorkerTeam team)
    {
        _team = team;
        _kept = [.. Enumerable.Range(0, DenseSearch.ImagesPerProduct).Select(_ => new List<(int, float)>())];
        _weights = new float[team.Workers][];
        Array.Fill(_weights, []);
        _addBlock = AddBlock;
    }

    /// <summary>Divides log likelihoods: above 1 softens the posterior.</summary>
    public double Temperature { get; set; } = 1;

    private DenseSearch Search => _search ?? throw new InvalidOperationException("Nothing has begun.");

    private SliceBatch Sums => _sums ?? throw new InvalidOperationException("Nothing has begun.");

    /// <summary>Empties the sums and takes the search's grid, disc and shifts for the next ones.</summary>
    public void Begin(DenseSearch search)
    {
        _search = search;
        int rotations = search.Grid.Length;
        // Discs of one size are one set of frequencies.
        if (_sums is null || _sums.Disc.Count != search.Disc.Count || _sums.Capacity < rotations)
        {
            _sums = new SliceBatch(search.Disc, rotations, _team);
        }
        for (int r = 0; r < rotations; r++) _sums.SetRotation(r, search.Grid[r]);
        if (_used.Length < rotations) (_used, _slots) = (new bool[rotations], new int[rotations]);
        Array.Clear(_used);
        int block = rotations / Blocks + 1;
        for (int w = 0; w < _weights.Length; w++)
        {
            if (_weights[w].Length < block) _weights[w] = new float[block];
        }
    }

    /// <summary>One image's posterior, kept for <see cref="Add"/>; called from any worker.</summary>
    /// <param name="image">Position within the search's product.</param>
    /// <param name="logLikelihood">[shift][rotation].</param>
    /// <returns>Best rotation, best shift, their score, the evidence and the effective number of poses.</returns>
    public (int Rotation, int Shift, double LogLikelihood, double Evidence, double EffectiveCount) Weigh(
        int image, ReadOnlySpan<float> logLikelihood)
    {
        int rotations = Search.Grid.Length;
        int best = TensorPrimitives.IndexOfMax(logLikelihood);
        float max = logLikelihood[best];
        float floor = (float)(max + Temperature * Math.Log(LeastRelativeWeight));
        List<(int Index, float Weight)> kept = _kept[image];
        kept.Clear();
        double total = 0, squares = 0;
        for (int i = 0; i < logLikelihood.Length; i++)
        {
            if (logLikelihood[i] <= floor) continue;
            double w = Math.Exp((logLikelihood[i] - max) / Temperature);
            kept.Add((i, (float)w));
            total += w;
            squares += w * w;
        }
        foreach (ref (int Index, float Weight) k in CollectionsMarshal.AsSpan(kept)) k.Weight = (float)(k.Weight / total);
        return (best % rotations, best / rotations, max, max + Math.Log(total), total * total / squares);
    }

    /// <summary>Adds the first images of the search's product, all weighed, to the sums.</summary>
    public void Add(int images)
    {
        _images = images;
        _team.ForEach(Blocks, _addBlock);
    }

    /// <summary>Inserts the sums into the back-projection and empties them.</summary>
    public void InsertInto(BackProjection target)
    {
        int count = 0;
        for (int r = 0; r < Search.Grid.Length; r++)
        {
            if (_used[r]) _slots[count++] = r;
        }
        Sums.InsertInto(target, _slots.AsSpan(0, count));
        Array.Clear(_used);
    }

    /// <summary>
    /// Inserts the sums less what the searched volume explains of them, without weights, and empties them: the gradient of the expected log
    /// likelihood in the volume.
    /// </summary>
    /// <returns>Per shell of the disc the sum of the weights: the curvature times the number of coefficients.</returns>
    public double[] InsertResidualsInto(BackProjection target)
    {
        FrequencyDisc disc = Search.Disc;
        int k = disc.PaddedCount;
        double[] shells = new double[disc.Extent + 2];
        for (int r = 0; r < Search.Grid.Length; r++)
        {
            if (!_used[r]) continue;
            Span<float> weight = Sums.Weight(r), real = Sums.Real(r), imaginary = Sums.Imaginary(r);
            ReadOnlySpan<float> slice = Search.Slice(r);
            for (int p = 0; p < disc.Count; p++)
            {
                real[p] -= weight[p] * slice[p];
                imaginary[p] -= weight[p] * slice[k + p];
                shells[disc.Shell[p]] += weight[p];
            }
            weight.Clear();
        }
        InsertInto(target);
        return shells;
    }

    private void AddBlock(int block, int worker)
    {
        DenseSearch search = Search;
        SliceBatch sums = Sums;
        int rotations = search.Grid.Length, k = search.Disc.PaddedCount;
        int first = (int)((long)rotations * block / Blocks), end = (int)((long)rotations * (block + 1) / Blocks);
        Span<float> weights = _weights[worker].AsSpan(0, end - first);
        for (int image = 0; image < _images; image++)
        {
            ReadOnlySpan<(int Index, float Weight)> kept = CollectionsMarshal.AsSpan(_kept[image]);
            weights.Clear();
            for (int s = 0; s < search.Shifts.Shifts.Length; s++)
            {
                int offset = s * rotations, at = LowerBound(kept, offset + first);
                if (at == kept.Length) break;
                ReadOnlySpan<float> data = search.WeightedData(image, s);
                for (; at < kept.Length && kept[at].Index < offset + end; at++)
                {
                    int r = kept[at].Index - offset;
                    Span<float> real = sums.Real(r), imaginary = sums.Imaginary(r);
                    if (!_used[r])
                    {
                        real.Clear();
                        imaginary.Clear();
                        sums.Weight(r).Clear();
                        _used[r] = true;
                    }
                    TensorPrimitives.MultiplyAdd(data[..k], kept[at].Weight, real, real);
                    TensorPrimitives.MultiplyAdd(data[k..], kept[at].Weight, imaginary, imaginary);
                    weights[r - first] += kept[at].Weight;
                }
            }
            for (int r = first; r < end; r++)
            {
                if (weights[r - first] == 0) continue;
                Span<float> sum = sums.Weight(r);
                TensorPrimitives.MultiplyAdd(search.CtfSquared(image), weights[r - first], sum, sum);
            }
        }
    }

    /// <summary>Position of the first entry at or beyond an index; they are sorted by it.</summary>
    private static int LowerBound(ReadOnlySpan<(int Index, float Weight)> kept, int index)
    {
        int low = 0, high = kept.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (kept[middle].Index < index) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
