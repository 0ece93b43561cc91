using System.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>Turns the stages' reports into progress, metrics and log lines, and keeps the phases' times.</summary>
/// <param name="input">The particles.</param>
/// <param name="observer">Who is told.</param>
/// <param name="watched">Indices of the particles whose candidates snapshots keep.</param>
internal sealed class RunTracker(ReconstructionInput input, IRunObserver observer, IReadOnlyList<int>? watched = null)
{
    private readonly RunClock _clock = new();
    private readonly int _all = input.Count;
    private ReconstructionInput _input = input;
    private readonly IReadOnlyList<int> _asked = watched ?? [];
    private IReadOnlyList<int> _watched = watched ?? [];
    private string _phase = "";
    private double _from;
    private double _to;
    private long _visits;
    private int _metrics;
    private long _passStarted;
    private Func<Volume>? _newestMap;

    /// <summary>Begins a phase that takes the run from one fraction to another.</summary>
    public void Start(string phase, double fromFraction, double toFraction)
    {
        _clock.Start(phase);
        (_phase, _from, _to) = (phase, fromFraction, toFraction);
        _passStarted = Stopwatch.GetTimestamp();
        // Nothing is done yet: no epoch, rate, loss or resolution to tell.
        observer.Report(new RunProgress(phase, 0, 0, fromFraction, double.NaN, double.NaN, double.NaN, Remaining(fromFraction)));
    }

    /// <summary>Takes the particles that are left when some have been rejected. Snapshots still count as the run's input does.</summary>
    public void Use(ReconstructionInput kept)
    {
        if (kept.Origin is { } origin) _watched = [.. _asked.Select(w => Array.BinarySearch(origin, w)).Where(i => i >= 0)];
        _input = kept;
    }

    /// <summary>What a checkpoint keeps of this.</summary>
    public RunCourse Course => new(_visits, _metrics, _clock.Elapsed, _clock.Times());

    /// <summary>Goes on from the course of an interrupted run.</summary>
    public void Restore(RunCourse course)
    {
        (_visits, _metrics) = (course.Visits, course.Metrics);
        _clock.Restore(course.Elapsed, course.Times);
    }

    /// <summary>Ends the last phase; the times of all.</summary>
    public IReadOnlyList<PhaseTime> Stop() => _clock.Stop();

    /// <summary>One mini-batch of the search.</summary>
    public void Search(in SearchReport r, int batches, int batchSize)
    {
        _visits += batchSize;
        Progress(r.Batch + 1, batches, r.ImagesPerSecond, -r.MeanEvidence, r.BandShells);
        if ((r.Batch + 1) % 20 != 0 && r.Batch + 1 != batches) return;
        observer.Log(
            $"search {r.Batch + 1}/{batches}: band {r.BandShells:F1} shells, log evidence {r.MeanEvidence:F1}, "
            + $"{r.MeanEffectivePoses:F1} poses an image, {r.ImagesPerSecond:F0} images/s");
        Record(Metric(r.Batch + 1, r.ImagesPerSecond, -r.MeanEvidence, r.BandShells, Angstrom(r.BandShells)));
    }

    /// <summary>Particles of a phase that passes over all of them once.</summary>
    public void Particles(int done)
    {
        double seconds = Math.Max(1e-3, _clock.PhaseElapsed.TotalSeconds);
        double fraction = Fraction(done, _input.Count);
        observer.Report(new RunProgress(_phase, done, _input.Count, fraction, done / seconds, double.NaN, double.NaN, Remaining(fraction)));
    }

    /// <summary>Some steps of auto-encoding.</summary>
    public void Encoding(in AutoEncodingReport r, AutoEncodingSchedule schedule, double band)
    {
        _visits += (long)(r.Steps * (double.IsNaN(r.MeanLogLikelihood) ? 0 : 1 - schedule.SyntheticShare) * schedule.BatchSize);
        Progress(r.Step, schedule.Steps + schedule.FurtherSteps, r.ImagesPerSecond, -r.MeanLogLikelihood, band);
        string data = double.IsNaN(r.MeanLogLikelihood) ? "synthetic images only" : $"log likelihood {r.MeanLogLikelihood:F1}";
        string search = double.IsNaN(r.RescuedShare) ? "" : $", search better for {r.RescuedShare:P0} of the doubtful";
        observer.Log(
            $"auto-encoding {r.Step}/{schedule.Steps + schedule.FurtherSteps}: nearest head off by {r.WinnerErrorDegrees:F1} degrees, {data}{search}, "
            + $"{r.ImagesPerSecond:F0} images/s");
        // While only synthetic images teach there is no loss on the data to record.
        if (double.IsNaN(r.MeanLogLikelihood)) return;
        Record(Metric(r.Step, r.ImagesPerSecond, -r.MeanLogLikelihood, band, Angstrom(band)) with { HeadShares = r.HeadShares });
    }

    /// <summary>One pass of auto-decoding.</summary>
    public void Decoding(in AutoDecodingReport r, int passes)
    {
        _visits += _input.Count;
        _passStarted = Stopwatch.GetTimestamp();
        double resolution = r.Fsc.ResolutionAngstrom(0.143);
        double fraction = Fraction(r.Iteration, passes);
        observer.Report(new RunProgress(
            _phase, r.Iteration, passes, fraction, r.ImagesPerSecond, -r.MeanLogLikelihood, resolution, Remaining(fraction)));
        observer.Log(
            $"auto-decoding {r.Iteration}: band {r.BandShells:F1} shells, log likelihood {r.MeanLogLikelihood:F2}, "
            + $"pose change {r.MedianPoseChangeDegrees:F2} degrees, {r.WinnerChangeShare:P1} changed mode, "
            + $"FSC 0.143 at {resolution:F2} Å, {r.ImagesPerSecond:F0} images/s");
        Record(Metric(r.Iteration, r.ImagesPerSecond, -r.MeanLogLikelihood, r.BandShells, resolution) with
        {
            MedianPoseChangeDegrees = r.MedianPoseChangeDegrees,
            WinnerChangeShare = r.WinnerChangeShare,
        });
    }

    /// <summary>A pass of the joint refinement.</summary>
    /// <param name="pass">Its number, from 1.</param>
    /// <param name="passes">Their number.</param>
    /// <param name="moved">Share of the particles that changed mode.</param>
    public void Joint(int pass, int passes, double moved)
    {
        _passStarted = Stopwatch.GetTimestamp();
        observer.Log($"joint refinement {pass}/{passes}: {moved:P1} changed mode");
    }

    /// <summary>A part of a pass over all particles.</summary>
    /// <param name="pass">From 1.</param>
    /// <param name="passes">Most passes of the phase.</param>
    /// <param name="done">Particles of this pass that are done.</param>
    public void WithinPass(int pass, int passes, long done)
    {
        double share = done / (double)_input.Count, seconds = Math.Max(1e-3, Stopwatch.GetElapsedTime(_passStarted).TotalSeconds);
        double fraction = _from + (_to - _from) * Math.Min(1, (pass - 1 + share) / passes);
        observer.Report(new RunProgress(_phase, pass, passes, fraction, done / seconds, double.NaN, double.NaN, Remaining(fraction)));
    }

    /// <summary>Progress within an epoch of a method.</summary>
    /// <param name="r">Figures so far; the epoch is the current one.</param>
    /// <param name="share">Share of the epoch that is done, 0 to 1.</param>
    public void Within(in EpochReport r, double share)
    {
        double fraction = _from + (_to - _from) * Math.Min(1, (r.Epoch - 1 + share) / r.Epochs);
        observer.Report(new RunProgress(
            _phase, r.Epoch, r.Epochs, fraction, r.ImagesPerSecond, r.Loss, Angstrom(r.BandShells), Remaining(fraction)));
    }

    /// <summary>The end of an epoch (pass, mini-batch group, iteration) of a method: progress, a line of the log, a metric.</summary>
    public void Epoch(in EpochReport r)
    {
        _visits += r.ImageVisits;
        Progress(r.Epoch, r.Epochs, r.ImagesPerSecond, r.Loss, r.BandShells);
        string change = r.MedianPoseChangeDegrees is { } turned ? $", poses turned by {turned:F2} degrees" : "";
        observer.Log(
            $"{_phase} {r.Epoch}/{r.Epochs}: band {r.BandShells:F1} shells, loss {r.Loss:G5}{change}, {r.ImagesPerSecond:F0} images/s");
        Record(Metric(r.Epoch, r.ImagesPerSecond, r.Loss, r.BandShells, Angstrom(r.BandShells)) with
        {
            MedianPoseChangeDegrees = r.MedianPoseChangeDegrees,
        });
    }

    /// <summary>Whether snapshots are wanted.</summary>
    public bool WantsSnapshots => observer.WantsSnapshots;

    /// <summary>Those of the particles in use whose candidates snapshots keep.</summary>
    public IReadOnlyList<int> Watched => _watched;

    /// <summary>Hands map and poses over where snapshots are wanted. The time this takes is not counted. The map of a stopped run is made by the last of these.</summary>
    /// <param name="epoch">Epoch of the phase, 0 at its beginning.</param>
    /// <param name="bandShells">Band in use.</param>
    /// <param name="map">Makes the map; it is not changed afterwards.</param>
    /// <param name="pose">The pose of a particle as last estimated; null for none yet.</param>
    /// <param name="candidates">Candidates of a watched particle, the chosen one first; null to take its pose alone.</param>
    /// <param name="heads">Makes what the heads say; null for none.</param>
    public void Snapshot(
        int epoch, double bandShells, Func<Volume> map, Func<int, Candidate?> pose, Func<int, Candidate[]>? candidates = null,
        Func<HeadGuesses>? heads = null)
    {
        _newestMap = map;
        if (!observer.WantsSnapshots) return;
        _clock.Uncounted(() => observer.Keep(new RunSnapshot
        {
            Phase = _phase,
            Epoch = epoch,
            ImageVisits = _visits,
            ElapsedSeconds = _clock.Elapsed.TotalSeconds,
            BandShells = bandShells,
            Map = map(),
            Poses = Poses(),
            Watched = [.. Watched.Select(i => new WatchedParticle(InInput(i), Candidates(i)))],
            Heads = heads?.Invoke() is { } said ? said with { Particles = [.. said.Particles.Select(InInput)] } : null,
        }));

        Pose?[] Poses()
        {
            Pose?[] poses = new Pose?[_all];
            for (int i = 0; i < _input.Count; i++) poses[InInput(i)] = pose(i)?.InAngstrom(_input.PixelSizeAngstrom);
            return poses;
        }

        PoseCandidate[] Candidates(int particle)
        {
            Candidate[] fits = candidates?.Invoke(particle) ?? (pose(particle) is { } only ? [only] : []);
            return [.. fits.Select(f => new PoseCandidate(f.InAngstrom(_input.PixelSizeAngstrom), f.LogLikelihood))];
        }
    }

    /// <summary>Hands over the map of the last epoch once: for a run that is being stopped, while what the map is made from is still there.</summary>
    public void LeaveMap()
    {
        if (_newestMap is { } map) observer.Leave(map());
        _newestMap = null;
    }

    /// <summary>A particle in use, as the run's input counts it.</summary>
    private int InInput(int particle) => _input.Origin is { } origin ? origin[particle] : particle;

    private void Record(MetricRecord metric)
    {
        observer.Record(metric);
        _metrics++;
    }

    private void Progress(int epoch, int epochs, double rate, double loss, double band) => observer.Report(new RunProgress(
        _phase, epoch, epochs, Fraction(epoch, epochs), rate, loss, Angstrom(band), Remaining(Fraction(epoch, epochs))));

    private MetricRecord Metric(int epoch, double rate, double loss, double band, double resolution) => new()
    {
        Phase = _phase,
        Epoch = epoch,
        ImageVisits = _visits,
        ElapsedSeconds = _clock.Elapsed.TotalSeconds,
        ImagesPerSecond = rate,
        Loss = loss,
        BandShells = band,
        ResolutionAngstrom = resolution,
    };

    private double Fraction(int epoch, int epochs) => _from + (_to - _from) * Math.Min(1.0, epoch / (double)epochs);

    private TimeSpan? Remaining(double fraction) => fraction < 0.02 ? null : _clock.Elapsed * ((1 - fraction) / fraction);

    private double Angstrom(double band) => _input.BoxSize * _input.PixelSizeAngstrom / band;
}

/// <summary>Figures of an epoch of a method.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Their (expected) number in the phase.</param>
/// <param name="ImageVisits">Images looked at in this epoch.</param>
/// <param name="BandShells">Band in use.</param>
/// <param name="Loss">Mean loss per image, the method's own objective.</param>
/// <param name="ImagesPerSecond">Rate.</param>
internal readonly record struct EpochReport(int Epoch, int Epochs, long ImageVisits, double BandShells, double Loss, double ImagesPerSecond)
{
    /// <summary>Median change of rotation since the last epoch, degrees; null where it was not measured.</summary>
    public double? MedianPoseChangeDegrees { get; init; }
}
