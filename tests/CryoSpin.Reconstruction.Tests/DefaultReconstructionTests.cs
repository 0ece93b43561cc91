using CryoSpin.Compute;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests;

/// <summary>All stages, shortened, one after the other.</summary>
public sealed class DefaultReconstructionTests : IDisposable
{
    private static readonly MethodSettings s_short = new()
    {
        Search = new SearchSchedule { Batches = 12, BatchSize = 60 },
        AutoEncoding = new AutoEncodingSchedule { Steps = 12, BatchSize = 16 },
        DecodingPasses = 2,
    };

    private readonly TinyDataset _set = TinyDataset.OfPhantom(150, box: 32, snr: 1);
    private readonly TemporaryScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Neither_the_number_of_threads_nor_the_place_of_the_particles_changes_a_byte()
    {
        ReconstructionOutcome one = Run(1, onDisk: false);
        Same(one, Run(3, onDisk: false));
        Same(one, Run(2, onDisk: true));
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    private static void Same(ReconstructionOutcome a, ReconstructionOutcome b)
    {
        Assert.True(a.Map.Voxels.AsSpan().SequenceEqual(b.Map.Voxels), "The maps differ.");
        Assert.True(a.Half1.Voxels.AsSpan().SequenceEqual(b.Half1.Voxels) && a.Half2.Voxels.AsSpan().SequenceEqual(b.Half2.Voxels));
        Assert.Equal(a.Poses, b.Poses);
        Assert.Equal(a.MaskedFsc.Values, b.MaskedFsc.Values);
    }

    private ReconstructionOutcome Run(int threads, bool onDisk)
    {
        ReconstructionInput input = new(
            _set.Count, _set.Box, _set.Truth.PixelSizeAngstrom, (i, pixels) => _set.Images[i].CopyTo(pixels), _set.Ctf, null);
        ReconstructionOptions options = new() { ParticlesPath = "", OutputDirectory = "", MaxShiftPixels = 2, CheckpointMinutes = null };
        MemoryPlan memory = new(0, 0, 0, 0, 0, onDisk ? _scratch.Path : null, long.MaxValue);
        using WorkerTeam team = new(threads);
        RunCheckpoints none = new(options, new InputFingerprint([]), new Silence(), CancellationToken.None);
        return new DefaultReconstruction(input, options, s_short, memory, new Silence(), team, none).Run(null, CancellationToken.None);
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
