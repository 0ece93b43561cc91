using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>One Linear layer of all heads, with ReLU and batch normalisation where hidden.</summary>
internal sealed unsafe class HeadLayer<TLanes> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int ColumnsPerItem = 16;
    private readonly WorkerTeam _team;
    private readonly HeadShape _shape;
    private readonly BatchNormalisation? _normalisation;
    private readonly AlignedBuffer _activation;
    private readonly AlignedBuffer _output;
    private readonly AlignedBuffer _gradient;
    private readonly Action<int, int> _forwardHead;
    private readonly Action<int, int> _weightGradientHead;
    private readonly Action<int, int> _inputGradientHead;
    private readonly Action<int, int> _forwardColumns;
    private readonly Action<int, int> _backwardColumns;
    private NormalisationTerms _terms;
    private float* _x;
    private float* _dx;
    private int _images;
    private bool _training;
    private bool _accumulate;

    public HeadLayer(WorkerTeam team, ParameterStore store, string name, HeadShape shape, int capacity)
    {
        (_team, _shape) = (team, shape);
        int matrices = shape.Shared ? 1 : shape.Heads;
        int columns = shape.Outputs * (shape.Shared ? shape.Heads : 1);
        Weights = store.Add(name + ".weight", matrices * shape.Inputs * columns, shape.Heads * shape.TrueInputs * shape.TrueOutputs);
        Bias = store.Add(name + ".bias", MapLayout.Padded(RowLength), shape.Heads * shape.TrueOutputs);
        long length = ((long)capacity * RowLength) + 64;
        if (shape.Hidden)
            _normalisation = new BatchNormalisation(store, name + ".norm", shape.Heads * shape.TrueOutputs, RowLength);
        _activation = new AlignedBuffer(shape.Hidden ? length : 0);
        _output = new AlignedBuffer(length);
        _gradient = new AlignedBuffer(length);
        _forwardHead = ForwardHead;
        _weightGradientHead = WeightGradientHead;
        _inputGradientHead = InputGradientHead;
        _forwardColumns = ForwardColumns;
        _backwardColumns = BackwardColumns;
    }

    /// <summary>Weights [inputs][heads * outputs] where shared, else [head][inputs][outputs].</summary>
    public Parameter Weights { get; }

    /// <summary>Biases [heads * outputs].</summary>
    public Parameter Bias { get; }

    public BatchNormalisation? Normalisation => _normalisation;

    /// <summary>Numbers per image, of all heads.</summary>
    public int RowLength => _shape.Heads * _shape.Outputs;

    public float* Output => _output.Pointer;

    /// <summary>Gradient at the output; <see cref="Backward"/> overwrites it with the gradient at the Linear's output.</summary>
    public float* Gradient => _gradient.Pointer;

    private int Columns => _shape.Shared ? RowLength : _shape.Outputs;

    public void Initialise(Random random)
    {
        // Uniform within 1/sqrt(fan-in), PyTorch's default for Linear, which the published network uses.
        float bound = 1f / MathF.Sqrt(_shape.TrueInputs);
        for (int head = 0; head < _shape.Heads; head++)
        {
            for (int o = 0; o < _shape.TrueOutputs; o++)
            {
                Bias.Value[(head * _shape.Outputs) + o] = bound * ((2f * random.NextSingle()) - 1f);
                if (_normalisation is { } norm) norm.Scale.Value[(head * _shape.Outputs) + o] = 1f;
                float* w = WeightsOf(Weights.Value, head) + o;
                for (int i = 0; i < _shape.Inputs; i++) w[(nint)i * Columns] = bound * ((2f * random.NextSingle()) - 1f);
            }
        }
    }

    public void Forward(float* x, int images, bool training)
    {
        _x = x;
        _images = images;
        _training = training;
        float* target = _shape.Hidden ? _activation.Pointer : Output;
        int inputs = _shape.Inputs;
        if (_shape.Shared) MatrixProduct.Multiply(_team, x, images, inputs, inputs, Weights.Value, RowLength, RowLength, target, RowLength);
        else EachHead(_forwardHead);
        if (_normalisation is { } norm)
        {
            if (!training) norm.UseRunning(null);
            _terms = norm.Terms;
            _team.ForEach(RowLength / ColumnsPerItem, _forwardColumns);
            return;
        }
        for (int i = 0; i < images; i++)
        {
            float* row = target + ((nint)i * RowLength);
            for (int c = 0; c < RowLength; c++) row[c] += Bias.Value[c];
        }
    }

    public void Backward(float* x, float* dx, int images, bool accumulate)
    {
        _x = x;
        _dx = dx;
        _images = images;
        _accumulate = accumulate;
        if (_shape.Hidden) _team.ForEach(RowLength / ColumnsPerItem, _backwardColumns);
        else SumBias();
        if (!_shape.Shared)
        {
            EachHead(_weightGradientHead);
            EachHead(_inputGradientHead);
            return;
        }
        MatrixProduct.MultiplyTransposedA(
            _team, x, _shape.Inputs, images, _shape.Inputs, Gradient, RowLength, RowLength, Weights.Gradient, RowLength, accumulate);
        MatrixProduct.MultiplyTransposed(
            _team, Gradient, images, RowLength, RowLength, Weights.Value, _shape.Inputs, RowLength, dx, _shape.Inputs);
    }

    public void Dispose()
    {
        _normalisation?.Dispose();
        _activation.Dispose();
        _output.Dispose();
        _gradient.Dispose();
    }

    // The first weight of a head; its rows are Columns apart.
    private float* WeightsOf(float* all, int head) =>
        all + (_shape.Shared ? head * _shape.Outputs : (nint)head * _shape.Inputs * _shape.Outputs);

    private void EachHead(Action<int, int> body)
    {
        // Enough heads: one each, without a fork and join per product. Few: the workers share each product.
        if (_shape.Heads >= _team.Workers) _team.ForEach(_shape.Heads, body);
        else for (int head = 0; head < _shape.Heads; head++) body(head, -1);
    }

    private WorkerTeam? TeamFor(int worker) => worker < 0 ? _team : null;

    private void ForwardHead(int head, int worker)
    {
        float* target = (_shape.Hidden ? _activation.Pointer : Output) + (head * _shape.Outputs);
        MatrixProduct.Multiply(
            TeamFor(worker), _x + (head * _shape.Inputs), _images, _shape.Inputs, _shape.Heads * _shape.Inputs,
            WeightsOf(Weights.Value, head),
            _shape.Outputs, _shape.Outputs, target, RowLength);
    }

    private void WeightGradientHead(int head, int worker) =>
        MatrixProduct.MultiplyTransposedA(
            TeamFor(worker), _x + (head * _shape.Inputs), _shape.Inputs, _images, _shape.Heads * _shape.Inputs,
            Gradient + (head * _shape.Outputs),
            _shape.Outputs, RowLength, WeightsOf(Weights.Gradient, head), _shape.Outputs, _accumulate);

    private void InputGradientHead(int head, int worker) =>
        MatrixProduct.MultiplyTransposed(
            TeamFor(worker), Gradient + (head * _shape.Outputs), _images, _shape.Outputs, RowLength, WeightsOf(Weights.Value, head),
            _shape.Inputs,
            _shape.Outputs, _dx + (head * _shape.Inputs), _shape.Heads * _shape.Inputs);

    private void SumBias()
    {
        float* g = Bias.Gradient;
        if (!_accumulate) new Span<float>(g, RowLength).Clear();
        for (int i = 0; i < _images; i++)
        {
            float* row = Gradient + ((nint)i * RowLength);
            for (int c = 0; c < RowLength; c++) g[c] += row[c];
        }
    }

    private void ForwardColumns(int item, int worker)
    {
        int first = item * ColumnsPerItem;
        if (_training)
        {
            HeadKernels<TLanes>.RectifyAndMeasure(
                _activation.Pointer + first, RowLength, _images, Bias.Value + first, out HeadColumns moments);
            for (int c = 0; c < ColumnsPerItem; c++) _normalisation!.SetBatch(first + c, moments.First[c], moments.Second[c], _images, 0);
        }
        else
        {
            HeadKernels<TLanes>.Rectify(_activation.Pointer + first, RowLength, _images, Bias.Value + first);
        }
        HeadKernels<TLanes>.Normalise(_activation.Pointer + first, RowLength, _images, _terms, first, Output + first);
    }

    private void BackwardColumns(int item, int worker)
    {
        int first = item * ColumnsPerItem;
        HeadKernels<TLanes>.GradientSums(
            _activation.Pointer + first, Gradient + first, RowLength, _images, _terms, first, out HeadColumns sums);
        for (int c = 0; c < ColumnsPerItem; c++)
            _normalisation!.SetGradients(first + c, sums.First[c], sums.Second[c], _images, _accumulate);
        HeadKernels<TLanes>.Backward(
            _activation.Pointer + first, Gradient + first, RowLength, _images, _terms, first, Bias.Gradient + first, _accumulate);
    }
}
