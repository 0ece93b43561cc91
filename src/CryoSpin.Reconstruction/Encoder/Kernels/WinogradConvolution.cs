using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>
/// 3x3 convolutions of channels-last maps with zero padding, and their weight gradients, by Winograd's F(4x4, 3x3).
/// Channels are multiples of 16. One object serves all layers: it owns the scratch memory, sized for the largest.
/// </summary>
/// <remarks>
/// Convolving is one pass: a worker transforms a block of tiles, multiplies it by the 36 transformed filters and transforms back, so that
/// the block stays in its own cache. The weight gradient has three phases instead (transform a chunk of tiles; 36 independent products;
/// transform the sums back at the end): each of the 36 sums then has one owner, which makes the result independent of the number of
/// workers, and no per-worker copy of the sums is needed.
/// </remarks>
internal sealed unsafe class WinogradConvolution<TLanes> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Points = 36;

    // Most tiles per block of the one-pass convolution: 48 rows amortise one read of the filters.
    private const int BlockTiles = 48;
    private const int TransformTiles = 12;

    // A power of two between rows would map them all to the same cache sets.
    private const int RowPadding = 16;

    // Longest sum in one go of the weight gradient, so that its operands stay in the second-level cache.
    private const int GradientDepth = 192;
    private const long GradientFloats = 1L << 19;

    private readonly WorkerTeam _team;
    private readonly Action<int, int> _convolve;
    private readonly Action<int, int> _filters;
    private readonly Action<int, int> _transpose;
    private readonly Action<int, int> _gradientTransform;
    private readonly Action<int, int> _gradientProducts;
    private readonly Action<int, int> _gradientFinish;
    private AlignedBuffer _scratch = new(0);
    private AlignedBuffer _sums = new(0);
    private AlignedBuffer _transposed = new(0);

    private float* _input;
    private float* _output;
    private float* _u;
    private float* _weights;
    private MapLayout _from;
    private MapLayout _to;
    private nint _tap;
    private int _inputs;
    private int _outputs;
    private int _total;
    private int _perImage;
    private int _firstTile;
    private int _chunk;
    private int _blockTiles;
    private bool _accumulate;

    public WinogradConvolution(WorkerTeam team)
    {
        _team = team;
        _convolve = ConvolveBlock;
        _filters = TransformFilterPanel;
        _transpose = TransposeTap;
        _gradientTransform = TransformForGradient;
        _gradientProducts = MultiplyForGradient;
        _gradientFinish = FinishGradient;
    }

    /// <summary>Floats of the transformed filters between so many channels.</summary>
    public static long FilterLength(int inputs, int outputs) => (long)Points * inputs * outputs;

    /// <summary>Makes room for a layer; called for every layer before the first use.</summary>
    public void Reserve(int inputs, int outputs)
    {
        long row = inputs + outputs + (2 * RowPadding);
        long need = Math.Max(_team.Workers * Points * BlockTiles * row, Points * GradientChunk(inputs, outputs) * row);
        Grow(ref _scratch, need + 64);
        Grow(ref _sums, FilterLength(inputs, outputs));
        Grow(ref _transposed, 9L * inputs * outputs);
    }

    /// <summary>Transforms filters [3][3][inputs][outputs] to u[36][outputs/16][inputs][16].</summary>
    public void TransformFilters(float* weights, int inputs, int outputs, float* u) =>
        RunFilters(weights, inputs, outputs, (nint)inputs * outputs, u);

    /// <summary>
    /// Transforms filters [3][3][inputs][outputs] of a layer for its backward pass, a convolution from outputs to inputs with the filter
    /// turned by 180 degrees.
    /// </summary>
    public void TransformFiltersBackward(float* weights, int inputs, int outputs, float* u)
    {
        _weights = weights;
        _inputs = inputs;
        _outputs = outputs;
        _team.ForEach(9 * (inputs / 16), _transpose);
        nint tap = (nint)inputs * outputs;
        RunFilters(_transposed.Pointer + (8 * tap), outputs, inputs, -tap, u);
    }

    /// <summary>Convolves so many images; whole tiles are written, also where they reach past the map.</summary>
    /// <param name="input">Maps with a border, zero outside of the map.</param>
    /// <param name="from">Their layout.</param>
    /// <param name="u">Transformed filters.</param>
    /// <param name="output">Maps of the same side.</param>
    /// <param name="to">Their layout.</param>
    /// <param name="images">Number of images.</param>
    public void Convolve(float* input, MapLayout from, float* u, float* output, MapLayout to, int images)
    {
        SetTiles(input, from, output, to, images);
        _u = u;
        // A few blocks per worker at least, in whole multiples of the micro-kernel's rows.
        int share = (_total + (2 * _team.Workers) - 1) / (2 * _team.Workers);
        _blockTiles = Math.Clamp((share + 11) / 12 * 12, 12, BlockTiles);
        _team.ForEach((_total + _blockTiles - 1) / _blockTiles, _convolve);
    }

    /// <summary>Gradient [3][3][inputs][outputs] of the filters.</summary>
    /// <param name="input">The layer's input, with a border, zero outside of the map.</param>
    /// <param name="from">Its layout.</param>
    /// <param name="outputGradient">Gradient at the layer's output, zero outside of the map.</param>
    /// <param name="to">Its layout.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="gradient">Where the gradient goes.</param>
    /// <param name="accumulate">Whether to add to it or to overwrite it.</param>
    public void WeightGradient(
        float* input, MapLayout from, float* outputGradient, MapLayout to, int images, float* gradient, bool accumulate)
    {
        SetTiles(input, from, outputGradient, to, images);
        int chunk = GradientChunk(_inputs, _outputs);
        for (_firstTile = 0; _firstTile < _total; _firstTile += chunk)
        {
            _chunk = Math.Min(chunk, _total - _firstTile);
            _team.ForEach((_chunk + TransformTiles - 1) / TransformTiles, _gradientTransform);
            _team.ForEach(Points, _gradientProducts);
        }
        _weights = gradient;
        _accumulate = accumulate;
        _team.ForEach(_inputs, _gradientFinish);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scratch.Dispose();
        _sums.Dispose();
        _transposed.Dispose();
    }

    private static void Grow(ref AlignedBuffer buffer, long length)
    {
        if (buffer.Length >= length) return;
        buffer.Dispose();
        buffer = new AlignedBuffer(length);
    }

    private static int GradientChunk(int inputs, int outputs) =>
        (int)Math.Max(96, GradientFloats / (Points * (inputs + outputs + (2L * RowPadding))) / TransformTiles * TransformTiles);

    private void SetTiles(float* input, MapLayout from, float* output, MapLayout to, int images)
    {
        _input = input;
        _from = from;
        _output = output;
        _to = to;
        (_inputs, _outputs) = (from.Channels, to.Channels);
        _perImage = from.Tiles * from.Tiles;
        _total = images * _perImage;
    }

    private float* InputWindow(int tile)
    {
        int image = tile / _perImage, within = tile % _perImage, y = within / _from.Tiles, x = within % _from.Tiles;
        return _input + (image * _from.Image) + (MapLayout.Tile * ((y * _from.Row) + ((nint)x * _inputs)));
    }

    private float* OutputTile(int tile)
    {
        int image = tile / _perImage, within = tile % _perImage, y = within / _to.Tiles, x = within % _to.Tiles;
        return _output + (image * _to.Image) + _to.Origin + (MapLayout.Tile * ((y * _to.Row) + ((nint)x * _outputs)));
    }

    private void ConvolveBlock(int block, int worker)
    {
        nint inRow = _inputs + RowPadding, outRow = _outputs + RowPadding;
        float* v = _scratch.Pointer + ((nint)worker * Points * BlockTiles * (inRow + outRow));
        float* m = v + (Points * BlockTiles * inRow);
        nint vStep = _blockTiles * inRow, mStep = _blockTiles * outRow;
        int first = block * _blockTiles, count = Math.Min(_blockTiles, _total - first);
        for (int i = 0; i < count; i++) WinogradTiles<TLanes>.Input(InputWindow(first + i), _from.Row, _inputs, v + (i * inRow), vStep);
        int panels = _outputs / 16;
        for (int point = 0; point < Points; point++)
        {
            for (int p = 0; p < panels; p++)
            {
                PanelProduct.Multiply(
                    count, 1, _inputs, v + (point * vStep), inRow, 0, 1, _u + (((nint)point * panels) + p) * _inputs * 16, 16, 0,
                    m + (point * mStep) + (p * 16), outRow, false);
            }
        }
        for (int i = 0; i < count; i++) WinogradTiles<TLanes>.Output(m + (i * outRow), mStep, _outputs, OutputTile(first + i), _to.Row);
    }

    private void RunFilters(float* weights, int inputs, int outputs, nint tap, float* u)
    {
        _weights = weights;
        _inputs = inputs;
        _outputs = outputs;
        _tap = tap;
        _u = u;
        _team.ForEach(outputs / 16, _filters);
    }

    private void TransformFilterPanel(int panel, int worker)
    {
        nint step = (nint)_inputs * _outputs;
        for (int i = 0; i < _inputs; i++)
        {
            float* from = _weights + ((nint)i * _outputs) + (panel * 16);
            float* to = _u + ((((nint)panel * _inputs) + i) * 16);
            for (int lane = 0; lane < 16; lane += TLanes.Count) WinogradTiles<TLanes>.Filter(from + lane, _tap, to + lane, step);
        }
    }

    private void TransposeTap(int item, int worker)
    {
        int tap = item / (_inputs / 16), i0 = item % (_inputs / 16) * 16;
        float* from = _weights + ((nint)tap * _inputs * _outputs);
        float* to = _transposed.Pointer + ((nint)tap * _inputs * _outputs);
        for (int o = 0; o < _outputs; o++)
        {
            for (int i = i0; i < i0 + 16; i++) to[((nint)o * _inputs) + i] = from[((nint)i * _outputs) + o];
        }
    }

    private void TransformForGradient(int group, int worker)
    {
        nint inRow = _inputs + RowPadding, outRow = _outputs + RowPadding, vStep = _chunk * inRow, mStep = _chunk * outRow;
        float* v = _scratch.Pointer;
        float* m = v + (Points * vStep);
        int end = Math.Min(_chunk, (group + 1) * TransformTiles);
        for (int i = group * TransformTiles; i < end; i++)
        {
            WinogradTiles<TLanes>.Input(InputWindow(_firstTile + i), _from.Row, _inputs, v + (i * inRow), vStep);
            WinogradTiles<TLanes>.Gradient(OutputTile(_firstTile + i), _to.Row, _outputs, m + (i * outRow), mStep);
        }
    }

    private void MultiplyForGradient(int point, int worker)
    {
        nint inRow = _inputs + RowPadding, outRow = _outputs + RowPadding;
        float* v = _scratch.Pointer + (point * _chunk * inRow);
        float* m = _scratch.Pointer + (Points * _chunk * inRow) + (point * _chunk * outRow);
        float* sums = _sums.Pointer + ((nint)point * _inputs * _outputs);
        for (int s = 0; s < _chunk; s += GradientDepth)
        {
            int depth = Math.Min(GradientDepth, _chunk - s);
            for (int o = 0; o < _outputs; o += 16)
            {
                PanelProduct.Multiply(
                    _inputs, 1, depth, v + (s * inRow), 1, 0, inRow, m + (s * outRow) + o, outRow, 0, sums + o, _outputs,
                    _firstTile + s > 0);
            }
        }
    }

    private void FinishGradient(int input, int worker)
    {
        nint step = (nint)_inputs * _outputs, row = (nint)input * _outputs;
        for (int o = 0; o < _outputs; o += TLanes.Count)
            WinogradTiles<TLanes>.FilterGradient(_sums.Pointer + row + o, step, _weights + row + o, step, _accumulate);
    }
}
