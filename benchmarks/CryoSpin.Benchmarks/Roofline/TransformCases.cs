using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Fourier;
using CryoSpin.Optics;
using CryoSpin.Projection;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Fourier transforms, transfer functions, matrix products and conversions to half precision.</summary>
internal static class TransformCases
{
    public static IEnumerable<Func<WorkerTeam, KernelCase>> All =>
    [
        t => Ctf(32, t),
        t => Ctf(63, t),
        t => Fourier2D(64, t, inverse: false),
        t => Fourier2D(64, t, inverse: true),
        t => Fourier2D(128, t, inverse: false),
        t => Fourier2D(128, t, inverse: true),
        t => Fourier3D(128, t),
        t => Fourier3D(256, t),
        // Shifts by rotations by coefficients of the search at 5 and 10 shells, 24 images at a time, and the encoder's widest head.
        t => Product(24 * 21, 576, 2 * 40, t),
        t => Product(24 * 37, 4608, 2 * 160, t),
        t => Product(64, 1152, 256, t),
        t => Half(1 << 14, t, toHalf: true),
        t => Half(1 << 14, t, toHalf: false),
        t => Half(1 << 25, t, toHalf: true),
        t => Half(1 << 25, t, toHalf: false),
    ];

    private static KernelCase Ctf(int radius, WorkerTeam team)
    {
        FrequencyDisc disc = new(radius);
        OpticsGroup optics = new("1", 300, 2.7, 0.1, 2.13, 128);
        ContrastTransferFunction ctf = new(optics, new CtfParameters(15_000, 14_500, 30));
        float[][] values = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[disc.PaddedCount])];
        int items = 128 * team.Workers;
        return new KernelCase("CTF", $"R {radius}", items, () => team.ForBlocks(items, (_, w) =>
            ctf.Evaluate(disc.Kx, disc.Ky, 1 / (128 * 2.13), values[w])))
        {
            Operations = (double)OperationCounts.CtfPoint * disc.PaddedCount,
            Bytes = 12.0 * disc.PaddedCount,
            WorkingSet = 12.0 * disc.PaddedCount,
        };
    }

    private static KernelCase Fourier2D(int size, WorkerTeam team, bool inverse)
    {
        RealFft2D fft = new(size);
        float[][] images = [.. Enumerable.Range(0, team.Workers).Select(w => Noise(fft.RealLength, w))];
        float[][] spectra = [.. Enumerable.Range(0, team.Workers).Select(w => Noise(fft.SpectrumLength, w))];
        float[][] scratch = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[fft.ScratchLength])];
        int items = 32 * team.Workers;
        Action<int, int> body = inverse
            ? (_, w) => fft.Inverse(spectra[w], images[w], scratch[w])
            : (_, w) => fft.Forward(images[w], spectra[w], scratch[w]);
        return new KernelCase(inverse ? "inverse FFT" : "FFT", $"{size}^2", items, () => team.ForBlocks(items, body))
        {
            Operations = OperationCounts.RealFourier((double)size * size),
            Bytes = OperationCounts.Fourier2DBytes(size),
            Writes = true,
            WorkingSet = OperationCounts.Fourier2DBytes(size) + 4.0 * fft.ScratchLength,
            Near = NearLimit.L1($"{fft.Passes} passes an axis through L1", OperationCounts.Fourier2DMoves(size, fft.Passes)),
        };
    }

    private static KernelCase Fourier3D(int size, WorkerTeam team)
    {
        RealFft3D fft = new(size, team);
        float[] volume = Noise(fft.RealLength, 1), spectrum = new float[fft.SpectrumLength];
        return new KernelCase("FFT", $"{size}^3", 1, () => fft.Forward(volume, spectrum))
        {
            Operations = OperationCounts.RealFourier((double)size * size * size),
            Bytes = OperationCounts.Fourier3DBytes(size),
            Writes = true,
            WorkingSet = 4.0 * (volume.Length + spectrum.Length) / team.Workers,
            Near = NearLimit.L1(
                $"{fft.Passes} passes an axis through L1",
                size * OperationCounts.Fourier2DMoves(size, fft.Passes) + 2 * 4.0 * volume.Length * (2 + fft.Passes)),
        };
    }

    private static KernelCase Product(int m, int n, int k, WorkerTeam team)
    {
        float[] a = Noise(m * k, 1), b = Noise(n * k, 2), c = new float[m * n];
        return new KernelCase("matrix product", $"{m} x {n} x {k}", 1, () => MatrixProduct.MultiplyTransposed(team, a, m, k, b, n, c))
        {
            Operations = OperationCounts.Product(m, n, k),
            Bytes = OperationCounts.ProductBytes(m, n, k),
            Writes = true,
            WorkingSet = OperationCounts.ProductBytes(m, n, k) / team.Workers,
        };
    }

    private static KernelCase Half(int count, WorkerTeam team, bool toHalf)
    {
        int part = count / team.Workers;
        float[][] single = [.. Enumerable.Range(0, team.Workers).Select(w => Noise(part, w))];
        Half[][] half = [.. Enumerable.Range(0, team.Workers).Select(_ => new Half[part])];
        for (int w = 0; w < team.Workers; w++) TensorPrimitives.ConvertToHalf(single[w], half[w]);
        Action<int, int> body = toHalf
            ? (_, w) => TensorPrimitives.ConvertToHalf(single[w], half[w])
            : (_, w) => TensorPrimitives.ConvertToSingle(half[w], single[w]);
        return new KernelCase(
            toHalf ? "float to half (TensorPrimitives)" : "half to float (TensorPrimitives)", $"{count} numbers", count,
            () => team.ForBlocks(team.Workers, body))
        {
            Operations = 0,
            Bytes = 6,
            Writes = true,
            WorkingSet = 6.0 * part,
        };
    }

    private static float[] Noise(int length, int seed)
    {
        Random random = new(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) x[i] = random.NextSingle() - 0.5f;
        return x;
    }
}
