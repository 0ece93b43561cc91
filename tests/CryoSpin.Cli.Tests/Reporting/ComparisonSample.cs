using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Reporting;

/// <summary>A made-up comparison that has something for every section; always the same.</summary>
internal static class ComparisonSample
{
    private const int Particles = 2000;
    private const double PixelSize = 3.5;

    /// <summary>The whole.</summary>
    /// <param name="size">Edge of the maps.</param>
    public static ComparisonInput Full(int size = 20)
    {
        (string Method, double Error, double Seconds)[] methods =
        [
            ("cryospin", 1.3, 70), ("cryospin:heads=1", 9, 50), ("cryospin-amortized", 4.5, 100), ("cryodrgn2", 2.1, 900),
            ("cryoai", 25, 2400),
        ];
        Volume truth = Molecule(size, 0, 1);
        return new ComparisonInput
        {
            Version = "1.2.3",
            Command = "cryospin compare particles.star --methods cryospin,cryodrgn2 -o out",
            Dataset = "sim/particles.star",
            ParticleCount = Particles,
            BoxSize = size,
            PixelSizeAngstrom = PixelSize,
            TruthMap = truth,
            Runs =
            [
                .. methods.SelectMany((m, i) => Enumerable.Range(1, 3).Select(seed => Run(m.Method, seed, m.Error, m.Seconds, i, size))),
            ],
            Posteriors = [.. Enumerable.Range(0, 6).SelectMany(e => new[] { Posterior(3, e), Posterior(17, e) })],
            Remarks = ["cryoai cannot find origins: its images were centred."],
        };
    }

    /// <summary>A run without anything but its name.</summary>
    public static ComparedRun Bare(string method, int seed, RunStatus status) =>
        new() { Method = method, Seed = seed, Status = status, Folder = $"runs/{method.Replace(':', '-')}-{seed}" };

    /// <summary>A few blobs, blurred and noisy to taste; never negative sizes, no random state outside.</summary>
    public static Volume Molecule(int size, double noise, double blur)
    {
        Random random = new(11);
        (double X, double Y, double Z, double W, double S)[] blobs =
        [
            .. Enumerable.Range(0, 14).Select(_ => (
                0.34 * (random.NextDouble() - 0.5), 0.34 * (random.NextDouble() - 0.5), 0.55 * (random.NextDouble() - 0.5),
                0.5 + random.NextDouble(), blur * (0.05 + 0.04 * random.NextDouble()))),
        ];
        Volume map = new(size, PixelSize);
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            double x = Place(i % size), y = Place(i / size % size), z = Place(i / size / size);
            double sum = noise * (random.NextDouble() - 0.5);
            foreach ((double bx, double by, double bz, double w, double s) in blobs)
            {
                sum += w * Math.Exp(-((x - bx) * (x - bx) + (y - by) * (y - by) + (z - bz) * (z - bz)) / (2 * s * s));
            }
            map.Voxels[i] = (float)sum;
        }
        return map;

        double Place(int voxel) => (double)voxel / size - 0.5;
    }

    /// <summary>Directions spread evenly over the sphere (a Fibonacci spiral).</summary>
    public static (double X, double Y, double Z)[] Directions(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            double z = 1 - 2 * (i + 0.5) / count, r = Math.Sqrt(1 - z * z), turn = i * Math.PI * (3 - Math.Sqrt(5));
            return (r * Math.Cos(turn), r * Math.Sin(turn), z);
        }),
    ];

    private static ComparedRun Run(string method, int seed, double error, double seconds, int index, int size)
    {
        if (method == "cryoai" && seed == 2)
        {
            return Bare(method, seed, RunStatus.Failed) with { Message = "the loss is not finite", Seconds = 31 };
        }
        double wobble = 1 + 0.05 * ((seed * 7 + index) % 5 - 2);
        double final = 7 + 3 * Math.Log(1 + error) * wobble;
        bool semi = !method.Contains("amortized") && method.StartsWith("cryospin", StringComparison.Ordinal);
        return Bare(method, seed, RunStatus.Finished) with
        {
            MeanRotationErrorDegrees = error * wobble * 1.1,
            MedianRotationErrorDegrees = error * wobble,
            ShareWithin10Degrees = Math.Clamp(1.02 - error * wobble / 30, 0, 1),
            MedianShiftErrorAngstrom = 0.4 * error,
            TruthFsc = Fsc(final, size),
            HalfMapResolutionAngstrom = final * 0.97,
            Map = Molecule(size, 0.02 * error, 1 + 0.03 * error),
            Seconds = seconds * wobble,
            ProcessorSeconds = index == 3 ? null : 1.8 * seconds,
            PeakMemoryBytes = (long)((0.4 + 0.3 * index) * (1 << 30)),
            Parameters = index == 3 ? null : 1234567L * (index + 1),
            Course = [.. Enumerable.Range(1, 12).Select(e => Snapshot(e, error * wobble, final, seconds * wobble, semi))],
            Heads = semi ? Heads(method.Contains("heads=1") ? 1 : 4, error) : null,
        };
    }

    private static ScoredSnapshot Snapshot(int epoch, double error, double final, double seconds, bool semi)
    {
        bool later = semi && epoch > 7;
        double left = Math.Exp(-0.35 * epoch), now = (later ? 1 : semi ? 3 : 1) * error + 90 * left * (later ? 0.2 : 1);
        return new ScoredSnapshot(
            later ? "auto-decoding" : "auto-encoding", later ? epoch - 7 : epoch, Particles * epoch, seconds * epoch / 12.5,
            final + 40 * left, now, now * 0.8, Math.Clamp(1.05 - now / 80, 0, 1));
    }

    private static FscCurve Fsc(double resolution, int size)
    {
        double half = size * PixelSize / resolution;
        return new FscCurve(size, PixelSize, [.. Enumerable.Range(0, size / 2 + 1).Select(s => 1 / (1 + Math.Pow(s / half, 6)))]);
    }

    private static HeadScores Heads(int count, double error)
    {
        (double X, double Y, double Z)[] views = Directions(300);
        (double X, double Y, double Z)[] strong = Directions(count + 1);
        return new HeadScores(
            views,
            [
                .. strong.Take(count).Select(s => views.Select(
                    (v, i) => 60 - 50 * (v.X * s.X + v.Y * s.Y + v.Z * s.Z) + error + i % 7).ToArray()),
            ],
            [.. Enumerable.Range(0, count).Select(h => (h + 2.0) / (count * (count + 3) / 2.0))]);
    }

    private static PosteriorView Posterior(int particle, int epoch)
    {
        (double X, double Y, double Z)[] views = Directions(1200);
        (double X, double Y, double Z) truth = Directions(20)[particle], other = (-truth.X, truth.Y, -truth.Z);
        double sharp = 2 * (epoch + 1);
        double Peak((double X, double Y, double Z) v, (double X, double Y, double Z) at) =>
            20 * sharp * Math.Exp(sharp * (v.X * at.X + v.Y * at.Y + v.Z * at.Z - 1));
        return new PosteriorView
        {
            Method = "cryospin",
            Seed = 1,
            Particle = particle,
            Phase = epoch < 4 ? "auto-encoding" : "auto-decoding",
            Epoch = epoch < 4 ? epoch + 1 : epoch - 3,
            Views = views,
            LogLikelihoods = [.. views.Select(v => Peak(v, truth) + (0.95 - 0.1 * epoch) * Peak(v, other))],
            Candidates = epoch < 4 ? [epoch < 2 ? other : truth, .. Directions(6).Take(4)] : [truth],
            Truth = truth,
        };
    }
}
