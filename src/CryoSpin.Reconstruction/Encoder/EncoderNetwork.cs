using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>The network behind a <see cref="PoseEncoder"/>, for one width of vectors.</summary>
internal abstract unsafe class EncoderNetwork : IDisposable
{
    /// <summary>All trained numbers.</summary>
    public abstract ParameterStore Parameters { get; }

    /// <summary>Running statistics of every normalisation, first layer to last.</summary>
    public abstract IEnumerable<AlignedBuffer> States { get; }

    /// <summary>Outputs [image][head][number] of the last forward pass.</summary>
    public abstract float* Output { get; }

    /// <summary>The network for this machine's widest vectors.</summary>
    public static EncoderNetwork Create(EncoderArchitecture architecture, int capacity, WorkerTeam team) =>
        Vector512.IsHardwareAccelerated
            ? new EncoderNetwork<Lanes16>(architecture, capacity, team)
            : Vector256.IsHardwareAccelerated
                ? new EncoderNetwork<Lanes8>(architecture, capacity, team)
                : new EncoderNetwork<Lanes4>(architecture, capacity, team);

    public abstract void Initialise(Random random);

    public abstract void Forward(float* images, int count, bool training);

    public abstract void Backward(float* gradient, bool accumulate);

    /// <summary>Tells the layers that the parameters have changed.</summary>
    public abstract void Invalidate();

    public abstract void Dispose();
}

/// <inheritdoc/>
internal sealed unsafe class EncoderNetwork<TLanes> : EncoderNetwork
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly GaussianFilterBank _filters;
    private readonly WinogradConvolution<TLanes> _winograd;
    private readonly ParameterStore _parameters;
    private readonly List<TrunkLayer> _trunk = [];
    private readonly PoseHeads<TLanes> _heads;
    private readonly MapLayout _inputLayout;
    private readonly MapLayout _featureLayout;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _beforeGradient;
    private readonly AlignedBuffer _gradient;
    private readonly AlignedBuffer _spare;
    private readonly AlignedBuffer _features;
    private readonly AlignedBuffer _featureGradient;
    private readonly int _featureLength;
    private int _count;

    public EncoderNetwork(EncoderArchitecture architecture, int capacity, WorkerTeam team)
    {
        _filters = new GaussianFilterBank(team, architecture.InputSize, architecture.GaussianVariances);
        _winograd = new WinogradConvolution<TLanes>(team);
        _parameters = new ParameterStore(team);
        _inputLayout = new MapLayout(architecture.InputSize, _filters.Channels, 1);
        _input = new AlignedBuffer(_inputLayout.Length(capacity));
        (long before, long gradient) = GradientLengths(architecture, capacity);
        _beforeGradient = new AlignedBuffer(before);
        _gradient = new AlignedBuffer(gradient);
        _spare = new AlignedBuffer(gradient);
        BuildTrunk(architecture, capacity, team);
        _featureLayout = _trunk[^1].OutputLayout;
        _featureLength = _featureLayout.Side * _featureLayout.Side * _featureLayout.Channels;
        _features = new AlignedBuffer((long)capacity * _featureLength);
        _featureGradient = new AlignedBuffer((long)capacity * _featureLength);
        int trueFeatures = _featureLayout.Side * _featureLayout.Side * architecture.FeatureChannels;
        _heads = new PoseHeads<TLanes>(
            team, _parameters, _featureLength, trueFeatures, architecture.HeadWidths, architecture.Heads, architecture.OutputsPerHead,
            capacity);
        _parameters.Allocate();
    }

    public override ParameterStore Parameters => _parameters;

    public override IEnumerable<AlignedBuffer> States =>
        _trunk.Where(l => l.State is not null).Select(l => l.State!)
            .Concat(_heads.Layers.Where(l => l.Normalisation is not null).Select(l => l.Normalisation!.Running));

    public override float* Output => _heads.Output;

    public override void Initialise(Random random)
    {
        foreach (TrunkLayer layer in _trunk) layer.Initialise(random);
        _heads.Initialise(random);
    }

    public override void Forward(float* images, int count, bool training)
    {
        _count = count;
        _filters.Apply(images, count, _input.Pointer, _inputLayout);
        float* x = _input.Pointer;
        foreach (TrunkLayer layer in _trunk)
        {
            layer.Forward(x, count, training);
            x = layer.Output;
        }
        CopyFeatures(x, _featureLayout, _features.Pointer, fromMaps: true);
        _heads.Forward(_features.Pointer, count, training);
    }

    public override void Backward(float* gradient, bool accumulate)
    {
        _heads.Backward(_features.Pointer, gradient, _featureGradient.Pointer, _count, accumulate);
        float* current = _gradient.Pointer, spare = _spare.Pointer;
        CopyFeatures(current, _featureLayout.WithBorder(0), _featureGradient.Pointer, fromMaps: false);
        for (int i = _trunk.Count - 1; i >= 0; i--)
        {
            float* input = i == 0 ? _input.Pointer : _trunk[i - 1].Output;
            float* next = _trunk[i].Backward(input, current, spare, _count, accumulate, inputGradient: i > 0);
            if (next == current) continue;
            spare = current;
            current = next;
        }
    }

    public override void Invalidate()
    {
        foreach (TrunkLayer layer in _trunk) layer.Invalidate();
    }

    public override void Dispose()
    {
        foreach (TrunkLayer layer in _trunk) layer.Dispose();
        _heads.Dispose();
        _filters.Dispose();
        _winograd.Dispose();
        _parameters.Dispose();
        foreach (AlignedBuffer b in new[] { _input, _beforeGradient, _gradient, _spare, _features, _featureGradient }) b.Dispose();
    }

    // One set of gradient maps serves all layers, since a layer's is dead once the layer below has read it.
    private static (long Before, long Gradient) GradientLengths(EncoderArchitecture architecture, int capacity)
    {
        long before = 0, gradient = 0;
        int side = architecture.InputSize;
        foreach (EncoderStage stage in architecture.Trunk)
        {
            foreach (int channels in stage.Channels)
            {
                before = Math.Max(before, new MapLayout(side, MapLayout.Padded(channels), 1).Length(capacity));
                gradient = Math.Max(gradient, new MapLayout(side, MapLayout.Padded(channels), 0).Length(capacity));
            }
            if (stage.Pool != PoolKind.None) side /= 2;
        }
        return (before, gradient);
    }

    private void BuildTrunk(EncoderArchitecture architecture, int capacity, WorkerTeam team)
    {
        MapLayout layout = _inputLayout;
        int channels = _filters.Channels;
        foreach (EncoderStage stage in architecture.Trunk)
        {
            for (int i = 0; i < stage.Channels.Count; i++)
            {
                bool pool = stage.Pool == PoolKind.Maximum && i == stage.Channels.Count - 1;
                Add(new ConvolutionBlock<TLanes>(
                    team, _winograd, _parameters, _beforeGradient, $"trunk.{_trunk.Count}", layout, channels, stage.Channels[i], pool,
                    capacity));
                channels = stage.Channels[i];
            }
            bool fused = stage.Pool == PoolKind.Maximum && stage.Channels.Count > 0;
            if (stage.Pool != PoolKind.None && !fused) Add(new PoolLayer<TLanes>(team, layout, stage.Pool, capacity));
        }

        void Add(TrunkLayer layer)
        {
            _trunk.Add(layer);
            layout = layer.OutputLayout;
        }
    }

    private void CopyFeatures(float* maps, MapLayout layout, float* features, bool fromMaps)
    {
        int row = layout.Side * layout.Channels;
        for (int i = 0; i < _count * layout.Side; i++, features += row)
        {
            float* map = maps + (i / layout.Side * layout.Image) + layout.Origin + (i % layout.Side * layout.Row);
            Span<float> a = new(map, row), b = new(features, row);
            if (fromMaps) a.CopyTo(b);
            else b.CopyTo(a);
        }
    }
}
