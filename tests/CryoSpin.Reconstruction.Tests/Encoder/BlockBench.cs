using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Tests.Encoder;

/// <summary>Runs trunk layers on maps in PyTorch's order and hands results back in that order.</summary>
internal sealed unsafe class BlockBench<TLanes> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly WorkerTeam _team;
    private readonly WinogradConvolution<TLanes> _winograd;
    private readonly ParameterStore _store;
    private readonly AlignedBuffer _before;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _gradient;
    private readonly AlignedBuffer _spare;
    private readonly List<TrunkLayer> _layers = [];
    private readonly int _images;
    private MapLayout _layout;
    private int _channels;

    public BlockBench(int workers, int images, int side, int channels, bool direct, int widest)
    {
        _images = images;
        _channels = channels;
        _team = new WorkerTeam(workers);
        _winograd = new WinogradConvolution<TLanes>(_team);
        _store = new ParameterStore(_team);
        _layout = new MapLayout(side, direct ? channels : MapLayout.Padded(channels), 1);
        MapLayout most = new(side, MapLayout.Padded(Math.Max(widest, channels)), 1);
        _input = new AlignedBuffer(_layout.Length(images));
        _before = new AlignedBuffer(most.Length(images));
        _gradient = new AlignedBuffer(most.Length(images));
        _spare = new AlignedBuffer(most.Length(images));
        // Old contents of the shared memory must not matter.
        _before.Slice(0, (int)_before.Length).Fill(1e9f);
    }

    public List<TrunkLayer> Layers => _layers;

    public ConvolutionBlock<TLanes> Block(int index) => (ConvolutionBlock<TLanes>)_layers[index];

    public void AddBlock(int outputs, bool pool)
    {
        string name = $"b{_layers.Count}";
        _layers.Add(new ConvolutionBlock<TLanes>(_team, _winograd, _store, _before, name, _layout, _channels, outputs, pool, _images));
        (_layout, _channels) = (_layers[^1].OutputLayout, outputs);
    }

    public void AddPool(PoolKind kind)
    {
        _layers.Add(new PoolLayer<TLanes>(_team, _layout, kind, _images));
        _layout = _layers[^1].OutputLayout;
    }

    public void Allocate()
    {
        _store.Allocate();
        foreach (TrunkLayer l in _layers) l.Initialise(new Random(1));
    }

    /// <summary>Sets a block's parameters from PyTorch's order [output][input][3][3].</summary>
    public void Set(int block, int inputs, int outputs, double[] weights, double[]? bias, double[] scale, double[] shift)
    {
        ConvolutionBlock<TLanes> b = Block(block);
        for (int i = 0; i < weights.Length; i++) b.Weights.Value[Stored(b, i, inputs)] = (float)weights[i];
        for (int o = 0; o < outputs; o++)
        {
            b.Bias.Value[o] = bias is null ? 0f : (float)bias[o];
            b.Normalisation.Scale.Value[o] = (float)scale[o];
            b.Normalisation.Shift.Value[o] = (float)shift[o];
        }
        b.Invalidate();
    }

    public double[] WeightGradient(int block, int inputs, int outputs)
    {
        ConvolutionBlock<TLanes> b = Block(block);
        return [.. Enumerable.Range(0, 9 * inputs * outputs).Select(i => (double)b.Weights.Gradient[Stored(b, i, inputs)])];
    }

    public static double[] Values(float* p, int count)
    {
        double[] v = new double[count];
        for (int i = 0; i < count; i++) v[i] = p[i];
        return v;
    }

    public Maps Forward(Maps input, bool training)
    {
        Write(input, _input.Pointer, _layers[0].InputLayout);
        float* x = _input.Pointer;
        foreach (TrunkLayer l in _layers)
        {
            l.Forward(x, _images, training);
            x = l.Output;
        }
        return Output(_layers.Count - 1);
    }

    public Maps Output(int layer)
    {
        int channels = _layers.Take(layer + 1).OfType<ConvolutionBlock<TLanes>>().Last().Bias.LogicalLength;
        return Read(_layers[layer].Output, _layers[layer].OutputLayout, channels);
    }

    public Maps Backward(Maps gradient, int inputChannels, bool accumulate = false)
    {
        float* current = _gradient.Pointer, spare = _spare.Pointer;
        Write(gradient, current, _layers[^1].OutputLayout.WithBorder(0));
        for (int i = _layers.Count - 1; i >= 0; i--)
        {
            float* next = _layers[i].Backward(i == 0 ? _input.Pointer : _layers[i - 1].Output, current, spare, _images, accumulate, true);
            if (next == current) continue;
            spare = current;
            current = next;
        }
        return Read(current, _layers[0].InputLayout.WithBorder(0), inputChannels);
    }

    public void Dispose()
    {
        foreach (TrunkLayer l in _layers) l.Dispose();
        _winograd.Dispose();
        _store.Dispose();
        foreach (AlignedBuffer b in new[] { _before, _input, _gradient, _spare }) b.Dispose();
        _team.Dispose();
    }

    private static long Stored(ConvolutionBlock<TLanes> b, int index, int inputs)
    {
        int o = index / (9 * inputs), i = index / 9 % inputs, tap = index % 9;
        return ((((long)tap * b.InputLayout.Channels) + i) * b.OutputLayout.Channels) + o;
    }

    private static nint At(MapLayout layout, int image, int channel, int y, int x) =>
        (image * layout.Image) + layout.Origin + (y * layout.Row) + ((nint)x * layout.Channels) + channel;

    private void Write(Maps maps, float* to, MapLayout layout)
    {
        for (int b = 0; b < _images; b++)
            for (int c = 0; c < maps.Channels; c++)
                for (int y = 0; y < maps.Side; y++)
                    for (int x = 0; x < maps.Side; x++) to[At(layout, b, c, y, x)] = (float)maps[b, c, y, x];
    }

    private Maps Read(float* from, MapLayout layout, int channels)
    {
        Maps maps = Maps.Zeros(_images, channels, layout.Side);
        for (int b = 0; b < _images; b++)
            for (int c = 0; c < channels; c++)
                for (int y = 0; y < layout.Side; y++)
                    for (int x = 0; x < layout.Side; x++) maps[b, c, y, x] = from[At(layout, b, c, y, x)];
        return maps;
    }
}
