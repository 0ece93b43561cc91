using BenchmarkDotNet.Attributes;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Benchmarks.Encoder;

/// <summary>A B^T at the sizes of the dense search (rotations by coefficients by images); 2 m n k floating-point operations each.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class MatrixProductBenchmarks
{
    private WorkerTeam _team = null!;
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];

    [Params(1, 2)]
    public int Workers { get; set; }

    [Params("256x576x100", "256x4608x400", "4096x576x700")]
    public string Size { get; set; } = "";

    private (int M, int N, int K) Sizes
    {
        get
        {
            int[] s = [.. Size.Split('x').Select(int.Parse)];
            return (s[0], s[1], s[2]);
        }
    }

    [GlobalSetup]
    public void Setup()
    {
        (int m, int n, int k) = Sizes;
        _team = new WorkerTeam(Workers);
        _a = Enumerable.Repeat(1f, m * k).ToArray();
        _b = Enumerable.Repeat(1f, n * k).ToArray();
        _c = new float[m * n];
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark]
    public void MultiplyTransposed()
    {
        (int m, int n, int k) = Sizes;
        MatrixProduct.MultiplyTransposed(_team, _a, m, k, _b, n, _c);
    }
}
