using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>
/// 3x3 convolutions with zero padding from maps of any few channels (the network's input) to a multiple of 16: an implicit matrix
/// product that reads its 3x3 windows in place, three runs of 3 * inputs floats each.
/// </summary>
/// <remarks>With 5 input channels Winograd's transforms would cost more than the products they save.</remarks>
internal sealed unsafe class DirectConvolution : IDisposable
{
    private const int PixelsPerItem = 512;

    // Partial sums of the weight gradient: their number is fixed, so that the result does not depend on the number of workers, and large
    // enough to keep many workers busy.
    private const int Parts = 32;
    private readonly WorkerTeam _team;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _sumRows;
    private readonly AlignedBuffer _packed;
    private readonly AlignedBuffer _sums;
    private readonly Action<int, int> _convolve;
    private readonly Action<int, int> _gradient;
    private float* _input;
    private float* _output;
    private MapLayout _from;
    private MapLayout _to;
    private int _rows;
    private int _itemsPerImage;
    private int _items;

    /// <summary>Prepares a layer.</summary>
    /// <param name="team">Workers.</param>
    /// <param name="inputs">Input channels, any number.</param>
    /// <param name="outputs">Output channels, a multiple of 16.</param>
    public DirectConvolution(WorkerTeam team, int inputs, int outputs)
    {
        (_team, _inputs, _outputs) = (team, inputs, outputs);
        // Whole fours: a micro-kernel of 4 rows, one of them unused, beats one of 2 and one of 1.
        _sumRows = ((3 * inputs) + 3) / 4 * 4;
        _packed = new AlignedBuffer(9L * inputs * outputs);
        _sums = new AlignedBuffer(3L * _sumRows * outputs * Parts);
        _convolve = ConvolveRows;
        _gradient = AddPart;
    }

    /// <summary>Packs filters [3][3][inputs][outputs] for <see cref="Convolve"/>.</summary>
    public void SetFilters(float* weights)
    {
        int taps = 9 * _inputs;
        for (int panel = 0; panel < _outputs / 16; panel++)
        {
            float* to = _packed.Pointer + ((nint)panel * taps * 16);
            for (int t = 0; t < taps; t++, to += 16)
                new Span<float>(weights + ((nint)t * _outputs) + (panel * 16), 16).CopyTo(new Span<float>(to, 16));
        }
    }

    /// <summary>Convolves so many images.</summary>
    /// <param name="input">Maps with a border of zeros.</param>
    /// <param name="from">Their layout.</param>
    /// <param name="output">Maps of the same side.</param>
    /// <param name="to">Their layout.</param>
    /// <param name="images">Number of images.</param>
    public void Convolve(float* input, MapLayout from, float* output, MapLayout to, int images)
    {
        Set(input, from, output, to);
        _team.ForEach(images * _itemsPerImage, _convolve);
    }

    /// <summary>Gradient [3][3][inputs][outputs] of the filters; the same for any number of workers.</summary>
    /// <param name="input">The layer's input with a border of zeros.</param>
    /// <param name="from">Its layout.</param>
    /// <param name="outputGradient">Gradient at the layer's output.</param>
    /// <param name="to">Its layout.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="gradient">Where the gradient goes.</param>
    /// <param name="accumulate">Whether to add to it or to overwrite it.</param>
    public void WeightGradient(
        float* input, MapLayout from, float* outputGradient, MapLayout to, int images, float* gradient, bool accumulate)
    {
        Set(input, from, outputGradient, to);
        _items = images * _itemsPerImage;
        _sums.Clear();
        _team.ForEach(Parts, _gradient);
        int copy = 3 * _sumRows * _outputs, row = 3 * _inputs * _outputs;
        Span<float> sum = _sums.Slice(0, copy);
        for (int part = 1; part < Parts; part++) TensorPrimitives.Add(sum, _sums.Slice((long)part * copy, copy), sum);
        for (int dy = 0; dy < 3; dy++)
        {
            Span<float> taps = sum.Slice(dy * _sumRows * _outputs, row), target = new(gradient + ((nint)dy * row), row);
            if (accumulate) TensorPrimitives.Add(target, taps, target);
            else taps.CopyTo(target);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _sums.Dispose();
    }

    private void Set(float* input, MapLayout from, float* output, MapLayout to)
    {
        _input = input;
        _from = from;
        _output = output;
        _to = to;
        _rows = Math.Clamp(PixelsPerItem / from.Side, 1, from.Side);
        _itemsPerImage = (from.Side + _rows - 1) / _rows;
    }

    private void ConvolveRows(int item, int worker)
    {
        int image = item / _itemsPerImage, first = item % _itemsPerImage * _rows, end = Math.Min(_from.Side, first + _rows);
        int depth = 3 * _inputs;
        for (int panel = 0; panel < _outputs / 16; panel++)
        {
            float* weights = _packed.Pointer + ((nint)panel * 9 * _inputs * 16);
            for (int y = first; y < end; y++)
            {
                PanelProduct.Multiply(
                    _from.Side, 3, depth, _input + (image * _from.Image) + (y * _from.Row), _inputs, _from.Row, 1, weights, 16,
                    (nint)depth * 16,
                    _output + (image * _to.Image) + _to.Origin + (y * _to.Row) + (panel * 16), _outputs, false);
            }
        }
    }

    private void AddPart(int part, int worker)
    {
        float* sums = _sums.Pointer + ((nint)part * 3 * _sumRows * _outputs);
        int end = (int)((long)_items * (part + 1) / Parts);
        for (int item = (int)((long)_items * part / Parts); item < end; item++) AddGradient(item, sums);
    }

    private void AddGradient(int item, float* sums)
    {
        int image = item / _itemsPerImage, first = item % _itemsPerImage * _rows, rows = Math.Min(_from.Side - first, _rows);
        float* gradient = _output + (image * _to.Image) + _to.Origin + (first * _to.Row);
        for (int o = 0; o < _outputs; o += 16)
        {
            for (int dy = 0; dy < 3; dy++)
            {
                // The row past 3 * inputs reads one channel of the next pixel; its sums are never used.
                PanelProduct.Multiply(
                    _sumRows, rows, _from.Side, _input + (image * _from.Image) + ((first + dy) * _from.Row), 1, _from.Row, _inputs,
                    gradient + o, _outputs, _to.Row, sums + ((nint)dy * _sumRows * _outputs) + o, _outputs, true);
            }
        }
    }
}
