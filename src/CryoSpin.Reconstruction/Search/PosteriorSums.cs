using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Expectation step over a grid: each image's posterior over shifts and rotations, and the posterior-weighted sums per rotation that the
/// volume's update needs.
/// </summary>
internal sealed class PosteriorSums
{
    private const double LeastRelativeWeight = 1e-3;
    private readonly DenseSearch _search;
    private readonly float[][] _sums;
    private readonly bool[][] _used;
    private readonly List<(int Index, float Weight)>[] _kept;
    private readonly int _stride;

    public PosteriorSums(DenseSearch search, int workers)
    {
        _search = search;
        _stride = 3 * search.Disc.PaddedCount;
        _sums = [.. Enumerable.Range(0, workers).Select(_ => new float[search.Grid.Length * _stride])];
        _used = [.. Enumerable.Range(0, workers).Select(_ => new bool[search.Grid.Length])];
        _kept = [.. Enumerable.Range(0, workers).Select(_ => new List<(int, float)>())];
    }

    /// <summary>Divides log likelihoods: above 1 softens the posterior.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>Adds one image; returns its best rotation, best shift, their score and the effective number of poses.</summary>
    public (int Rotation, int Shift, double LogLikelihood, double Evidence, double EffectiveCount) Add(
        int worker, ReadOnlySpan<float> logLikelihood, ReadOnlySpan<float> weightedData, ReadOnlySpan<float> ctf)
    {
        int k = _search.Disc.PaddedCount, rotations = _search.Grid.Length;
        int best = TensorPrimitives.IndexOfMax(logLikelihood);
        float max = logLikelihood[best];
        float floor = (float)(max + Temperature * Math.Log(LeastRelativeWeight));
        List<(int Index, float Weight)> kept = _kept[worker];
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
        foreach ((int index, float weight) in kept)
        {
            int r = index % rotations, s = index / rotations;
            float w = (float)(weight / total);
            Span<float> sum = _sums[worker].AsSpan(r * _stride, _stride);
            TensorPrimitives.MultiplyAdd(weightedData.Slice(s * 2 * k, 2 * k), w, sum[..(2 * k)], sum[..(2 * k)]);
            Span<float> weights = sum[(2 * k)..];
            for (int p = 0; p < ctf.Length; p++) weights[p] += w * ctf[p] * ctf[p];
            _used[worker][r] = true;
        }
        return (best % rotations, best / rotations, max, max + Math.Log(total), total * total / squares);
    }

    /// <summary>Inserts the sums into the back-projection and empties them.</summary>
    public void InsertInto(BackProjection target, WorkerTeam team)
    {
        Rotation[] grid = _search.Grid;
        int k = _search.Disc.PaddedCount;
        for (int r = 0; r < grid.Length; r++)
        {
            Span<float> first = _sums[0].AsSpan(r * _stride, _stride);
            bool any = _used[0][r];
            for (int w = 1; w < team.Workers; w++)
            {
                if (!_used[w][r]) continue;
                Span<float> other = _sums[w].AsSpan(r * _stride, _stride);
                TensorPrimitives.Add(first, other, first);
                other.Clear();
                any = true;
                _used[w][r] = false;
            }
            if (!any) continue;
            target.Insert(_search.Disc, grid[r], first[..k], first.Slice(k, k), first.Slice(2 * k, k));
            first.Clear();
            _used[0][r] = false;
        }
    }
}
