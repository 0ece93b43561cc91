using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Tests.Compute.Kernels;

[Trait("Category", "Kernel")]
public sealed unsafe class MatrixProductTests : IDisposable
{
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(12, 16, 16)]
    [InlineData(13, 17, 33)]
    [InlineData(97, 321, 31)]
    [InlineData(40, 700, 1030)]
    [InlineData(5, 0, 4)]
    public void Products_match_the_definition(int m, int k, int n)
    {
        Random random = new(m + (7 * k) + (31 * n));
        float[] a = Fill(random, m * k), b = Fill(random, k * n), start = Fill(random, m * n);
        float[] at = Transpose(a, m, k), bt = Transpose(b, k, n);
        foreach (bool accumulate in new[] { false, true })
        {
            foreach (WorkerTeam? team in new[] { null, _team })
            {
                float[] plain = [.. start], second = [.. start], first = [.. start];
                MatrixProduct.Multiply(team, a, m, k, b, n, plain, accumulate, 0.5f);
                MatrixProduct.MultiplyTransposed(team, a, m, k, bt, n, second, accumulate, 0.5f);
                MatrixProduct.MultiplyTransposedA(team, at, m, k, b, n, first, accumulate, 0.5f);
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        double sum = accumulate ? start[(i * n) + j] : 0;
                        for (int p = 0; p < k; p++) sum += 0.5 * a[(i * k) + p] * b[(p * n) + j];
                        Assert.Equal(sum, plain[(i * n) + j], 3e-6 * Math.Sqrt(k + 1));
                    }
                }
                Assert.Equal(plain, second);
                Assert.Equal(plain, first);
            }
        }
    }

    [Fact]
    public void Strided_rows_leave_the_gaps_alone()
    {
        const int m = 7, k = 9, n = 21, lda = 11, ldb = 14, ldc = 25;
        Random random = new(1);
        float[] a = Fill(random, m * lda), b = Fill(random, n * ldb), c = Fill(random, m * ldc), before = [.. c];
        fixed (float* pa = a, pb = b, pc = c) MatrixProduct.MultiplyTransposed(_team, pa, m, k, lda, pb, n, ldb, pc, ldc);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < ldc; j++)
            {
                double expected = before[(i * ldc) + j];
                if (j < n) expected = Enumerable.Range(0, k).Sum(p => (double)a[(i * lda) + p] * b[(j * ldb) + p]);
                Assert.Equal(expected, c[(i * ldc) + j], 1e-5);
            }
        }
    }

    [Fact]
    public void Workers_do_not_change_a_byte_and_nothing_is_allocated()
    {
        const int m = 130, k = 650, n = 1100;
        Random random = new(2);
        float[] a = Fill(random, m * k), b = Fill(random, k * n), one = new float[m * n], two = new float[m * n];
        MatrixProduct.Multiply(null, a, m, k, b, n, one);
        MatrixProduct.Multiply(_team, a, m, k, b, n, two);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) MatrixProduct.Multiply(_team, a, m, k, b, n, two);
        // The team's event makes its lock once, the first time a caller has to block; nothing else may be allocated.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64);
        Assert.Equal(one, two);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(47)]
    public void Wide_and_narrow_kernels_give_the_same_bytes(int rows)
    {
        const int segments = 3, depth = 10, aRow = 10, aSegment = 500, bSegment = 170;
        Random random = new(rows);
        float[] a = Fill(random, (segments * aSegment) + 100), b = Fill(random, segments * bSegment);
        float[] wide = new float[rows * 20], narrow = new float[rows * 20], quads = new float[rows * 20];
        fixed (float* pa = a, pb = b, pw = wide, pn = narrow, pq = quads)
        {
            PanelProduct.Multiply(rows, segments, depth, pa, aRow, aSegment, 1, pb, 16, bSegment, pw, 20, false);
            PanelProduct.MultiplyNarrow<Lanes8>(rows, segments, depth, pa, aRow, aSegment, 1, pb, 16, bSegment, pn, 20, false);
            PanelProduct.MultiplyNarrow<Lanes4>(rows, segments, depth, pa, aRow, aSegment, 1, pb, 16, bSegment, pq, 20, false);
        }
        Assert.Equal(narrow, wide);
        Assert.Equal(quads, wide);
        double last = 0;
        for (int s = 0; s < segments; s++)
            for (int p = 0; p < depth; p++) last += (double)a[(s * aSegment) + ((rows - 1) * aRow) + p] * b[(s * bSegment) + (p * 16) + 15];
        Assert.Equal(last, wide[((rows - 1) * 20) + 15], 1e-5);
    }

    [Fact]
    public void Impossible_shapes_are_refused()
    {
        float[] x = new float[12];
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Multiply(null, x, 4, 4, x, 3, x));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Multiply(null, x, -1, 1, x, 1, x));
    }

    private static float[] Fill(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)((2 * random.NextDouble()) - 1))];

    private static float[] Transpose(float[] a, int rows, int columns)
    {
        float[] t = new float[a.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) t[(j * rows) + i] = a[(i * columns) + j];
        return t;
    }
}
