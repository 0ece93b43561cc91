using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>One step of the trunk, from maps to maps; every map is stored with a border of zeros, ready for a convolution.</summary>
internal abstract unsafe class TrunkLayer(MapLayout input, MapLayout output, int capacity) : IDisposable
{
    private readonly AlignedBuffer _output = new(output.Length(capacity));

    /// <summary>Layout of the input maps, with a border.</summary>
    public MapLayout InputLayout { get; } = input;

    /// <summary>Layout of the output maps, with a border.</summary>
    public MapLayout OutputLayout { get; } = output;

    /// <summary>The output maps.</summary>
    public float* Output => _output.Pointer;

    /// <summary>Computes the output of so many images.</summary>
    public abstract void Forward(float* input, int images, bool training);

    /// <summary>Computes gradients after a forward pass in training mode.</summary>
    /// <param name="input">The forward pass's input.</param>
    /// <param name="gradient">Gradient at the output, without a border; may be overwritten.</param>
    /// <param name="spare">Memory of the same size.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="accumulate">Whether to add to the parameters' gradients or to overwrite them.</param>
    /// <param name="inputGradient">Whether the gradient at the input is wanted.</param>
    /// <returns>The gradient at the input, without a border, in one of the two buffers.</returns>
    public abstract float* Backward(float* input, float* gradient, float* spare, int images, bool accumulate, bool inputGradient);

    /// <summary>Draws the first parameters.</summary>
    public virtual void Initialise(Random random)
    {
    }

    /// <summary>Running statistics, where the layer has them.</summary>
    public virtual AlignedBuffer? State => null;

    /// <summary>Tells the layer that its parameters have changed.</summary>
    public virtual void Invalidate()
    {
    }

    public virtual void Dispose() => _output.Dispose();
}

/// <summary>2x2 pooling that no convolution precedes, or by the mean.</summary>
internal sealed unsafe class PoolLayer<TLanes> : TrunkLayer
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly WorkerTeam _team;
    private readonly PoolKind _kind;
    private readonly Action<int, int> _forward;
    private readonly Action<int, int> _backward;
    private float* _input;
    private float* _gradient;
    private float* _result;

    public PoolLayer(WorkerTeam team, MapLayout input, PoolKind kind, int capacity)
        : base(input, input with { Side = input.Side / 2 }, capacity)
    {
        (_team, _kind) = (team, kind);
        _forward = ForwardImage;
        _backward = BackwardImage;
    }

    public override void Forward(float* input, int images, bool training)
    {
        _input = input;
        _team.ForEach(images, _forward);
    }

    public override float* Backward(float* input, float* gradient, float* spare, int images, bool accumulate, bool inputGradient)
    {
        _input = input;
        _gradient = gradient;
        _result = spare;
        _team.ForEach(images, _backward);
        return spare;
    }

    private void ForwardImage(int image, int worker)
    {
        float* x = _input + (image * InputLayout.Image) + InputLayout.Origin;
        float* y = Output + (image * OutputLayout.Image) + OutputLayout.Origin;
        for (int r = 0; r < OutputLayout.Side; r++, x += 2 * InputLayout.Row, y += OutputLayout.Row)
        {
            int side = OutputLayout.Side, channels = OutputLayout.Channels;
            if (_kind == PoolKind.Maximum) ActivationKernels<TLanes>.PoolMaximum(x, InputLayout.Row, side, channels, y);
            else ActivationKernels<TLanes>.PoolAverage(x, InputLayout.Row, side, channels, y);
        }
    }

    private void BackwardImage(int image, int worker)
    {
        MapLayout from = OutputLayout.WithBorder(0), to = InputLayout.WithBorder(0);
        int channels = from.Channels;
        float* x = _input + (image * InputLayout.Image) + InputLayout.Origin;
        float* g = _gradient + (image * from.Image);
        float* d = _result + (image * to.Image);
        // Pixels an odd side leaves uncovered get no gradient.
        if (to.Side % 2 != 0) new Span<float>(d, (int)to.Image).Clear();
        for (int r = 0; r < from.Side; r++, x += 2 * InputLayout.Row, g += from.Row, d += 2 * to.Row)
        {
            if (_kind == PoolKind.Maximum) ActivationKernels<TLanes>.UnpoolMaximum(x, InputLayout.Row, from.Side, channels, g, d, to.Row);
            else ActivationKernels<TLanes>.UnpoolAverage(from.Side, channels, g, d, to.Row);
        }
    }
}
