using BenchmarkDotNet.Attributes;
using CryoSpin.Fourier;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace CryoSpin.Benchmarks.Fourier;

/// <summary>Two-dimensional transforms of real images on one thread, beside Math.NET Numerics (which has complex ones only).</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Fourier2DBenchmarks
{
    private RealFft2D _fft = null!;
    private float[] _image = [];
    private float[] _spectrum = [];
    private float[] _scratch = [];
    private Complex32[] _complex = [];

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
        _complex = [.. _image.Select(x => new Complex32(x, 0))];
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _fft.Forward(_image, _spectrum, _scratch);

    [Benchmark]
    public void Inverse() => _fft.Inverse(_spectrum, _image, _scratch);

    [Benchmark]
    public void MathNetNumerics() => MathNet.Numerics.IntegralTransforms.Fourier.Forward2D(_complex, Size, Size, FourierOptions.NoScaling);
}

/// <summary>Three-dimensional transforms of real volumes, beside Math.NET Numerics (complex, one thread).</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Fourier3DBenchmarks
{
    private RealFft3D _fft = null!;
    private float[] _volume = [];
    private float[] _spectrum = [];
    private Complex32[] _complex = [];

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
        _complex = [.. _volume.Select(x => new Complex32(x, 0))];
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _fft.Forward(_volume, _spectrum);

    [Benchmark]
    public void MathNetNumerics() =>
        MathNet.Numerics.IntegralTransforms.Fourier.ForwardMultiDim(_complex, [Size, Size, Size], FourierOptions.NoScaling);
}

/// <summary>Input of the transforms.</summary>
internal static class FourierData
{
    public static float[] Noise(int length)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }
}
