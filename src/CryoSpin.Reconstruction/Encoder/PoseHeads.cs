using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>
/// The heads: each maps the trunk's features through hidden layers (Linear, ReLU, batch normalisation, in this order) and a last Linear.
/// The first layers of all heads are one matrix product, the later ones one product per head.
/// </summary>
internal sealed unsafe class PoseHeads<TLanes> : IDisposable
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly HeadLayer<TLanes>[] _layers;

    /// <summary>Makes the heads and asks for their parameters.</summary>
    /// <param name="team">Workers.</param>
    /// <param name="store">Where parameters live.</param>
    /// <param name="features">Features in memory per image.</param>
    /// <param name="trueFeatures">Features that carry something.</param>
    /// <param name="widths">Widths of the hidden layers.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="outputs">Numbers per head.</param>
    /// <param name="capacity">Most images at once.</param>
    public PoseHeads(
        WorkerTeam team, ParameterStore store, int features, int trueFeatures, IReadOnlyList<int> widths, int heads, int outputs,
        int capacity)
    {
        _layers = new HeadLayer<TLanes>[widths.Count + 1];
        int stored = features, logical = trueFeatures;
        for (int i = 0; i < _layers.Length; i++)
        {
            bool hidden = i < widths.Count;
            int width = hidden ? widths[i] : outputs, padded = hidden ? MapLayout.Padded(width) : width;
            _layers[i] = new HeadLayer<TLanes>(
                team, store, $"heads.{i}", new HeadShape(stored, logical, padded, width, heads, Shared: i == 0, hidden), capacity);
            (stored, logical) = (padded, width);
        }
    }

    public IReadOnlyList<HeadLayer<TLanes>> Layers => _layers;

    /// <summary>Outputs [image][head][number] of the last forward pass.</summary>
    public float* Output => _layers[^1].Output;

    public void Initialise(Random random)
    {
        foreach (HeadLayer<TLanes> layer in _layers) layer.Initialise(random);
    }

    /// <summary>Computes the outputs for [image][feature].</summary>
    public void Forward(float* features, int images, bool training)
    {
        float* x = features;
        foreach (HeadLayer<TLanes> layer in _layers)
        {
            layer.Forward(x, images, training);
            x = layer.Output;
        }
    }

    /// <summary>Gradients after a forward pass in training mode; the gradient at the features goes to
    /// <paramref name="featureGradient"/>.</summary>
    public void Backward(float* features, float* gradient, float* featureGradient, int images, bool accumulate)
    {
        int numbers = images * _layers[^1].RowLength;
        new Span<float>(gradient, numbers).CopyTo(new Span<float>(_layers[^1].Gradient, numbers));
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            float* x = i == 0 ? features : _layers[i - 1].Output, dx = i == 0 ? featureGradient : _layers[i - 1].Gradient;
            _layers[i].Backward(x, dx, images, accumulate);
        }
    }

    public void Dispose()
    {
        foreach (HeadLayer<TLanes> layer in _layers) layer.Dispose();
    }
}

/// <summary>Sizes of one layer of the heads.</summary>
/// <param name="Inputs">Inputs in memory, per head or, where shared, for all.</param>
/// <param name="TrueInputs">Inputs that carry something.</param>
/// <param name="Outputs">Outputs per head in memory.</param>
/// <param name="TrueOutputs">Outputs per head that carry something.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="Shared">Whether all heads read the same inputs.</param>
/// <param name="Hidden">Whether ReLU and batch normalisation follow.</param>
internal readonly record struct HeadShape(int Inputs, int TrueInputs, int Outputs, int TrueOutputs, int Heads, bool Shared, bool Hidden);
