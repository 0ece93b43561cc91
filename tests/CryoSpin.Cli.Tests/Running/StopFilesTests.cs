using CryoSpin.Cli.Running;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Running;

/// <summary>Stops asked for by files, and the marks that RELION reads.</summary>
public sealed class StopFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StopFilesTests()
    {
        using (MrcStackWriter stack = new(_folder["stack.mrcs"], 16, 16, 3))
        {
            for (int i = 0; i < 24; i++) stack.Append([.. Enumerable.Range(i, 256).Select(p => p % 17f)]);
            stack.Complete();
        }
        _folder.WriteText(
            "particles.star",
            "data_\n\nloop_\n_rlnImageName\n_rlnPixelSize\n" + string.Concat(Enumerable.Range(1, 24).Select(i => $"{i}@stack.mrcs 3.0\n")));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("out/stop")]
    [InlineData("job/RELION_JOB_ABORT_NOW")]
    public void A_file_stops_a_run(string name)
    {
        Directory.CreateDirectory(_folder["job"]);
        Directory.CreateDirectory(_folder["out"]);
        using StopFiles stop = new([_folder[name]], default);
        Assert.False(stop.Token.IsCancellationRequested);
        File.WriteAllText(_folder[name], "");
        Assert.True(stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        Assert.Equal(_folder[name], stop.Seen);
        stop.Dispose();
        Assert.False(File.Exists(_folder[name]));
    }

    [Fact]
    public void A_file_left_from_before_stops_nothing()
    {
        string path = _folder.WriteText("stop", "");
        using StopFiles stop = new([path], default);
        Assert.False(File.Exists(path));
        Assert.Null(stop.Seen);
    }

    [Fact]
    public async Task A_stopped_job_is_marked_as_aborted_and_says_which_file_did_it()
    {
        Directory.CreateDirectory(_folder["job"]);
        Invocation run = await Job((_, _, _, cancellation) =>
        {
            File.WriteAllText(_folder["job/RELION_JOB_ABORT_NOW"], "");
            cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException("nothing stopped it");
        });
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("Stopped by the user before the first phase (file ", run.Error);
        Assert.Equal(["RELION_JOB_EXIT_ABORTED", RunFiles.Metrics, RunFiles.Run, RunFiles.RunCopy, RunFiles.Log], Names());
    }

    [Fact]
    public async Task A_failed_job_is_marked_and_the_next_try_takes_the_mark_away()
    {
        Directory.CreateDirectory(_folder["job"]);
        _folder.WriteText("job/note.txt", "RELION makes the folder");
        Invocation run = await Job((_, _, _, _) => throw new CryoSpin.Diagnostics.CryoSpinException("no signal"));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Equal(["RELION_JOB_EXIT_FAILURE", RunFiles.Metrics, "note.txt", RunFiles.Run, RunFiles.RunCopy, RunFiles.Log], Names());
        string[] during = [];
        await Job((_, _, _, _) =>
        {
            during = Names();
            throw new OperationCanceledException();
        }, "--overwrite");
        Assert.DoesNotContain(during, n => n.StartsWith("RELION", StringComparison.Ordinal));
        Assert.Contains("RELION_JOB_EXIT_ABORTED", Names());
    }

    private string[] Names() => [.. Directory.GetFiles(_folder["job"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private Task<Invocation> Job(Func<ReconstructionOptions, ParticleSource, IRunObserver, CancellationToken, RunResults> engine, params string[] more)
    {
        Directory.CreateDirectory(_folder["job"]);
        return Invocation.With(
            new RunEngine(engine),
            ["reconstruct", _folder["particles.star"], "--no-ctf", "-o", _folder["job"], "--max-shift", "1", "--pipeline_control", _folder["job"] + "/", .. more]);
    }
}
