using CryoSpin.Cli.Running;
using CryoSpin.Cli.Verbs;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>The verbs around a reconstruction, with an engine that reads the answer from the truth.</summary>
public sealed class ReconstructVerbTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ReconstructionOptions? _seen;

    public Task InitializeAsync() => Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "20", "--box", "20");

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Every_option_reaches_the_run_and_its_record()
    {
        Invocation run = await Reconstruct(
            "--preset", "paper", "--heads", "3", "--seed", "9", "--threads", "1", "--max-shift", "2.5", "--mask-diameter", "50");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(
            ReconstructionOptions.Of(_folder["sim/particles.star"], _folder["out"]) with
            {
                Images = new ImageOptions { MaxShift = "2.5" },
                Method = new MethodOptions
                {
                    Preset = ReconstructionPreset.Paper,
                    Heads = 3,
                    Seed = 9,
                    MaxShiftPixels = 2.5,
                    MaskDiameterAngstrom = 50,
                },
                Resources = new RunResources { Threads = 1 },
            }, _seen);
        RunRecord record = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        // A record's list is equal to itself alone.
        Assert.Equal(_seen, record.Options with
        {
            Particles = record.Options.Particles with { Passthrough = _seen!.Particles.Passthrough },
            Output = record.Options.Output with { Watched = _seen.Output.Watched },
        });
        Assert.EndsWith("--mask-diameter 50", record.Command);
        Assert.StartsWith("cryospin reconstruct ", record.Command);
        Assert.Equal([new PhaseTime("guessing", 1.5)], record.PhaseTimes);
        string[] named = ["map.mrc", "particles.star", "report.html"];
        Assert.All(named, name => Assert.Contains(Path.Combine(_folder["out"], name), run.Out));
    }

    [Theory]
    [InlineData("--max-shift 2.5", null, 2.5)]
    [InlineData("--max-shift 10A", null, 2.5)]
    [InlineData("--box 16 --max-shift 4", 16, 3.2)]
    [InlineData("--downsample 16 --max-shift 4px", 16, 3.2)]
    [InlineData("--box full", null, 5.0)]
    public async Task Shifts_are_given_in_pixels_of_the_input_or_in_angstrom(string options, int? box, double pixels)
    {
        // The input has 20 pixels of 4 angstrom.
        Assert.Equal(ExitCode.Done, (await Reconstruct(options.Split(' '))).Code);
        Assert.Equal((box, pixels), (_seen!.Images.DownsampleBox, _seen.Method.MaxShiftPixels));
    }

    [Fact]
    public async Task The_number_of_steps_reaches_the_run()
    {
        Assert.Equal(ExitCode.Done, (await Reconstruct("--encoder-steps", "250")).Code);
        Assert.Equal(250, _seen!.Method.EncoderSteps);
    }

    [Fact]
    public async Task The_number_of_copies_reaches_the_run()
    {
        Assert.Equal(ExitCode.Done, (await Reconstruct("--method", "cryoai", "--copies", "2")).Code);
        Assert.Equal(2, _seen!.Method.ImageCopies);
    }

    [Fact]
    public async Task The_defaults_are_those_of_the_options_record()
    {
        Assert.Equal(ExitCode.Done, (await Reconstruct()).Code);
        Assert.Equal(ReconstructionOptions.Of(_folder["sim/particles.star"], _folder["out"]), _seen);
    }

    [Fact]
    public async Task A_result_can_be_evaluated()
    {
        await Reconstruct();
        Invocation run = await Invocation.Of(
            "evaluate", _folder["out"], "--truth-poses", _folder["sim/truth.star"], "--truth-map", _folder["sim/truth.mrc"]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("within 10 degrees         100 %", run.Out);
    }

    [Fact]
    public async Task An_existing_folder_ends_with_2_and_a_fault_of_the_run_with_1()
    {
        await Reconstruct();
        Invocation again = await Reconstruct();
        Assert.Equal(ExitCode.WrongUsage, again.Code);
        Assert.Contains("--overwrite", again.Error);
        Assert.Equal(ExitCode.Done, (await Reconstruct("--overwrite")).Code);
        Invocation fault = await Invocation.With(
            (_, _, _, _) => throw new CryoSpinException("no signal"), "reconstruct", _folder["sim/particles.star"], "-o", _folder["other"]);
        Assert.Equal(ExitCode.Failed, fault.Code);
        Assert.Contains("no signal", fault.Error);
        Assert.Contains("run.log", fault.Error);
    }

    [Theory]
    [InlineData("--maxshift 3", "--max-shift")]
    [InlineData("--preset best", "best")]
    [InlineData("--heads 0", "--heads needs")]
    [InlineData("--encoder-steps 0", "--encoder-steps needs")]
    [InlineData("--encoder-steps 9 --method cryodrgn2", "no auto-encoding")]
    [InlineData("--encoder-steps 9 --preset paper", "its own schedule")]
    [InlineData("--copies 3 --method cryoai", "--copies needs 2 or 4; found '3'")]
    [InlineData("--copies 2 --method cryosparc", "--copies 2: the method cryosparc compares no copies of images")]
    [InlineData("--copies two --method cryoai", "--copies needs 2 or 4; found 'two'")]
    [InlineData("--copies 2 --method cryodrgn2", "compares no copies of images")]
    [InlineData("--threads two", "--threads needs")]
    [InlineData("--max-shift 5nm", "--max-shift needs")]
    [InlineData("--box 8", "--box needs")]
    [InlineData("--box half", "--box needs")]
    public async Task A_wrong_option_ends_with_2_before_anything_is_read(string options, string expected)
    {
        Invocation run = await Reconstruct(options.Split(' '));
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Null(_seen);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task The_output_folder_is_required()
    {
        Invocation run = await Invocation.With(Engine, "reconstruct", _folder["sim/particles.star"]);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains("--output", run.Error);
    }

    [Fact]
    public async Task The_demo_says_that_the_molecule_was_found()
    {
        Invocation run = await Invocation.With(Engine, "demo", "-o", _folder["demo"], "--threads", "1");
        Assert.Equal((ExitCode.Done, true), (run.Code, run.Out.Contains("Verdict: the molecule was found.")));
        string report = File.ReadAllText(_folder["demo/result/report.html"]);
        Assert.Contains("Against the truth", report);
        Assert.Contains("map against truth", report);
    }

    [Fact]
    public async Task The_demo_says_when_the_molecule_was_not_found()
    {
        Invocation run = await Invocation.With(
            (options, source, observer, cancellation) =>
            {
                RunResults good = Engine(options, source, observer, cancellation);
                Random random = new(1);
                return good with { Poses = [.. good.Poses.Select(p => p with { Rotation = RandomRotations.Next(random) })] };
            },
            "demo", "-o", _folder["demo"], "--threads", "1");
        Assert.Equal((ExitCode.Failed, true), (run.Code, run.Out.Contains("NOT found")));
    }

    private Task<Invocation> Reconstruct(params string[] options) =>
        Invocation.With(Engine, ["reconstruct", _folder["sim/particles.star"], "-o", _folder["out"], .. options]);

    private RunResults Engine(ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        _seen = options;
        string input = Path.GetDirectoryName(options.Particles.Path)!;
        MrcVolume file = MrcVolumeIO.Read(Path.Combine(input, "truth.mrc"));
        Volume map = new(file.Nx, file.PixelSizeAngstrom, file.Voxels);
        FscCurve curve = FourierShellCorrelation.Compute(map, map);
        return new RunResults
        {
            Map = map,
            Half1 = map,
            Half2 = map,
            Poses = TruthComparison.ReadTruth(Path.Combine(input, "truth.star")),
            HalfSets = [.. Enumerable.Range(0, source.Set.Count).Select(i => 1 + i % 2)],
            MaskedFsc = curve,
            UnmaskedFsc = curve,
            ResolutionAngstrom = 8,
            MaskDiameterAngstrom = 50,
            PhaseTimes = [new PhaseTime("guessing", 1.5)],
        };
    }
}
