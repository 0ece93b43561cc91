using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>3x3 convolution with bias, batch normalisation, ReLU and, where asked for, 2x2 maximum, with their gradients.</summary>
/// <remarks>
/// The bias is not added to the convolution: batch statistics cancel it, so that its gradient is exactly zero, and with running statistics
/// it only moves the mean. It is kept as a parameter so that the network has the published parameters and running means.
/// </remarks>
internal sealed unsafe class ConvolutionBlock<TLanes> : TrunkLayer
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int PixelsPerItem = 1024;
    private readonly WorkerTeam _team;
    private readonly WinogradConvolution<TLanes> _winograd;
    private readonly DirectConvolution? _direct;
    private readonly AlignedBuffer _beforeGradient;
    private readonly AlignedBuffer _x;
    private readonly AlignedBuffer _parts;
    private readonly AlignedBuffer _pivot;
    private readonly AlignedBuffer _u;
    private readonly BatchNormalisation _normalisation;
    private readonly MapLayout _plain;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly bool _pool;
    private readonly int _rowsPerItem;
    private readonly int _itemsPerImage;
    private readonly Action<int, int> _moments;
    private readonly Action<int, int> _activate;
    private readonly Action<int, int> _gradientSums;
    private readonly Action<int, int> _backward;
    private NormalisationTerms _terms;
    private float* _gradient;
    private bool _filtersCurrent;

    /// <summary>Makes the layer and asks for its parameters.</summary>
    /// <param name="team">Workers.</param>
    /// <param name="winograd">The convolution shared by all layers.</param>
    /// <param name="store">Where parameters live.</param>
    /// <param name="beforeGradient">Memory shared by all layers for the gradient at the convolution's output, with its border.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="input">Layout of the input, with a border.</param>
    /// <param name="inputs">Input channels that carry something.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="pool">Whether a 2x2 maximum follows.</param>
    /// <param name="capacity">Most images at once.</param>
    public ConvolutionBlock(
        WorkerTeam team, WinogradConvolution<TLanes> winograd, ParameterStore store, AlignedBuffer beforeGradient, string name,
        MapLayout input,
        int inputs, int outputs, bool pool, int capacity)
        : base(input, new MapLayout(pool ? input.Side / 2 : input.Side, MapLayout.Padded(outputs), 1), capacity)
    {
        (_team, _winograd, _beforeGradient, _inputs, _outputs, _pool) = (team, winograd, beforeGradient, inputs, outputs, pool);
        int padded = OutputLayout.Channels;
        _plain = new MapLayout(input.Side, padded, 0);
        Weights = store.Add(name + ".weight", 9 * input.Channels * padded, 9 * inputs * outputs);
        Bias = store.Add(name + ".bias", padded, outputs);
        _normalisation = new BatchNormalisation(store, name + ".norm", outputs, padded);
        bool direct = input.Channels % 16 != 0;
        _direct = direct ? new DirectConvolution(team, input.Channels, padded) : null;
        _u = new AlignedBuffer(direct ? 0 : WinogradConvolution<TLanes>.FilterLength(input.Channels, padded));
        if (!direct) winograd.Reserve(input.Channels, padded);
        _x = new AlignedBuffer(_plain.Length(capacity));
        // Pairs of rows stay together for the pooling.
        _rowsPerItem = Math.Max(2, PixelsPerItem / input.Side / 2 * 2);
        _itemsPerImage = (input.Side + _rowsPerItem - 1) / _rowsPerItem;
        _parts = new AlignedBuffer(2L * padded * _itemsPerImage * capacity);
        _pivot = new AlignedBuffer(padded);
        _moments = SumMoments;
        _activate = Activate;
        _gradientSums = SumGradients;
        _backward = BackwardRows;
    }

    /// <summary>Filters [3][3][input channels][output channels], padded channels included.</summary>
    public Parameter Weights { get; }

    public Parameter Bias { get; }

    public BatchNormalisation Normalisation => _normalisation;

    public override AlignedBuffer State => _normalisation.Running;

    /// <summary>Floats the shared gradient memory needs for this layer.</summary>
    public static long GradientLength(MapLayout input, int outputs, int capacity) =>
        new MapLayout(input.Side, MapLayout.Padded(outputs), 1).Length(capacity);

    public override void Initialise(Random random)
    {
        // Uniform with variance 2 / fan-in (He et al., ICCV 2015): the normalisation makes the scale immaterial but for Adam's relative
        // step.
        float bound = MathF.Sqrt(6f / (9f * _inputs));
        int padded = OutputLayout.Channels;
        for (int tap = 0; tap < 9; tap++)
        {
            for (int i = 0; i < _inputs; i++)
            {
                for (int o = 0; o < _outputs; o++)
                    Weights.Value[(((tap * InputLayout.Channels) + i) * padded) + o] = bound * ((2f * random.NextSingle()) - 1f);
            }
        }
        _normalisation.Initialise();
        Invalidate();
    }

    public override void Invalidate() => _filtersCurrent = false;

    public override void Forward(float* input, int images, bool training)
    {
        Convolve(input, images);
        if (training)
        {
            new Span<float>(_x.Pointer, _plain.Channels).CopyTo(_pivot.Slice(0, _plain.Channels));
            _team.ForEach(images * _itemsPerImage, _moments);
            double samples = (double)images * _plain.Side * _plain.Side;
            _normalisation.UseBatch(_parts.Pointer, images * _itemsPerImage, samples, _pivot.Pointer, Bias.Value);
        }
        else
        {
            _normalisation.UseRunning(Bias.Value);
        }
        _terms = _normalisation.Terms;
        _team.ForEach(images * _itemsPerImage, _activate);
    }

    public override float* Backward(float* input, float* gradient, float* spare, int images, bool accumulate, bool inputGradient)
    {
        _gradient = gradient;
        int items = images * _itemsPerImage;
        _team.ForEach(items, _gradientSums);
        _normalisation.UseGradients(_parts.Pointer, items, (double)images * _plain.Side * _plain.Side, accumulate);
        if (!accumulate) new Span<float>(Bias.Gradient, Bias.Length).Clear();
        _team.ForEach(items, _backward);
        MapLayout bordered = _plain.WithBorder(1);
        if (_direct is { } direct)
        {
            direct.WeightGradient(input, InputLayout, _beforeGradient.Pointer, bordered, images, Weights.Gradient, accumulate);
            return gradient;
        }
        _winograd.WeightGradient(input, InputLayout, _beforeGradient.Pointer, bordered, images, Weights.Gradient, accumulate);
        if (!inputGradient) return gradient;
        _winograd.TransformFiltersBackward(Weights.Value, InputLayout.Channels, _plain.Channels, _u.Pointer);
        _filtersCurrent = false;
        _winograd.Convolve(_beforeGradient.Pointer, bordered, _u.Pointer, gradient, InputLayout.WithBorder(0), images);
        return gradient;
    }

    public override void Dispose()
    {
        _direct?.Dispose();
        _x.Dispose();
        _parts.Dispose();
        _pivot.Dispose();
        _u.Dispose();
        _normalisation.Dispose();
        base.Dispose();
    }

    private void Convolve(float* input, int images)
    {
        if (_direct is { } direct)
        {
            if (!_filtersCurrent) direct.SetFilters(Weights.Value);
            direct.Convolve(input, InputLayout, _x.Pointer, _plain, images);
        }
        else
        {
            if (!_filtersCurrent) _winograd.TransformFilters(Weights.Value, InputLayout.Channels, _plain.Channels, _u.Pointer);
            _winograd.Convolve(input, InputLayout, _u.Pointer, _x.Pointer, _plain, images);
        }
        _filtersCurrent = true;
    }

    // Rows [first, end) of the convolution's output, and the output's first row that belongs to them.
    private void Item(int item, out int image, out int first, out int end)
    {
        image = item / _itemsPerImage;
        first = item % _itemsPerImage * _rowsPerItem;
        end = Math.Min(_plain.Side, first + _rowsPerItem);
    }

    private float* X(int image, int y) => _x.Pointer + (image * _plain.Image) + (y * _plain.Row);

    private void SumMoments(int item, int worker)
    {
        Item(item, out int image, out int first, out int end);
        ActivationKernels<TLanes>.Moments(
            X(image, first), _plain.Row, end - first, _plain.Side, _plain.Channels, _pivot.Pointer,
            _parts.Pointer + (item * 2L * _plain.Channels));
    }

    private void Activate(int item, int worker)
    {
        Item(item, out int image, out int first, out int end);
        float* y = Output + (image * OutputLayout.Image) + OutputLayout.Origin;
        if (_pool)
        {
            for (int r = first; r + 2 <= end; r += 2)
            {
                ActivationKernels<TLanes>.ActivateMaximum(
                    X(image, r), _plain.Row, OutputLayout.Side, _plain.Channels, _terms, y + (r / 2 * OutputLayout.Row));
            }
            return;
        }
        for (int r = first; r < end; r++)
            ActivationKernels<TLanes>.Activate(X(image, r), _plain.Side, _plain.Channels, _terms, y + (r * OutputLayout.Row));
    }

    private void SumGradients(int item, int worker)
    {
        Item(item, out int image, out int first, out int end);
        int channels = _plain.Channels;
        float* sums = _parts.Pointer + (item * 2L * channels);
        new Span<float>(sums, 2 * channels).Clear();
        MapLayout layout = OutputLayout.WithBorder(0);
        float* g = _gradient + (image * layout.Image);
        if (_pool)
        {
            for (int r = first; r + 2 <= end; r += 2)
                ActivationKernels<TLanes>.GradientSumsMaximum(
                    X(image, r), _plain.Row, layout.Side, channels, _terms, g + (r / 2 * layout.Row), sums);
            return;
        }
        for (int r = first; r < end; r++)
            ActivationKernels<TLanes>.GradientSums(X(image, r), _plain.Side, channels, _terms, g + (r * layout.Row), sums);
    }

    private void BackwardRows(int item, int worker)
    {
        Item(item, out int image, out int first, out int end);
        MapLayout layout = OutputLayout.WithBorder(0), to = _plain.WithBorder(1);
        int channels = _plain.Channels, side = _plain.Side;
        float* g = _gradient + (image * layout.Image);
        float* result = _beforeGradient.Pointer + (image * to.Image) + to.Origin;
        ClearAround(image, first, end, to);
        if (!_pool)
        {
            for (int r = first; r < end; r++)
                ActivationKernels<TLanes>.Backward(X(image, r), side, channels, _terms, g + (r * layout.Row), result + (r * to.Row));
            return;
        }
        int covered = 2 * layout.Side;
        for (int r = first; r < end; r += 2)
        {
            if (r + 2 > side)
            {
                ActivationKernels<TLanes>.BackwardUncovered(X(image, r), side, channels, _terms, result + (r * to.Row));
                continue;
            }
            ActivationKernels<TLanes>.BackwardMaximum(
                X(image, r), _plain.Row, layout.Side, channels, _terms, g + (r / 2 * layout.Row), result + (r * to.Row), to.Row);
            if (covered == side) continue;
            nint last = (nint)covered * channels;
            ActivationKernels<TLanes>.BackwardUncovered(X(image, r) + last, 1, channels, _terms, result + (r * to.Row) + last);
            ActivationKernels<TLanes>.BackwardUncovered(X(image, r + 1) + last, 1, channels, _terms, result + ((r + 1) * to.Row) + last);
        }
    }

    // The memory is shared by layers of other shapes, so the zeros around the map are written each time.
    private void ClearAround(int image, int first, int end, MapLayout to)
    {
        float* start = _beforeGradient.Pointer + (image * to.Image);
        int right = (to.Pitch - 1 - _plain.Side) * to.Channels;
        if (first == 0) new Span<float>(start, (int)to.Row).Clear();
        for (int r = first; r < end; r++)
        {
            float* row = start + ((r + 1) * to.Row);
            new Span<float>(row, to.Channels).Clear();
            new Span<float>(row + to.Row - right, right).Clear();
        }
        if (end == _plain.Side) new Span<float>(start + ((end + 1) * to.Row), (to.Pitch - end - 1) * (int)to.Row).Clear();
    }
}
