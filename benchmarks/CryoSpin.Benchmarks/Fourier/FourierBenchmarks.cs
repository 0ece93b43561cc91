using BenchmarkDotNet.Attributes;
using CryoSpin.Fourier;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace CryoSpin.Benchmarks.Fourier;

/// <summary>
/// Two-dimensional transforms of real images on one thread, beside Math.NET Numerics. Its managed transforms have one dimension, so as many
/// complex lines are transformed as an image needs (pairs of real rows, then the columns), in its favour without any copies between.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Fourier2DBenchmarks
{
    private RealFft2D _fft = null!;
    private float[] _image = [];
    private float[] _spectrum = [];
    private float[] _scratch = [];
    private Complex32[] _line = [];

    [Params(64, 128)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Control.UseManaged();
        Control.UseSingleThread();
        _fft = new RealFft2D(Size);
        _image = FourierData.Noise(_fft.RealLength);
        _spectrum = new float[_fft.SpectrumLength];
        _scratch = new float[_fft.ScratchLength];
        // Zeros: its time does not depend on the numbers, and they cannot grow from call to call.
        _line = new Complex32[Size];
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _fft.Forward(_image, _spectrum, _scratch);

    [Benchmark]
    public void Inverse() => _fft.Inverse(_spectrum, _image, _scratch);

    [Benchmark]
    public void MathNetNumericsLines() => FourierData.Lines(_line, Size / 2 + Size / 2 + 1);
}

/// <summary>Three-dimensional transforms of real volumes on one thread, beside as many lines by Math.NET Numerics.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Fourier3DBenchmarks
{
    private RealFft3D _fft = null!;
    private float[] _volume = [];
    private float[] _spectrum = [];
    private Complex32[] _line = [];

    [Params(64, 128)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Control.UseManaged();
        Control.UseSingleThread();
        _fft = new RealFft3D(Size);
        _volume = FourierData.Noise(_fft.RealLength);
        _spectrum = new float[_fft.SpectrumLength];
        // Zeros: its time does not depend on the numbers, and they cannot grow from call to call.
        _line = new Complex32[Size];
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _fft.Forward(_volume, _spectrum);

    [Benchmark]
    public void MathNetNumericsLines() => FourierData.Lines(_line, Size * (Size + 1) + Size * (Size / 2 + 1));
}

/// <summary>Input of the transforms, and the other library's.</summary>
internal static class FourierData
{
    public static float[] Noise(int length)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }

    public static void Lines(Complex32[] line, int count)
    {
        for (int i = 0; i < count; i++) MathNet.Numerics.IntegralTransforms.Fourier.Forward(line, FourierOptions.NoScaling);
    }
}
