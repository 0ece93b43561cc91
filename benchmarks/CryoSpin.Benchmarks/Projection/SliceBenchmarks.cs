using BenchmarkDotNet.Attributes;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Benchmarks.Projection;

/// <summary>64 slices at random rotations of a lattice of edge 129; divide by 64 * disc.Count for the time of one sample.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class SliceBenchmarks
{
    private const int Slices = 64;
    private const double LatticeRadius = 63.99;
    private readonly Rotation[] _rotations = new Rotation[Slices];
    private FrequencyDisc _disc = null!;
    private FourierLattice _lattice = null!;
    private FourierLattice[] _gradients = null!;
    private BackProjection[] _sums = null!;
    private float[][][] _buffers = null!;
    private WorkerTeam _team = null!;

    [Params(32, 64)]
    public int Radius { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        RandomRotations.Fill(random, _rotations);
        // The open disc |k| < Radius, as the published grid of (2 Radius + 1)^3 samples serves it.
        _disc = new FrequencyDisc(Radius - 0.01);
        _lattice = new FourierLattice(LatticeRadius, 1);
        for (int i = 0; i < _lattice.Values.Length; i++) _lattice.Values[i] = random.NextSingle();
        _team = new WorkerTeam(Threads);
        _gradients = [.. Enumerable.Range(0, Threads).Select(_ => new FourierLattice(LatticeRadius, 1))];
        _sums = [.. Enumerable.Range(0, Threads).Select(_ => new BackProjection(LatticeRadius, 1))];
        _buffers = [.. Enumerable.Range(0, Threads).Select(_ => Enumerable.Range(0, 6).Select(_ => new float[_disc.PaddedCount]).ToArray())];
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark(Baseline = true)]
    public void Sample() => _team.ForBlocks(Slices, (i, w) => CentralSlice.Sample(_lattice, _disc, _rotations[i], _buffers[w][0], _buffers[w][1]));

    [Benchmark]
    public void SampleWithGradient() => _team.ForBlocks(Slices, (i, w) =>
    {
        float[][] b = _buffers[w];
        CentralSlice.SampleWithGradient(_lattice, _disc, _rotations[i], b[0], b[1], b[2], b[3], b[4], b[5]);
    });

    [Benchmark]
    public void Transpose() =>
        _team.ForBlocks(Slices, (i, w) => CentralSlice.Insert(_gradients[w], _disc, _rotations[i], _buffers[w][0], _buffers[w][1]));

    [Benchmark]
    public void BackProject() =>
        _team.ForBlocks(Slices, (i, w) => _sums[w].Insert(_disc, _rotations[i], _buffers[w][0], _buffers[w][1], _buffers[w][2]));
}
