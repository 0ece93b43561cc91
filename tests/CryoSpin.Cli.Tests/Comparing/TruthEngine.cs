using CryoSpin.Cli.Running;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Comparing;

/// <summary>
/// An engine that reads the answer from the truth beside the particles, turns it as a whole, and errs by some degrees: first much, at the
/// last epoch by <see cref="ErrorDegrees"/>.
/// </summary>
internal sealed class TruthEngine
{
    public const int Epochs = 3;

    // An ab-initio frame is not the truth's.
    private static readonly Rotation s_frame = new EulerAngles(40, 75, 110).ToRotation();

    private static readonly int[] s_sample = [0, 3, 5];

    /// <summary>Error of the last epoch's rotations.</summary>
    public double ErrorDegrees { get; init; } = 2;

    /// <summary>Called before each epoch; may throw.</summary>
    public Action<ReconstructionOptions, int> Before { get; init; } = (_, _) => { };

    /// <summary>The options of every run, in order.</summary>
    public List<ReconstructionOptions> Runs { get; } = [];

    public RunResults Run(ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        Runs.Add(options);
        if (options.Output.Resume) observer.Resumed(0);
        string input = Path.GetDirectoryName(options.Particles.Path)!;
        MrcVolume file = MrcVolumeIO.Read(Path.Combine(input, "truth.mrc"));
        Volume map = new CubicTurn(new Volume(file.Nx, file.PixelSizeAngstrom, file.Voxels)).By(s_frame);
        Pose[] truth = TruthComparison.ReadTruth(Path.Combine(input, "truth.star"));
        Pose[] poses = [];
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            Before(options, epoch);
            cancellation.ThrowIfCancellationRequested();
            double error = ErrorDegrees * (1 + 10 * (Epochs - epoch));
            poses = [.. truth.Select((p, i) => p with { Rotation = Erring(p.Rotation, error, i) * s_frame.Transpose() })];
            observer.Report(new RunProgress("guessing", epoch, Epochs, epoch / (double)Epochs, 100, 1, 10, null));
            observer.Record(new MetricRecord { Phase = "guessing", Epoch = epoch });
            if (observer.WantsSnapshots) observer.Keep(Snapshot(options.Output.Watched, epoch, map, poses));
        }
        FscCurve curve = FourierShellCorrelation.Compute(map, map);
        return new RunResults
        {
            Map = map,
            Half1 = map,
            Half2 = map,
            Poses = poses,
            HalfSets = [.. poses.Select((_, i) => 1 + i % 2)],
            MaskedFsc = curve,
            UnmaskedFsc = curve,
            ResolutionAngstrom = 8,
            MaskDiameterAngstrom = 50,
            PhaseTimes = [new PhaseTime("guessing", 1.5)],
            Parameters = 12,
        };
    }

    /// <summary>A snapshot with everything in it; the first half of the particles has poses, at the last epoch all.</summary>
    public static RunSnapshot Snapshot(IReadOnlyList<int> watched, int epoch, Volume map, Pose[] poses) => new()
    {
        Phase = "guessing",
        Epoch = epoch,
        ImageVisits = 100 * epoch,
        ElapsedSeconds = 0.5 * epoch,
        BandShells = 6,
        Map = map.FourierCropTo(epoch == Epochs ? map.Size : map.Size / 2),
        Poses = [.. poses.Select((p, i) => epoch == Epochs || i < poses.Length / 2 ? p : (Pose?)null)],
        Watched =
        [
            .. watched.Select(
                i => new WatchedParticle(i, [new PoseCandidate(poses[i], 3.5), new PoseCandidate(poses[i], double.NaN)])),
        ],
        Heads = epoch == Epochs
            ? new HeadGuesses(s_sample, [.. s_sample.Select(i => (Rotation[])[poses[i].Rotation, Rotation.Identity])], [0, 0, 1])
            : null,
    };

    private static Rotation Erring(in Rotation r, double degrees, int i)
    {
        double w = degrees * Math.PI / 180;
        return So3.Exp(new RotationVector(i % 3 == 0 ? w : 0, i % 3 == 1 ? w : 0, i % 3 == 2 ? w : 0)) * r;
    }

    /// <summary>Turns a map: result(R x) = map(x), so that poses P R^T belong to it.</summary>
    private sealed class CubicTurn(Volume map)
    {
        public Volume By(in Rotation r) => MapAlignment.WithRotation(map, map, r.Transpose(), mirrored: false, wholeVoxels: true).Map;
    }
}
