using CryoSpin.Diagnostics;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Library;

/// <summary>Runs on images that the caller hands over.</summary>
public sealed class MemoryRunTests : IDisposable
{
    private const int Count = 60;
    private static readonly MethodOptions s_options = new() { MaxShiftPixels = 2, EncoderSteps = 4, KeepAll = true };
    private readonly TinyDataset _set = TinyDataset.OfPhantom(Count, box: 24, snr: 2);
    private readonly TemporaryScratch _folder = new();

    private ReconstructionInput Images => ReconstructionInput.Of(_set.Images, _set.Box, _set.Truth.PixelSizeAngstrom, _set.Ctf);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_stopped_run_goes_on_to_the_same_bytes_and_refuses_other_images_and_options()
    {
        ReconstructionOutcome whole = Short(Images, new RunResources { Threads = 2 });
        Assert.Equal((Count, 24, 0), (whole.Poses.Length, whole.Map.Size, whole.Rejected.Count));
        RunResources resources = new() { Threads = 1, CheckpointDirectory = _folder.Path };
        using CancellationTokenSource stop = new();
        Listener stopping = new() { Seen = p => { if (p.Phase == "auto-decoding") stop.Cancel(); } };
        TinyDataset.AssertCancelled(() => Short(Images, resources, stopping, false, stop.Token));
        Assert.True(CheckpointFolder.HasAny(_folder.Path));

        float[][] others = [.. _set.Images.Select(i => (float[])[.. i])];
        others[0][7] += 1;
        ReconstructionInput changed = ReconstructionInput.Of(others, 24, _set.Truth.PixelSizeAngstrom, _set.Ctf);
        AssertRefused("a sample of the images", () => ReconstructionRun.Resume(changed, s_options, resources));
        AssertRefused("the transfer functions", () => ReconstructionRun.Resume(Images with { Ctf = [.. _set.Ctf!.Reverse()] }, s_options, resources));
        AssertRefused("the half-sets", () => ReconstructionRun.Resume(Images with { HalfSet = _set.HalfSet }, s_options, resources));
        AssertRefused("the pixel size", () => ReconstructionRun.Resume(Images with { PixelSizeAngstrom = 5 }, s_options, resources));
        AssertRefused("--seed", () => ReconstructionRun.Resume(Images, s_options with { Seed = 2 }, resources));
        AssertRefused("the largest shift", () => ReconstructionRun.Resume(Images, s_options with { MaxShiftPixels = 3 }, resources));

        Listener resumed = new();
        ReconstructionOutcome rest = Short(Images, resources, resumed, resume: true);
        Assert.Contains(resumed.Lines, l => l.StartsWith("Going on from", StringComparison.Ordinal));
        Assert.True(whole.Map.Voxels.AsSpan().SequenceEqual(rest.Map.Voxels));
        Assert.Equal(whole.Poses, rest.Poses);
    }

    [Fact]
    public void Half_sets_that_are_handed_over_are_kept_and_a_run_without_transfer_functions_or_an_observer_ends()
    {
        ReconstructionOutcome outcome = Short(Images with { Ctf = null, HalfSet = _set.HalfSet }, new RunResources());
        Assert.Equal(_set.HalfSet, outcome.HalfSet);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Images_that_are_none_are_refused_with_their_number()
    {
        ReconstructionInput good = Images;
        Refused("pixel (3, 1) of particle 6 is NaN", good with { ReadImage = (i, p) => { good.ReadImage(i, p); if (i == 5) p[27] = float.NaN; } });
        Refused("every pixel of particle 6 is 0", good with { ReadImage = (i, p) => { if (i != 5) good.ReadImage(i, p); } });
        TimeoutException own = new("my own");
        Assert.Same(own, Assert.Throws<TimeoutException>(() => Run(good with { ReadImage = (_, _) => throw own })));
    }

    [Fact]
    public void Input_that_cannot_be_reconstructed_is_refused_before_an_image_is_read()
    {
        ReconstructionInput none = new(Count, 24, 6, (_, _) => Assert.Fail("An image was read."));
        Refused("there are 19 particles", none with { Count = 19 });
        Refused("the images are 25 pixels wide, which is not a usable box", none with { BoxSize = 25 });
        Refused("Crop or pad the images to 20 or 24 pixels", none with { BoxSize = 22 });
        Refused("the images are 14 pixels wide", none with { BoxSize = 14 });
        Refused("the pixel size is NaN", none with { PixelSizeAngstrom = double.NaN });
        Refused("the pixel size is -1", none with { PixelSizeAngstrom = -1 });
        Refused("the half-set of particle 3 is 0", none with { HalfSet = [1, 2, 0, .. Enumerable.Repeat(1, Count - 3)] });
        Refused("58 particles in half-set 1 and 2", none with { HalfSet = [2, 2, .. Enumerable.Repeat(1, Count - 2)] });
        Refused("here: there are 2 particles", none with { Count = 2, Name = "here" });
        Refused("a largest shift of NaN", none, s_options with { MaxShiftPixels = double.NaN });
        Refused("a largest shift of -1", none, s_options with { MaxShiftPixels = -1 });
        Refused("more than a quarter", none, s_options with { MaxShiftPixels = 7 });
        Refused("a mask of 200 Å", none, s_options with { MaskDiameterAngstrom = 200 });
    }

    [Fact]
    public void Parts_that_do_not_fit_each_other_and_options_out_of_their_range_are_refused()
    {
        ReconstructionInput none = new(Count, 24, 6, (_, _) => Assert.Fail("An image was read."));
        Wrong("60 particles, but 3 half-sets", none with { HalfSet = [1, 2, 1] });
        Wrong("60 particles, but 1 transfer functions", none with { Ctf = [default] });
        Wrong("--heads needs a whole number, 1 to 64; found '0'", none, s_options with { Heads = 0 });
        Wrong("--seed needs a whole number, 0 or more; found '-1'", none, s_options with { Seed = -1 });
        Wrong("--encoder-steps needs", none, s_options with { EncoderSteps = 0 });
        Wrong("--mask-diameter needs a number from 1", none, s_options with { MaskDiameterAngstrom = double.NaN });
        Wrong("--method needs cryospin, ", none, s_options with { Name = "mine" });
        Wrong("the method cryosparc has no choice of heads", none, new MethodOptions { MaxShiftPixels = 2, Name = "cryosparc", Heads = 3 });
        Wrong("--threads needs a whole number, 1 to 1024; found '0'", none, s_options, new RunResources { Threads = 0 });
        Wrong("--checkpoint-minutes needs a number from 0", none, s_options, new RunResources { CheckpointMinutes = -1 });
        Assert.Contains("CheckpointDirectory", Assert.Throws<ArgumentException>(() => ReconstructionRun.Resume(none, null, new RunResources())).Message);
        Assert.Contains("images[1] has 2 pixels", Assert.Throws<ArgumentException>(() => ReconstructionInput.Of([new float[16], new float[2]], 4, 1)).Message);
        Assert.Contains("images[0] is null", Assert.Throws<ArgumentException>(() => ReconstructionInput.Of([null!], 4, 1)).Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_before_the_run()
    {
        string missing = Path.Combine(_folder.Path, "missing");
        AssertRefused($"{missing}: the folder for checkpoints is not there", () => Run(Images, null, new RunResources { CheckpointDirectory = missing }));
        AssertRefused($"{missing}: the folder for the scratch file is not there", () => Run(Images, null, new RunResources { ScratchDirectory = missing }));
    }

    /// <summary>All stages, as short as can be.</summary>
    private static ReconstructionOutcome Short(
        ReconstructionInput images, RunResources resources, IRunObserver? observer = null, bool resume = false, CancellationToken cancellation = default)
    {
        MethodSettings settings = new()
        {
            Search = new SearchSchedule { Batches = 24, BatchSize = 40, LastBand = 5 },
            AutoEncoding = new AutoEncodingSchedule { Steps = 6, BatchSize = 16 },
            DecodingPasses = 2,
        };
        return ReconstructionRun.Run(images, s_options, settings, resources, observer ?? new SilentObserver(), resume, cancellation);
    }

    private static ReconstructionOutcome Run(ReconstructionInput images, MethodOptions? options = null, RunResources? resources = null) =>
        ReconstructionRun.Run(images, options ?? s_options, resources);

    private static void Refused(string expected, ReconstructionInput images, MethodOptions? options = null) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Run(images, options)).Message);

    private static void Wrong(string expected, ReconstructionInput images, MethodOptions? options = null, RunResources? resources = null) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Run(images, options, resources)).Message);

    private static void AssertRefused(string expected, Func<ReconstructionOutcome> run) =>
        Assert.Contains(expected, Assert.ThrowsAny<CryoSpinException>(run).Message);

    private sealed class Listener : IRunObserver
    {
        public List<string> Lines { get; } = [];

        public Action<RunProgress> Seen { get; init; } = _ => { };

        public void Log(string message) => Lines.Add(message);

        public void Report(in RunProgress progress) => Seen(progress);

        public void Record(MetricRecord metric)
        {
        }
    }
}
