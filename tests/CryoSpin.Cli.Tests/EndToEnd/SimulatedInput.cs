using CryoSpin.Cli.Running;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>Images of the phantom, made once for the tests of a class, and the engine with a schedule that suits so few of them.</summary>
public sealed class SimulatedInput : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>24 x 24 pixels of 8 angstrom, nearly no noise; the table has two columns that the program does not know.</summary>
    public string Particles => _folder["sim/particles.star"];

    /// <summary>Only as many as a reconstruction needs at least, for what takes the longer the more there are.</summary>
    public string FewParticles => _folder["few/particles.star"];

    /// <summary>The images of <see cref="Particles"/>.</summary>
    public string Stack => _folder["sim/particles.mrcs"];

    /// <summary>The same particles with their poses.</summary>
    public string TruthStar => _folder["sim/truth.star"];

    /// <summary>Their map.</summary>
    public string TruthMap => _folder["sim/truth.mrc"];

    public async Task InitializeAsync()
    {
        foreach ((string name, string count) in ((string, string)[])[("sim", "80"), ("few", "20")])
        {
            Invocation run = await Invocation.Of(
                "simulate", "phantom", "-o", _folder[name], "--particles", count, "--box", "24", "--pixel-size", "8", "--snr", "5",
                "--max-shift", "1");
            Assert.Equal(ExitCode.Done, run.Code);
        }
        StarFile file = StarFile.Read(Particles);
        StarTable table = file.Get("particles");
        table.SetColumn("rlnMicrographName", [.. Enumerable.Range(0, 80).Select(i => $"mic{i / 10}.mrc")]);
        table.SetColumn("mineOwn", [.. Enumerable.Range(0, 80).Select(i => 3 * i)]);
        file.Write(Particles);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The real method in all its phases, each as short as can be: what it writes counts here, not how good the map is.</summary>
    internal static RunResults ShortRun(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation) => ShortRun(5, options, source, observer, cancellation);

    /// <summary>The method's parts, each as short as can be.</summary>
    internal static MethodSettings Settings(double lastBand) => new()
    {
        Search = new SearchSchedule { Batches = 24, BatchSize = 40, LastBand = lastBand },
        AutoEncoding = new AutoEncodingSchedule { Steps = 6, BatchSize = 16 },
        DecodingPasses = 2,
        MostStarts = 2,
    };

    /// <summary>The same with a search that ends at a band of that many shells.</summary>
    internal static RunResults ShortRun(
        double lastBand, ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation) =>
        ReconstructionEngine.ResultsOf(ReconstructionRun.Run(options, Settings(lastBand), source, observer, cancellation));
}
