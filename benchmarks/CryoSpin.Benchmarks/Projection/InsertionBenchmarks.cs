using BenchmarkDotNet.Attributes;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Benchmarks.Projection;

/// <summary>
/// 256 slices at random rotations, band at Nyquist, oversampling 2: each worker into a sum of its own against all workers into one sum,
/// whose bytes do not depend on their number.
/// </summary>
[ShortRunJob, MemoryDiagnoser]
public class InsertionBenchmarks
{
    private const int Slices = 256;
    private readonly Rotation[] _rotations = new Rotation[Slices];
    private FrequencyDisc _disc = null!;
    private BackProjection[] _sums = null!;
    private SliceBatch _batch = null!;
    private WorkerTeam _team = null!;
    private Action<int, int> _own = null!;

    [Params(64, 128)]
    public int Box { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        RandomRotations.Fill(random, _rotations);
        _disc = new FrequencyDisc(Box / 2.0 - 1);
        _team = new WorkerTeam(Threads);
        _sums = [.. Enumerable.Range(0, Threads).Select(_ => new BackProjection(_disc.Radius, 2))];
        _batch = new SliceBatch(_disc, Slices, _team);
        for (int i = 0; i < Slices; i++)
        {
            _batch.SetRotation(i, _rotations[i]);
            foreach (ref float v in _batch.Real(i)) v = random.NextSingle();
            foreach (ref float v in _batch.Imaginary(i)) v = random.NextSingle();
            foreach (ref float v in _batch.Weight(i)) v = random.NextSingle();
        }
        _own = (i, w) => _sums[w].Insert(_disc, _rotations[i], _batch.Real(i), _batch.Imaginary(i), _batch.Weight(i));
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    /// <summary>One sum per worker; joining them is left out, since a caller joins only once for many batches.</summary>
    [Benchmark(Baseline = true)]
    public void SumPerWorker() => _team.ForBlocks(Slices, _own);

    [Benchmark]
    public void OneSum() => _batch.InsertInto(_sums[0], Slices);
}
