using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Figures of one pass of the stage over all particles.</summary>
/// <param name="Iteration">From 1.</param>
/// <param name="BandShells">Band the poses were refined in.</param>
/// <param name="MeanLogLikelihood">Mean log likelihood ratio of the best poses.</param>
/// <param name="MedianPoseChangeDegrees">Median change of the best rotation.</param>
/// <param name="WinnerChangeShare">Share of the particles whose best pose moved by more than 20 degrees: another mode won.</param>
/// <param name="ImagesPerSecond">Rate.</param>
/// <param name="Fsc">Half-map FSC after the pass.</param>
internal readonly record struct AutoDecodingReport(
    int Iteration, double BandShells, double MeanLogLikelihood, double MedianPoseChangeDegrees, double WinnerChangeShare,
    double ImagesPerSecond, FscCurve Fsc);

/// <summary>
/// The second stage: no network; every particle keeps its own candidate poses, refined by gradient (Levenberg-Marquardt) against its
/// half-set's volume, in turn with the volume's closed-form update. The band grows with the half-set FSC. Each pass looks at each image
/// once: as soon as its poses are refined they enter the sum of the next volume.
/// </summary>
internal sealed class AutoDecodingStage(ParticleCache cache, PoseTable poses, HalfSetVolumes volumes, double maxShiftPixels, WorkerTeam team)
{
    private const double ResolutionThreshold = 0.143;
    private const double ModeChangeDegrees = 20;

    /// <summary>Most passes.</summary>
    public int MaxIterations { get; init; } = 16;

    /// <summary>Shells beyond the resolution that are tried next.</summary>
    public double BandMargin { get; init; } = 3;

    /// <summary>Greatest growth of the band in one pass.</summary>
    public double MaxBandGrowth { get; init; } = 1.35;

    /// <summary>Candidates kept after the first pass, and after the modes have settled.</summary>
    public int KeptCandidates { get; init; } = 3;

    /// <summary>Runs until neither resolution nor poses move.</summary>
    /// <param name="firstBand">Band of the first pass, shells; the volumes must be set up to it.</param>
    /// <param name="report">Receives each pass.</param>
    /// <param name="cancellation">Stops between particles.</param>
    public void Run(double firstBand, Action<AutoDecodingReport> report, CancellationToken cancellation)
    {
        double band = Math.Min(firstBand, cache.Disc.Radius), bestShell = 0;
        int still = 0, keep = int.MaxValue;
        for (int iteration = 1; iteration <= MaxIterations; iteration++)
        {
            long started = Stopwatch.GetTimestamp();
            (double likelihood, double[] change) = RefinePoses(band, keep, iteration, cancellation);
            volumes.Solve();
            double next = NextBand(band, volumes.Fsc);
            double moved = change.Count(c => c > ModeChangeDegrees) / (double)change.Length;
            Array.Sort(change);
            double median = change[change.Length / 2];
            report(new AutoDecodingReport(
                iteration, band, likelihood, median, moved, poses.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, volumes.Fsc));
            // While modes change hands every particle keeps its rivals; afterwards the best is enough.
            keep = moved > 0.002 || iteration < 3 ? KeptCandidates : 1;
            double shell = volumes.Fsc.CrossingShell(ResolutionThreshold);
            still = shell < bestShell + 0.3 && next < band + 0.5 ? still + 1 : 0;
            bestShell = Math.Max(bestShell, shell);
            if (still >= 2) break;
            band = next;
        }
    }

    private double NextBand(double band, FscCurve fsc) =>
        Math.Clamp(
            fsc.CrossingShell(ResolutionThreshold) + BandMargin, Math.Min(band, cache.Disc.Radius),
            Math.Min(band * MaxBandGrowth, cache.Disc.Radius));

    /// <summary>Refines all poses against the volumes and fills the volumes' sums anew.</summary>
    private (double MeanLogLikelihood, double[] Change) RefinePoses(double band, int keep, int iteration, CancellationToken cancellation)
    {
        PoseRefinementLimits limits = new(iteration == 1 ? 8 : 5, iteration == 1 ? 6 : 3, maxShiftPixels);
        FrequencyDisc disc = new(band);
        BandView view = cache.View(disc);
        double[] likelihood = new double[poses.Count], change = new double[poses.Count];
        FitBuffers[] buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new FitBuffers(disc, cache.Box))];
        for (int h = 0; h < 2; h++)
        {
            FourierLattice lattice = volumes.Lattice(h, band);
            PoseRefiner[] refiners = [.. buffers.Select(b => new PoseRefiner(lattice, b))];
            BackProjection sum = volumes.EmptySum(h);
            cache.Pass(h, chunk =>
            {
                team.ForEach(chunk.Count, (record, w) =>
                {
                    if ((record & 63) == 0) cancellation.ThrowIfCancellationRequested();
                    int i = cache.ParticleAt(chunk.First + record);
                    view.Read(i, chunk[record], buffers[w].DataReal, buffers[w].DataImaginary, buffers[w].Ctf);
                    PoseFit old = poses.Best(i);
                    poses.Candidates[i] = Refined(poses.Candidates[i], keep, refiners[w], limits);
                    change[i] = poses.Best(i).Rotation.AngleToDegrees(old.Rotation);
                    likelihood[i] = poses.Best(i).LogLikelihood;
                });
                volumes.Insertion.Insert(sum, poses, chunk);
            });
        }
        return (likelihood.Average(), change);
    }

    private static PoseFit[] Refined(PoseFit[] old, int keep, PoseRefiner refiner, in PoseRefinementLimits limits)
    {
        PoseFit[] refined = new PoseFit[Math.Min(keep, old.Length)];
        for (int c = 0; c < refined.Length; c++) refined[c] = refiner.Refine(old[c], limits);
        // Stable: equal candidates stay in order, so the result does not depend on chance.
        return refined.Length == 1 ? refined : [.. refined.OrderByDescending(p => p.LogLikelihood)];
    }
}
