using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>A program that hands images over gets what the command line gets for the same images.</summary>
public sealed class MemoryInputTests(SimulatedInput simulated) : IClassFixture<SimulatedInput>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_from_memory_give_the_same_bytes_as_the_same_images_from_a_file()
    {
        ReconstructionOptions options = ReconstructionOptions.Of(simulated.Particles, _folder["run"]) with
        {
            Method = new MethodOptions { MaxShiftPixels = 2 },
        };
        using ParticleSource source = ParticleSource.Open(simulated.Particles);
        Silence silence = new();
        RunResults file = SimulatedInput.ShortRun(options, source, silence, CancellationToken.None);
        PreparedParticles prepared = PreparedParticles.Open(source);
        int box = prepared.Grid.BoxSize;
        float[][] images = [.. Enumerable.Range(0, source.Set.Count).Select(_ => new float[box * box])];
        for (int i = 0; i < images.Length; i++) prepared.ReadImage(i, images[i]);
        ReconstructionInput input = ReconstructionInput.Of(
            images, box, prepared.Grid.PixelSizeAngstrom, [.. Enumerable.Range(0, images.Length).Select(i => prepared.Ctf(i)!.Value)]);
        ReconstructionOutcome memory = ReconstructionRun.Run(
            input, options.Method, SimulatedInput.Settings(5), new RunResources { Threads = 1 }, silence, resume: false, CancellationToken.None);
        Assert.True(file.Map.Voxels.AsSpan().SequenceEqual(memory.Map.Voxels));
        Assert.True(file.Half1.Voxels.AsSpan().SequenceEqual(memory.Half1.Voxels));
        Assert.Equal(file.Poses, memory.Poses);
    }

    private sealed class Silence : IRunObserver
    {
        public void Log(string message)
        {
        }

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }
    }
}
