using System.Numerics.Tensors;

namespace CryoSpin.IO.Mrc;

/// <summary>Running minimum, maximum, mean and standard deviation of samples, summed in double precision.</summary>
internal struct SampleStatistics
{
    private float _minimum;
    private float _maximum;
    private double _mean;
    private double _squares;
    private long _count;

    public readonly float Minimum => _minimum;

    public readonly float Maximum => _maximum;

    public readonly double Mean => _mean;

    public readonly double Rms => _count == 0 ? 0 : Math.Sqrt(_squares / _count);

    /// <summary>Takes a block of samples in. Blocks are merged by their means (Chan et al., 1983), which keeps the digits of a small
    /// deviation about a large mean.</summary>
    public void Add(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) return;
        float low = TensorPrimitives.Min(samples), high = TensorPrimitives.Max(samples);
        double sum = 0;
        foreach (float v in samples) sum += v;
        double mean = sum / samples.Length, squares = 0;
        foreach (float v in samples) squares += (v - mean) * (v - mean);
        double delta = mean - _mean;
        long total = _count + samples.Length;
        _squares += squares + (delta * delta * ((double)_count * samples.Length / total));
        _mean += delta * ((double)samples.Length / total);
        _minimum = _count == 0 ? low : Math.Min(_minimum, low);
        _maximum = _count == 0 ? high : Math.Max(_maximum, high);
        _count = total;
    }
}
