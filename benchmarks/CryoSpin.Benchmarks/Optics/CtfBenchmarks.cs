using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using CryoSpin.Optics;
using CryoSpin.Projection;

namespace CryoSpin.Benchmarks.Optics;

/// <summary>
/// A transfer function over a disc, beside the same formula written with System.Numerics.Tensors in double precision (in single its phase
/// would be wrong by 1e-3) and with a scalar loop.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class CtfBenchmarks
{
    private const double UnitPerAngstrom = 1 / (128 * 2.13);
    private const double DefocusU = 15_000, DefocusV = 14_500, AngleDegrees = 30, Q0 = 0.1, Cs = 2.7e7;
    private FrequencyDisc _disc = null!;
    private ContrastTransferFunction _ctf;
    private float[] _values = [];
    private double[] _kx = [];
    private double[] _ky = [];
    private double[] _phase = [];
    private double[] _squares = [];

    [Params(32, 63)]
    public int Radius { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _disc = new FrequencyDisc(Radius);
        _ctf = new ContrastTransferFunction(new OpticsGroup("1", 300, 2.7, Q0, 2.13, 128), new CtfParameters(DefocusU, DefocusV, AngleDegrees));
        _values = new float[_disc.PaddedCount];
        _kx = [.. _disc.Kx.Select(k => k * UnitPerAngstrom)];
        _ky = [.. _disc.Ky.Select(k => k * UnitPerAngstrom)];
        _phase = new double[_disc.PaddedCount];
        _squares = new double[_disc.PaddedCount];
    }

    [Benchmark(Baseline = true)]
    public void Kernel() => _ctf.Evaluate(_disc.Kx, _disc.Ky, UnitPerAngstrom, _values);

    [Benchmark]
    public void Tensors()
    {
        double wavelength = ContrastTransferFunction.WavelengthAngstrom(300), t = AngleDegrees * Math.PI / 90;
        double mean = (DefocusU + DefocusV) / 2, half = (DefocusU - DefocusV) / 2;
        // chi = -pi lambda (xx kx^2 + xy kx ky + yy ky^2) + pi/2 Cs lambda^3 k^4 - asin Q0.
        TensorPrimitives.Multiply(_kx, mean + half * Math.Cos(t), _phase);
        TensorPrimitives.MultiplyAdd<double>(_ky, 2 * half * Math.Sin(t), _phase, _phase);
        TensorPrimitives.Multiply(_phase, _kx, _phase);
        TensorPrimitives.Multiply(_ky, _ky, _squares);
        TensorPrimitives.MultiplyAdd<double>(_squares, mean - half * Math.Cos(t), _phase, _phase);
        TensorPrimitives.MultiplyAdd<double>(_kx, _kx, _squares, _squares);
        TensorPrimitives.Multiply(_squares, _squares, _squares);
        TensorPrimitives.Multiply(_squares, Math.PI / 2 * Cs * Math.Pow(wavelength, 3), _squares);
        TensorPrimitives.MultiplyAdd<double>(_phase, -Math.PI * wavelength, _squares, _phase);
        TensorPrimitives.Add(_phase, -Math.Asin(Q0), _phase);
        TensorPrimitives.Sin<double>(_phase, _phase);
        TensorPrimitives.ConvertTruncating<double, float>(_phase, _values);
        TensorPrimitives.Negate<float>(_values, _values);
    }

    [Benchmark]
    public void Scalar()
    {
        for (int i = 0; i < _values.Length; i++) _values[i] = (float)_ctf.Evaluate(_kx[i], _ky[i]);
    }
}
