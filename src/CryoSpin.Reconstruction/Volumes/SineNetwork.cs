using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Volumes.Kernels;

namespace CryoSpin.Reconstruction.Volumes;

/// <summary>
/// A perceptron from three coordinates to some numbers with sine layers, x to sin(omega (x W + b)), and a last linear one. SIREN: Sitzmann,
/// Martel, Bergman, Lindell and Wetzstein, NeurIPS 2020.
/// </summary>
/// <remarks>
/// Rows are points. All workers share each matrix product, whose sums have an order of their own: results depend neither on the number of
/// workers nor on which points go together, but for the weights' gradients, which are sums over the points in their order.
/// </remarks>
internal sealed unsafe class SineNetwork : IDisposable
{
    /// <summary>Coordinates of a point.</summary>
    public const int Inputs = 3;

    /// <summary>Frequency of every sine layer, as published for SIREN.</summary>
    public const float Omega = 30;

    private const int RowsPerItem = 64;
    private const int ColumnsPerItem = 16;
    private readonly WorkerTeam _team;
    private readonly int _width;
    private readonly int _outputs;
    private readonly Parameter[] _weights;
    private readonly Parameter[] _biases;
    private readonly AlignedBuffer[] _sines;
    private readonly AlignedBuffer[] _cosines;
    private readonly AlignedBuffer _gradient;
    private readonly AlignedBuffer _nextGradient;
    private readonly Action<int, int> _activate;
    private readonly Action<int, int> _backward;
    private int _layer;
    private int _rows;
    private bool _keep;
    private float* _d;

    /// <summary>Asks the store for parameters.</summary>
    /// <param name="store">Where parameters live.</param>
    /// <param name="name">Prefix of their names.</param>
    /// <param name="shape">Sine layers and their width.</param>
    /// <param name="outputs">Numbers per point.</param>
    /// <param name="capacity">Most points at once.</param>
    /// <param name="team">Workers.</param>
    public SineNetwork(ParameterStore store, string name, SineShape shape, int outputs, int capacity, WorkerTeam team)
    {
        if (shape.Layers < 1) throw new ArgumentException("A sine network needs a sine layer.", nameof(shape));
        if (shape.Width < 16 || shape.Width % 16 != 0) throw new ArgumentException("The width must be a multiple of 16.", nameof(shape));
        (_team, _width, _outputs) = (team, shape.Width, outputs);
        _weights = new Parameter[shape.Layers + 1];
        _biases = new Parameter[shape.Layers + 1];
        for (int l = 0; l <= shape.Layers; l++)
        {
            int length = InputsOf(l) * OutputsOf(l);
            _weights[l] = store.Add($"{name}.{l}.weight", length, length);
            _biases[l] = store.Add($"{name}.{l}.bias", OutputsOf(l), OutputsOf(l));
        }
        long values = (long)capacity * _width;
        _sines = [.. Enumerable.Range(0, shape.Layers).Select(_ => new AlignedBuffer(values))];
        _cosines = [.. Enumerable.Range(0, shape.Layers).Select(_ => new AlignedBuffer(values))];
        (_gradient, _nextGradient) = (new AlignedBuffer(values), new AlignedBuffer(values));
        _activate = Activate;
        _backward = BackwardColumns;
    }

    private int Layers => _sines.Length;

    /// <summary>
    /// Draws the weights as published: uniform within 1 / inputs in the first layer, sqrt(6 / inputs) / omega in the others, so that every
    /// layer's arguments have the same distribution.
    /// </summary>
    public void Initialise(Random random)
    {
        for (int l = 0; l <= Layers; l++)
        {
            float bound = l == 0 ? 1f / Inputs : MathF.Sqrt(6f / _width) / Omega, biasBound = 1f / MathF.Sqrt(InputsOf(l));
            for (int i = 0; i < _weights[l].Length; i++) _weights[l].Value[i] = bound * ((2 * random.NextSingle()) - 1);
            // A bias within 1 / sqrt(inputs) shifts the phases of sines; at the end it would be an offset of the result.
            for (int i = 0; i < _biases[l].Length && l < Layers; i++) _biases[l].Value[i] = biasBound * ((2 * random.NextSingle()) - 1);
        }
    }

    /// <summary>Multiply-adds of a forward pass at one point.</summary>
    public long ProductsPerPoint => (Inputs * _width) + ((Layers - 1L) * _width * _width) + (_width * _outputs);

    /// <summary>Computes the numbers of some points.</summary>
    /// <param name="points">[points][3].</param>
    /// <param name="count">Number of points.</param>
    /// <param name="keep">Whether <see cref="Backward"/> follows.</param>
    /// <param name="output">Receives [points][outputs].</param>
    public void Forward(float* points, int count, bool keep, float* output)
    {
        (_rows, _keep) = (count, keep);
        float* x = points;
        for (_layer = 0; _layer < Layers; _layer++)
        {
            int inputs = InputsOf(_layer);
            float* z = _sines[_layer].Pointer;
            MatrixProduct.Multiply(_team, x, count, inputs, inputs, _weights[_layer].Value, _width, _width, z, _width);
            _team.ForEach((count + RowsPerItem - 1) / RowsPerItem, _activate);
            x = z;
        }
        MatrixProduct.Multiply(_team, x, count, _width, _width, _weights[Layers].Value, _outputs, _outputs, output, _outputs);
        float* bias = _biases[Layers].Value;
        for (int i = 0; i < count; i++)
        {
            for (int o = 0; o < _outputs; o++) output[(i * _outputs) + o] += bias[o];
        }
    }

    /// <summary>Adds to the parameters' gradients and to the points' after a <see cref="Forward"/> that kept its values.</summary>
    /// <param name="points">The points again.</param>
    /// <param name="count">Their number.</param>
    /// <param name="gradient">Gradient at the numbers, [points][outputs].</param>
    /// <param name="pointGradient">[points][3], added to.</param>
    public void Backward(float* points, int count, float* gradient, float* pointGradient)
    {
        _rows = count;
        float* biasGradient = _biases[Layers].Gradient;
        for (int i = 0; i < count; i++)
        {
            for (int o = 0; o < _outputs; o++) biasGradient[o] += gradient[(i * _outputs) + o];
        }
        MatrixProduct.MultiplyTransposedA(
            _team, _sines[^1].Pointer, _width, count, _width, gradient, _outputs, _outputs, _weights[Layers].Gradient, _outputs, true);
        float* next = _nextGradient.Pointer;
        _d = _gradient.Pointer;
        MatrixProduct.MultiplyTransposed(_team, gradient, count, _outputs, _outputs, _weights[Layers].Value, _width, _outputs, _d, _width);
        for (_layer = Layers - 1; _layer >= 0; _layer--)
        {
            _team.ForEach(_width / ColumnsPerItem, _backward);
            int inputs = InputsOf(_layer);
            float* x = _layer == 0 ? points : _sines[_layer - 1].Pointer, target = _layer == 0 ? pointGradient : next;
            MatrixProduct.MultiplyTransposedA(
                _team, x, inputs, count, inputs, _d, _width, _width, _weights[_layer].Gradient, _width, true);
            MatrixProduct.MultiplyTransposed(
                _team, _d, count, _width, _width, _weights[_layer].Value, inputs, _width, target, inputs, accumulate: _layer == 0);
            float* used = _d;
            _d = next;
            next = used;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AlignedBuffer buffer in _sines.Concat(_cosines)) buffer.Dispose();
        _gradient.Dispose();
        _nextGradient.Dispose();
    }

    private int InputsOf(int layer) => layer == 0 ? Inputs : _width;

    private int OutputsOf(int layer) => layer == _weights.Length - 1 ? _outputs : _width;

    private void Activate(int item, int worker)
    {
        int first = item * RowsPerItem;
        long at = (long)first * _width;
        SineKernel.Activate(
            _sines[_layer].Pointer + at, _biases[_layer].Value, Math.Min(RowsPerItem, _rows - first), _width, Omega,
            _keep ? _cosines[_layer].Pointer + at : null);
    }

    private void BackwardColumns(int item, int worker)
    {
        int first = item * ColumnsPerItem;
        SineKernel.Backward(_d + first, _cosines[_layer].Pointer + first, _rows, _width, Omega, _biases[_layer].Gradient + first);
    }
}

/// <summary>Size of a sine network.</summary>
/// <param name="Layers">Sine layers, the first one included.</param>
/// <param name="Width">Numbers per layer, a multiple of 16.</param>
internal readonly record struct SineShape(int Layers, int Width);
