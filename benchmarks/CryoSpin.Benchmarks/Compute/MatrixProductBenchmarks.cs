using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Single;

namespace CryoSpin.Benchmarks.Compute;

/// <summary>
/// A B^T at the sizes of the dense search (rotations by coefficients by images), 2 m n k floating-point operations each, beside the managed
/// product of Math.NET Numerics (stored by columns, as it wants it) and one inner product per element.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class MatrixProductBenchmarks
{
    private WorkerTeam _team = null!;
    private float[] _a = [];
    private float[] _b = [];
    private float[] _c = [];
    private DenseMatrix _columnsA = null!;
    private DenseMatrix _columnsB = null!;
    private DenseMatrix _columnsC = null!;

    [Params(1, 2)]
    public int Workers { get; set; }

    [Params("256x576x100", "888x4608x320")]
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
        Control.UseManaged();
        Control.MaxDegreeOfParallelism = Workers;
        if (Workers == 1) Control.UseSingleThread();
        else Control.UseMultiThreading();
        _columnsA = new DenseMatrix(k, m, _a);
        // Its fastest form: neither factor transposed. All numbers are one, so the order of b does not matter.
        _columnsB = new DenseMatrix(n, k, _b);
        _columnsC = new DenseMatrix(n, m);
    }

    [GlobalCleanup]
    public void Cleanup() => _team.Dispose();

    [Benchmark(Baseline = true)]
    public void MultiplyTransposed()
    {
        (int m, int n, int k) = Sizes;
        MatrixProduct.MultiplyTransposed(_team, _a, m, k, _b, n, _c);
    }

    [Benchmark]
    public void MathNetNumerics() => _columnsB.Multiply(_columnsA, _columnsC);

    [Benchmark]
    public void InnerProducts()
    {
        (int m, int n, int k) = Sizes;
        _team.ForEach(m, (row, _) =>
        {
            for (int col = 0; col < n; col++) _c[row * n + col] = TensorPrimitives.Dot<float>(_a.AsSpan(row * k, k), _b.AsSpan(col * k, k));
        });
    }
}
