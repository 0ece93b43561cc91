using CryoSpin.Benchmarks.Roofline;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Optics;
using CryoSpin.Projection;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Compute;

/// <summary>Allocations and counts of the kernels against benchmarks/baselines.json.</summary>
public class BaselineTests
{
    private static readonly FrequencyDisc s_disc = new(32);
    private static readonly Rotation s_rotation = new EulerAngles(10, 20, 30).ToRotation();
    private static readonly float[][] s_buffers = [.. Enumerable.Range(0, 6).Select(_ => new float[s_disc.PaddedCount])];

    [Fact]
    public void Slices()
    {
        FourierLattice lattice = new(32, 2);
        Baselines.Check(
            "slice", Points(OperationCounts.SlicePoint),
            () => CentralSlice.Sample(lattice, s_disc, s_rotation, s_buffers[0], s_buffers[1]));
        Baselines.Check(
            "poseGradient", Points(OperationCounts.GradientPoint), () => CentralSlice.SampleWithGradient(
                lattice, s_disc, s_rotation, s_buffers[0], s_buffers[1], s_buffers[2], s_buffers[3], s_buffers[4], s_buffers[5]));
        Baselines.Check(
            "sliceTranspose", Points(OperationCounts.TransposePoint),
            () => CentralSlice.Insert(lattice, s_disc, s_rotation, s_buffers[0], s_buffers[1]));
    }

    [Fact]
    public void Back_projection()
    {
        BackProjection sum = new(32, 2);
        Baselines.Check(
            "backProjection", Points(OperationCounts.InsertionPoint),
            () => sum.Insert(s_disc, s_rotation, s_buffers[0], s_buffers[1], s_buffers[2]));
    }

    [Fact]
    public void Transfer_function()
    {
        ContrastTransferFunction ctf = new(new OpticsGroup("1", 300, 2.7, 0.1, 2.13, 64), new CtfParameters(15_000, 14_500, 30));
        Baselines.Check(
            "ctf", Points(OperationCounts.CtfPoint), () => ctf.Evaluate(s_disc.Kx, s_disc.Ky, 1 / (64 * 2.13), s_buffers[0]));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void Fourier_transforms_of_images(int size)
    {
        RealFft2D fft = new(size);
        float[] image = new float[fft.RealLength], spectrum = new float[fft.SpectrumLength], scratch = new float[fft.ScratchLength];
        Dictionary<string, double> counts = new()
        {
            ["passesPerAxis"] = fft.Passes,
            ["operations"] = OperationCounts.RealFourier(fft.RealLength),
            ["bytesThroughL1"] = OperationCounts.Fourier2DMoves(size, fft.Passes),
            ["scratchBytes"] = 4 * fft.ScratchLength,
        };
        Baselines.Check($"fft{size}x{size}", counts, () => fft.Forward(image, spectrum, scratch));
        Baselines.Check($"fft{size}x{size}", counts, () => fft.Inverse(spectrum, image, scratch));
    }

    [Fact]
    public void Fourier_transform_of_a_volume()
    {
        RealFft3D fft = new(48);
        float[] volume = new float[fft.RealLength], spectrum = new float[fft.SpectrumLength];
        Dictionary<string, double> counts = new()
        {
            ["passesPerAxis"] = fft.Passes,
            ["operations"] = Math.Round(OperationCounts.RealFourier(fft.RealLength)),
            ["bytes"] = OperationCounts.Fourier3DBytes(48),
        };
        Baselines.Check("fft48x48x48", counts, () => fft.Forward(volume, spectrum));
    }

    [Fact]
    public void Matrix_product()
    {
        const int M = 96, N = 100, K = 80;
        using WorkerTeam team = new(1);
        float[] a = new float[M * K], b = new float[N * K], c = new float[M * N];
        Dictionary<string, double> counts = new()
        {
            ["operations"] = OperationCounts.Product(M, N, K),
            ["bytes"] = OperationCounts.ProductBytes(M, N, K),
        };
        Baselines.Check("matrixProduct", counts, () => MatrixProduct.MultiplyTransposed(team, a, M, K, b, N, c));
    }

    [Fact]
    public void A_loop_of_the_team()
    {
        using WorkerTeam team = new(1);
        int[] seen = new int[8];
        Action<int, int> body = (i, _) => seen[i]++;
        Baselines.Check("teamLoop", new() { ["items"] = seen.Length }, () => team.ForEach(seen.Length, body));
    }

    private static Dictionary<string, double> Points(int operations) =>
        new() { ["points"] = s_disc.Count, ["operationsPerPoint"] = operations };
}
