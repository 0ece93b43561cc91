using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

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
/// <param name="store">The particles.</param>
/// <param name="poses">Their candidates.</param>
/// <param name="tools">What makes maps of them.</param>
/// <param name="begin">The maps that the first pass compares with.</param>
/// <param name="options">What counts when candidates are refined.</param>
/// <param name="team">Workers.</param>
internal sealed class AutoDecodingStage(
    ParticleStore store, CandidateTable poses, MapTools tools, HalfMaps begin, RefinementOptions options, WorkerTeam team)
{
    private const double ResolutionThreshold = 0.143;
    private const double ModeChangeDegrees = 20;
    private const double SettledShare = 0.002;
    private const double UnsettledShare = 0.005;
    private static readonly int[] s_renewedPasses = [3, 5];

    /// <summary>Most passes.</summary>
    public int MaxIterations { get; init; } = 16;

    /// <summary>Shells beyond the resolution that are tried next.</summary>
    public double BandMargin { get; init; } = 3;

    /// <summary>Greatest growth of the band in one pass.</summary>
    public double MaxBandGrowth { get; init; } = 1.35;

    /// <summary>Changes the mask of the maps of a pass, whose number it is told, before they are used; null to leave it.</summary>
    public Func<int, HalfMaps, HalfMaps>? Remask { get; init; }

    /// <summary>The maps of the last pass, or those that the first begins with.</summary>
    public HalfMaps Maps { get; private set; } = begin;

    /// <summary>Searches again where modes do not settle; null to keep to the first candidates.</summary>
    public ProposalRenewal? Renewal { get; init; }

    /// <summary>Widens the largest shift where it was too small; null to keep that of the options.</summary>
    public GrowingShiftLimit? ShiftLimit { get; init; }

    /// <summary>Runs until neither resolution nor poses move.</summary>
    /// <param name="firstBand">Band of the first pass, shells; the volumes must be set up to it.</param>
    /// <param name="report">Receives each pass.</param>
    /// <param name="cancellation">Stops between particles.</param>
    public void Run(double firstBand, Action<AutoDecodingReport> report, CancellationToken cancellation) =>
        Run(new DecodingState(Math.Min(firstBand, store.Disc.Radius), poses.Count), report, _ => { }, cancellation);

    /// <summary>The same from the state of an interrupted run.</summary>
    /// <param name="state">Where the stage stands; poses and volumes must be those that belong to it. It is kept up to date.</param>
    /// <param name="report">Receives each pass.</param>
    /// <param name="safe">Called wherever the stage could be interrupted and go on to the same bytes: some hundred particles apart, and, with
    /// true, after each pass.</param>
    /// <param name="cancellation">Stops after a call of <paramref name="safe"/>.</param>
    public void Run(DecodingState state, Action<AutoDecodingReport> report, Action<bool> safe, CancellationToken cancellation)
    {
        while (!state.Ended)
        {
            long started = Stopwatch.GetTimestamp();
            // Not again where a resumed run is within the pass.
            if (state.Done == 0 && (s_renewedPasses.Contains(state.Iteration) || IsWidened(state))) RenewWhereUnsettled(state, cancellation);
            RefinePoses(state, safe, cancellation);
            Maps = tools.Solver.Solve(tools.Sums, 0, Maps.Mask);
            FscCurve fsc = Maps.Fsc!;
            double band = state.Band, next = NextBand(band, fsc);
            double[] change = [.. state.Change];
            double moved = ShareMoved(change);
            Array.Sort(change);
            double median = change[change.Length / 2], rate = poses.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            Maps = Remask?.Invoke(state.Iteration, Maps) ?? Maps;
            report(new AutoDecodingReport(state.Iteration, band, state.Likelihood.Average(), median, moved, rate, fsc));
            double shell = fsc.CrossingShell(ResolutionThreshold);
            bool still = shell < state.BestShell + 0.3 && next < band + 0.5;
            state.Still = still ? state.Still + 1 : 0;
            // While modes change hands every particle keeps its rivals; afterwards only those that a better map may decide for.
            state.Choice = moved > SettledShare || state.Iteration < 3 ? CandidateChoice.Best : CandidateChoice.Likely;
            state.BestShell = Math.Max(state.BestShell, shell);
            if (ShiftLimit?.Grow(poses, state) == true) (state.Choice, state.Still) = (CandidateChoice.All, 0);
            state.Ended = state.Still >= 2 || state.Iteration >= MaxIterations;
            state.Band = next;
            state.Iteration++;
            state.Done = 0;
            safe(true);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Share of the particles whose best pose went to another mode.</summary>
    /// <param name="changesDegrees">By how much each turned.</param>
    public static double ShareMoved(double[] changesDegrees) =>
        changesDegrees.Count(c => c > ModeChangeDegrees) / (double)changesDegrees.Length;

    private void RenewWhereUnsettled(DecodingState state, CancellationToken cancellation)
    {
        if (Renewal is null || (ShareMoved(state.Change) <= UnsettledShare && !IsWidened(state))) return;
        if (ShiftLimit is not null) Renewal.MaxShiftPixels = ShiftLimit.Of(state);
        for (int h = 0; h < SliceSums.HalfSets; h++)
        {
            Renewal.Add(poses, poses.Members[h], tools.Slicer.Lattice(Maps.Maps[h], Renewal.Band), state.Iteration, cancellation);
        }
        state.Choice = CandidateChoice.All;
    }

    // Between passes all candidates are wanted for this reason only.
    private static bool IsWidened(DecodingState state) => state.Iteration > 1 && state.Choice == CandidateChoice.All;

    private double NextBand(double band, FscCurve fsc) =>
        Math.Clamp(
            fsc.CrossingShell(ResolutionThreshold) + BandMargin, Math.Min(band, store.Disc.Radius),
            Math.Min(band * MaxBandGrowth, store.Disc.Radius));

    /// <summary>Refines all poses that are not yet, against the maps, and fills the sums anew with all.</summary>
    private void RefinePoses(DecodingState state, Action<bool> safe, CancellationToken cancellation)
    {
        RefinementOptions current =
            ShiftLimit is null ? options : options with { MaxShiftPixels = PoseRefinementLimits.ShiftOf(ShiftLimit.Of(state)) };
        // New candidates come from a grid, in the first pass and after a renewal.
        PoseRefinementLimits limits = state.Choice == CandidateChoice.All
            ? PoseRefinementLimits.Wide(current.MaxShiftPixels) : PoseRefinementLimits.Fine(current.MaxShiftPixels);
        for (int h = 0; h < SliceSums.HalfSets; h++)
        {
            int half = h;
            RefinementPass pass = new(store, Maps.Reference(h, poses.Members[h]), tools.Slicer, state.Band, current, team);
            tools.Sums.Clear(h);
            store.Pass(h, chunk =>
            {
                team.ForEach(chunk.Count, (record, w) =>
                {
                    // A resumed pass refined these before it was interrupted; only the sum has to be made again.
                    if (chunk.First + record < state.Done) return;
                    int i = store.ParticleAt(chunk.First + record);
                    Candidate old = poses.Best(i);
                    Candidate[] refined = pass.Refine(poses, i, chunk[record], state.Choice, limits, w);
                    poses.Set(i, pass.WithOrigins(i, chunk[record], refined, w));
                    state.Change[i] = poses.Space.AngleDegrees(poses.Best(i).Rotation, old.Rotation);
                    state.Likelihood[i] = poses.Best(i).LogLikelihood;
                });
                tools.Sums.Insert(half, poses, chunk);
                if (chunk.First + chunk.Count > state.Done)
                {
                    state.Done = chunk.First + chunk.Count;
                    safe(false);
                }
                cancellation.ThrowIfCancellationRequested();
            });
        }
    }
}
