using System.Diagnostics;
using System.Numerics.Tensors;
using CryoSpin.Cli.Display;
using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>A whole run with the processor's vector instructions switched off: every kernel by the runtime's loops that imitate them.</summary>
public sealed class NoVectorsTests(SimulatedInput simulated) : IClassFixture<SimulatedInput>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_without_vector_instructions_finds_the_same_map_and_poses()
    {
        Reconstruct("with", "1", seed: 1);
        Reconstruct("without", "0", seed: 1);
        // Not the same bytes: without a fused multiply-add sums are rounded differently, and a run of a few particles magnifies that.
        Assert.InRange(Correlation("with", "without"), 0.96, 1);
        Assert.InRange(MedianDegrees("with", "without"), 0, 5);
        // The figures tell one result from another: a map from another start stands in a frame of its own.
        Reconstruct("other", "1", seed: 2);
        Assert.InRange(Correlation("with", "other"), -1, 0.9);
        Assert.InRange(MedianDegrees("with", "other"), 10, 180);
    }

    private void Reconstruct(string name, string intrinsics, int seed)
    {
        ProcessStartInfo start = new(
            "dotnet",
            [
                typeof(ShortRunProgram).Assembly.Location, "reconstruct", simulated.FewParticles, "-o", _folder[name], "--max-shift", "2",
                "--keep-all", "--seed", $"{seed}",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment[SlowProcessor.Switch] = intrinsics;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == ExitCode.Done, output.Result + error);
        Assert.Equal(intrinsics == "0", error.Contains("no vector instructions", StringComparison.Ordinal));
    }

    private double Correlation(string a, string b)
    {
        float[] x = Centred(a), y = Centred(b);
        return TensorPrimitives.CosineSimilarity<float>(x, y);
    }

    private float[] Centred(string name)
    {
        float[] voxels = MrcVolumeIO.Read(_folder[name + "/map.mrc"]).Voxels;
        float mean = TensorPrimitives.Average<float>(voxels);
        return [.. voxels.Select(v => v - mean)];
    }

    private double MedianDegrees(string a, string b)
    {
        Rotation[] x = Rotations(a), y = Rotations(b);
        Assert.Equal(x.Length, y.Length);
        return x.Zip(y, (p, q) => p.AngleToDegrees(q)).Order().ElementAt(x.Length / 2);
    }

    private Rotation[] Rotations(string name)
    {
        ParticleSet set = ParticleSet.Load(_folder[name + "/particles.star"]);
        return [.. Enumerable.Range(0, set.Count).Select(i => set.Pose(i)!.Value.Rotation)];
    }
}
