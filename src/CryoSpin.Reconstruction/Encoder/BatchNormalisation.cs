using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>
/// Batch normalisation's parameters and statistics for one layer: scale and shift (trained), and running mean and variance with
/// momentum 0.1, the variance unbiased as in PyTorch. Ioffe and Szegedy, ICML 2015.
/// </summary>
internal sealed unsafe class BatchNormalisation : IDisposable
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;
    private readonly int _channels;
    private readonly int _padded;
    private readonly AlignedBuffer _numbers;
    private readonly double[] _totals;

    /// <summary>Asks the store for scale and shift.</summary>
    /// <param name="store">Where parameters live.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="channels">Channels that carry something.</param>
    /// <param name="padded">Channels in memory; those above <paramref name="channels"/> keep scale and shift 0, so they stay 0.</param>
    public BatchNormalisation(ParameterStore store, string name, int channels, int padded)
    {
        (_channels, _padded) = (channels, padded);
        Scale = store.Add(name + ".scale", padded, channels);
        Shift = store.Add(name + ".shift", padded, channels);
        _numbers = new AlignedBuffer(4L * padded);
        Running = new AlignedBuffer(2L * padded);
        _totals = new double[2 * padded];
        Running.Slice(padded, padded).Fill(1f);
    }

    public Parameter Scale { get; }

    public Parameter Shift { get; }

    /// <summary>Running means, then running variances.</summary>
    public AlignedBuffer Running { get; }

    public NormalisationTerms Terms => new(Mean, Mean + _padded, Scale.Value, Shift.Value, Mean + (2 * _padded), Mean + (3 * _padded));

    private float* Mean => _numbers.Pointer;

    /// <summary>Sets scale to 1; padding stays 0.</summary>
    public void Initialise() => new Span<float>(Scale.Value, _channels).Fill(1f);

    /// <summary>Batch statistics from partial sums of x - pivot and its square, added in the order of the parts.</summary>
    /// <param name="parts">[part][2][padded channels].</param>
    /// <param name="count">Number of parts.</param>
    /// <param name="samples">Values per channel, at least 2.</param>
    /// <param name="pivot">What was subtracted, per channel.</param>
    /// <param name="bias">What the running mean has on top of x, per channel, or null: a bias that the batch statistics would
    /// cancel.</param>
    public void UseBatch(float* parts, int count, double samples, float* pivot, float* bias)
    {
        AddParts(parts, count);
        for (int c = 0; c < _padded; c++)
        {
            double mean = _totals[c] / samples, variance = Math.Max(0, (_totals[_padded + c] / samples) - (mean * mean));
            SetBatch(c, pivot[c] + mean, variance, samples, bias is null ? 0 : bias[c]);
        }
    }

    /// <summary>Batch statistics of one channel.</summary>
    public void SetBatch(int channel, double mean, double variance, double samples, double bias)
    {
        Mean[channel] = (float)mean;
        Mean[_padded + channel] = (float)(1 / Math.Sqrt(variance + Epsilon));
        float* running = Running.Pointer + channel;
        *running = (float)(((1 - Momentum) * *running) + (Momentum * (mean + bias)));
        running += _padded;
        *running = (float)(((1 - Momentum) * *running) + (Momentum * variance * samples / (samples - 1)));
    }

    /// <summary>Running statistics in place of the batch's.</summary>
    /// <param name="bias">As for <see cref="UseBatch"/>.</param>
    public void UseRunning(float* bias)
    {
        float* running = Running.Pointer;
        for (int c = 0; c < _padded; c++)
        {
            Mean[c] = running[c] - (bias is null ? 0f : bias[c]);
            Mean[_padded + c] = (float)(1 / Math.Sqrt(running[_padded + c] + Epsilon));
        }
    }

    /// <summary>Gradients of shift and scale, and the means the input's gradient needs, from partial sums of d and d xhat.</summary>
    public void UseGradients(float* parts, int count, double samples, bool accumulate)
    {
        AddParts(parts, count);
        for (int c = 0; c < _padded; c++) SetGradients(c, _totals[c], _totals[_padded + c], samples, accumulate);
    }

    /// <summary>The same for one channel.</summary>
    public void SetGradients(int channel, double sum, double product, double samples, bool accumulate)
    {
        float* shift = Shift.Gradient + channel;
        float* scale = Scale.Gradient + channel;
        *shift = (float)(sum + (accumulate ? *shift : 0f));
        *scale = (float)(product + (accumulate ? *scale : 0f));
        Mean[(2 * _padded) + channel] = (float)(sum / samples);
        Mean[(3 * _padded) + channel] = (float)(product / samples);
    }

    public void Dispose()
    {
        _numbers.Dispose();
        Running.Dispose();
    }

    private void AddParts(float* parts, int count)
    {
        int width = 2 * _padded;
        Array.Clear(_totals);
        for (int p = 0; p < count; p++, parts += width)
        {
            for (int c = 0; c < width; c++) _totals[c] += parts[c];
        }
    }
}
