using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Compute.Kernels;

/// <summary>
/// Products of dense row-major single-precision matrices of any size: C (+)= alpha A B, alpha A B^T or alpha A^T B.
/// </summary>
/// <remarks>
/// Blocked as in Goto and van de Geijn, ACM TOMS 34(3), 2008: panels of 16 columns of B are packed once per block and shared by all
/// workers, blocks of rows of A are packed by the worker that uses them, and <see cref="PanelProduct"/> does the arithmetic.
/// Each element of C is summed in an order fixed by k alone, so the result does not depend on the number of workers.
/// After the first call from a thread nothing is allocated until a larger block is met.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class MatrixProduct
{
    /// <summary>Most terms of the sum per block: a panel of B (20 KiB) and twelve rows of A stay in the first-level cache.</summary>
    internal const int DepthBlock = 320;

    private const int ColumnBlock = 1024;
    private const int RowBlock = 96;
    private const int Tile = PanelProduct.BestRows;
    private const int Panel = PanelProduct.Columns;

    // Below this many multiply-adds waking the team costs more than it saves.
    private const long SmallestShared = 60_000;

    [ThreadStatic]
    private static Job? s_job;

    private enum Form
    {
        Plain,
        SecondTransposed,
        FirstTransposed,
    }

    /// <summary>C[m][n] (+)= alpha A[m][k] B[k][n].</summary>
    /// <param name="team">Workers to share the product, or null to compute on the calling thread.</param>
    /// <param name="a">A, row-major.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="lda">Floats between rows of A.</param>
    /// <param name="b">B, row-major.</param>
    /// <param name="n">Columns of B and C.</param>
    /// <param name="ldb">Floats between rows of B.</param>
    /// <param name="c">C, row-major; must not overlap A or B.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="accumulate">Whether to add to C or to overwrite it.</param>
    /// <param name="alpha">Factor of the product.</param>
    public static void Multiply(
        WorkerTeam? team, float* a, int m, int k, int lda, float* b, int n, int ldb, float* c, int ldc, bool accumulate = false,
        float alpha = 1f) =>
        Run(team, Form.Plain, a, m, k, lda, b, n, ldb, c, ldc, accumulate, alpha);

    /// <summary>C[m][n] (+)= alpha A[m][k] B[n][k]^T: every row of A against every row of B.</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, float*, int, int, int, float*, int, int, float*, int, bool, float)"/>
    public static void MultiplyTransposed(
        WorkerTeam? team, float* a, int m, int k, int lda, float* b, int n, int ldb, float* c, int ldc, bool accumulate = false,
        float alpha = 1f) =>
        Run(team, Form.SecondTransposed, a, m, k, lda, b, n, ldb, c, ldc, accumulate, alpha);

    /// <summary>C[m][n] (+)= alpha A[k][m]^T B[k][n].</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, float*, int, int, int, float*, int, int, float*, int, bool, float)"/>
    public static void MultiplyTransposedA(
        WorkerTeam? team, float* a, int m, int k, int lda, float* b, int n, int ldb, float* c, int ldc, bool accumulate = false,
        float alpha = 1f) =>
        Run(team, Form.FirstTransposed, a, m, k, lda, b, n, ldb, c, ldc, accumulate, alpha);

    /// <summary>C[m][n] (+)= alpha A[m][k] B[k][n] on spans of tightly packed rows.</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, float*, int, int, int, float*, int, int, float*, int, bool, float)"/>
    public static void Multiply(
        WorkerTeam? team, ReadOnlySpan<float> a, int m, int k, ReadOnlySpan<float> b, int n, Span<float> c, bool accumulate = false,
        float alpha = 1f)
    {
        CheckLengths(a.Length, b.Length, c.Length, m, k, n);
        fixed (float* pa = a, pb = b, pc = c) Run(team, Form.Plain, pa, m, k, k, pb, n, n, pc, n, accumulate, alpha);
    }

    /// <summary>C[m][n] (+)= alpha A[m][k] B[n][k]^T on spans of tightly packed rows.</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, float*, int, int, int, float*, int, int, float*, int, bool, float)"/>
    public static void MultiplyTransposed(
        WorkerTeam? team, ReadOnlySpan<float> a, int m, int k, ReadOnlySpan<float> b, int n, Span<float> c, bool accumulate = false,
        float alpha = 1f)
    {
        CheckLengths(a.Length, b.Length, c.Length, m, k, n);
        fixed (float* pa = a, pb = b, pc = c) Run(team, Form.SecondTransposed, pa, m, k, k, pb, n, k, pc, n, accumulate, alpha);
    }

    /// <summary>C[m][n] (+)= alpha A[k][m]^T B[k][n] on spans of tightly packed rows.</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, float*, int, int, int, float*, int, int, float*, int, bool, float)"/>
    public static void MultiplyTransposedA(
        WorkerTeam? team, ReadOnlySpan<float> a, int m, int k, ReadOnlySpan<float> b, int n, Span<float> c, bool accumulate = false,
        float alpha = 1f)
    {
        CheckLengths(a.Length, b.Length, c.Length, m, k, n);
        fixed (float* pa = a, pb = b, pc = c) Run(team, Form.FirstTransposed, pa, m, k, m, pb, n, n, pc, n, accumulate, alpha);
    }

    private static void CheckLengths(int a, int b, int c, int m, int k, int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(a, (long)m * k, nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(b, (long)n * k, nameof(b));
        ArgumentOutOfRangeException.ThrowIfLessThan(c, (long)m * n, nameof(c));
    }

    private static void Run(
        WorkerTeam? team, Form form, float* a, int m, int k, int lda, float* b, int n, int ldb, float* c, int ldc, bool accumulate,
        float alpha)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(lda, form == Form.FirstTransposed ? m : k);
        ArgumentOutOfRangeException.ThrowIfLessThan(ldb, form == Form.SecondTransposed ? k : n);
        ArgumentOutOfRangeException.ThrowIfLessThan(ldc, n);
        if (m == 0 || n == 0) return;
        if (k == 0)
        {
            for (int r = 0; r < m && !accumulate; r++) new Span<float>(c + ((nint)r * ldc), n).Clear();
            return;
        }
        Job job = s_job ??= new Job();
        job.Run((long)m * n * k < SmallestShared ? null : team, form, a, m, k, lda, b, n, ldb, c, ldc, accumulate, alpha);
    }

    /// <summary>The state of one product; kept per calling thread so that neither delegates nor packing space are allocated
    /// again.</summary>
    private sealed class Job
    {
        private readonly Action<int, int> _pack;
        private readonly Action<int, int> _multiply;
        private AlignedBuffer _packedB = new(0);
        private AlignedBuffer[] _packedA = [];
        private int[] _packedRows = [];
        private Form _form;
        private float* _a;
        private float* _b;
        private float* _c;
        private nint _lda;
        private nint _ldb;
        private nint _ldc;
        private int _m;
        private int _columns;
        private int _depth;
        private int _groups;
        private int _panelsPerGroup;
        private bool _accumulate;
        private float _alpha;

        public Job()
        {
            _pack = PackPanel;
            _multiply = MultiplyBlock;
        }

        public void Run(
            WorkerTeam? team, Form form, float* a, int m, int k, int lda, float* b, int n, int ldb, float* c, int ldc, bool accumulate,
            float alpha)
        {
            (_form, _m, _lda, _ldb, _ldc, _alpha) = (form, m, lda, ldb, ldc, alpha);
            int workers = team?.Workers ?? 1;
            int depths = (k + DepthBlock - 1) / DepthBlock, depthBlock = (k + depths - 1) / depths;
            Reserve(workers, depthBlock, Math.Min(n, ColumnBlock));
            int rowBlocks = (m + RowBlock - 1) / RowBlock;
            for (int j = 0; j < n; j += ColumnBlock)
            {
                _columns = Math.Min(ColumnBlock, n - j);
                int panels = (_columns + Panel - 1) / Panel;
                Split(workers, rowBlocks, panels);
                for (int p = 0; p < k; p += depthBlock)
                {
                    _depth = Math.Min(depthBlock, k - p);
                    _a = a + (form == Form.FirstTransposed ? (nint)p * lda : p);
                    _b = b + (form == Form.SecondTransposed ? ((nint)j * ldb) + p : ((nint)p * ldb) + j);
                    _c = c + j;
                    _accumulate = accumulate || p > 0;
                    Array.Fill(_packedRows, -1);
                    Each(team, panels, _pack);
                    Each(team, rowBlocks * _groups, _multiply);
                }
            }
        }

        private static void Each(WorkerTeam? team, int count, Action<int, int> body)
        {
            if (team is not null)
            {
                team.ForEach(count, body);
                return;
            }
            for (int i = 0; i < count; i++) body(i, 0);
        }

        private void Split(int workers, int rowBlocks, int panels)
        {
            // Few blocks of rows would leave workers idle at the end: cut the columns too, but not below 4 panels per packed block of A.
            int wanted = workers == 1 ? 1 : ((4 * workers) + rowBlocks - 1) / rowBlocks;
            _panelsPerGroup = Math.Max(Math.Min(4, panels), (panels + wanted - 1) / wanted);
            _groups = (panels + _panelsPerGroup - 1) / _panelsPerGroup;
        }

        private void Reserve(int workers, int depth, int columns)
        {
            long needB = (long)depth * ((columns + Panel - 1) / Panel * Panel);
            if (_packedB.Length < needB)
            {
                _packedB.Dispose();
                _packedB = new AlignedBuffer(needB);
            }
            if (_packedA.Length >= workers) return;
            int had = _packedA.Length;
            Array.Resize(ref _packedA, workers);
            for (int w = had; w < workers; w++) _packedA[w] = new AlignedBuffer((long)DepthBlock * RowBlock);
            _packedRows = new int[workers * 16];
        }

        private void PackPanel(int panel, int worker)
        {
            int first = panel * Panel, width = Math.Min(Panel, _columns - first);
            float* to = _packedB.Pointer + ((nint)panel * Panel * _depth);
            if (_form == Form.SecondTransposed) PackColumns(_b + (first * _ldb), _ldb, width, _depth, to, Panel, Panel);
            else PackRows(_b + first, _ldb, width, _depth, to, Panel);
            if (_alpha == 1f) return;
            Span<float> packed = new(to, Panel * _depth);
            TensorPrimitives.Multiply(packed, _alpha, packed);
        }

        private void PackRowsOfA(int rowBlock, int worker)
        {
            float* to = _packedA[worker].Pointer;
            int first = rowBlock * RowBlock, end = Math.Min(_m, first + RowBlock);
            for (int r = first; r < end; r += Tile, to += Tile * _depth)
            {
                int rows = Math.Min(Tile, end - r);
                if (_form == Form.FirstTransposed) PackRows(_a + r, _lda, rows, _depth, to, Tile);
                else PackColumns(_a + (r * _lda), _lda, rows, _depth, to, Tile, rows);
            }
        }

        private void MultiplyBlock(int item, int worker)
        {
            int rowBlock = item / _groups, group = item % _groups;
            if (_packedRows[worker * 16] != rowBlock)
            {
                PackRowsOfA(rowBlock, worker);
                _packedRows[worker * 16] = rowBlock;
            }
            int firstRow = rowBlock * RowBlock, rows = Math.Min(RowBlock, _m - firstRow);
            int endColumn = Math.Min(_columns, (group + 1) * _panelsPerGroup * Panel);
            for (int column = group * _panelsPerGroup * Panel; column < endColumn; column += Panel)
            {
                float* b = _packedB.Pointer + ((nint)column * _depth);
                for (int r = 0; r < rows; r += Tile)
                {
                    MultiplyTile(
                        Math.Min(Tile, rows - r), Math.Min(Panel, _columns - column), _packedA[worker].Pointer + ((nint)r * _depth), b,
                        _c + ((firstRow + r) * _ldc) + column);
                }
            }
        }

        private void MultiplyTile(int rows, int width, float* a, float* b, float* c)
        {
            if (width == Panel)
            {
                PanelProduct.Multiply(rows, 1, _depth, a, 1, 0, Tile, b, Panel, 0, c, _ldc, _accumulate);
                return;
            }
            float* tile = stackalloc float[Tile * Panel];
            PanelProduct.Multiply(rows, 1, _depth, a, 1, 0, Tile, b, Panel, 0, tile, Panel, false);
            for (int r = 0; r < rows; r++)
            {
                float* row = c + (r * _ldc);
                for (int j = 0; j < width; j++) row[j] = _accumulate ? row[j] + tile[(r * Panel) + j] : tile[(r * Panel) + j];
            }
        }
    }

    // to[p][i] = from[p][i]: terms lie in rows of the source.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows(float* from, nint stride, int width, int depth, float* to, int pitch)
    {
        for (int p = 0; p < depth; p++, from += stride, to += pitch)
        {
            int i = 0;
            for (; i + 4 <= width; i += 4) Vector128.Load(from + i).Store(to + i);
            for (; i < width; i++) to[i] = from[i];
            for (; i < pitch; i++) to[i] = 0f;
        }
    }

    // to[p][i] = from[i][p]: terms lie in columns of the source. Columns from width up to clearTo are set to zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns(float* from, nint stride, int width, int depth, float* to, int pitch, int clearTo)
    {
        int i = 0;
        for (; i + 4 <= width; i += 4)
        {
            float* a = from + (i * stride);
            float* d = to + i;
            for (int p = 0; p < depth; p++, a++, d += pitch)
                Vector128.Create(*a, *(a + stride), *(a + (2 * stride)), *(a + (3 * stride))).Store(d);
        }
        for (; i < clearTo; i++)
        {
            float* a = from + (i * stride);
            for (int p = 0; p < depth; p++) to[(p * pitch) + i] = i < width ? a[p] : 0f;
        }
    }
}
