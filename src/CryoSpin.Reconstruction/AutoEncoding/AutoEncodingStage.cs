using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>Figures over some steps of the first stage.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps since the last report.</param>
/// <param name="WinnerErrorDegrees">Mean angle between the nearest head and its target: what the encoder has yet to learn.</param>
/// <param name="MeanLogLikelihood">Mean log likelihood ratio of the heads' best refined pose on real images; NaN before they join.</param>
/// <param name="RescuedShare">Of the real images that were also searched, the share where the search found a clearly better pose.</param>
/// <param name="HeadShares">Share of the images won by each head.</param>
/// <param name="ImagesPerSecond">Images, real and synthetic, per second.</param>
internal readonly record struct AutoEncodingReport(
    int Step, int Steps, double WinnerErrorDegrees, double MeanLogLikelihood, double RescuedShare, double[] HeadShares, double ImagesPerSecond);

/// <summary>
/// The first stage: encoder and volume learn together. Each step shows the encoder synthetic slices of the volume with known poses and real
/// images whose target is the best pose its heads (or, for some, a dense search) found; the real images' winners update the volume.
/// </summary>
internal sealed class AutoEncodingStage : IDisposable
{
    // A search's pose must fit clearly better than the heads' to count as a rescue: below this the two have met.
    private const double RescueMargin = 2;
    private const int ReportEvery = 50;
    private const int FurtherReportEvery = 250;

    // Of the greatest rate; about what it has come down to where the switch usually is.
    private const double FurtherRateShare = 0.25;
    private readonly ParticleStore _store;
    private readonly VolumeModel _model;
    private readonly AutoEncodingSchedule _schedule;
    private readonly WorkerTeam _team;
    private readonly Random _random;
    private readonly FrequencyDisc _disc;
    private readonly BandView _view;
    private readonly AmortizedInference _inference;
    private readonly SyntheticExamples _synthetic;
    private readonly WinnerTakesAllLoss _loss;
    private readonly ShiftGrid _shifts;
    private readonly VolumeUpdate _volume;
    private readonly float[] _input;
    private readonly float[] _outputs;
    private readonly float[] _gradient;
    private readonly Rotation[] _targets;
    private readonly PoseSpace _space;
    private readonly Tally _tally;
    private readonly CandidateSearch _search;
    private readonly SwitchRule _switch = new();

    public AutoEncodingStage(
        ParticleStore store, VolumeModel model, double[] inverseSignal, AutoEncodingSchedule schedule, PoseSpace space, Random random,
        WorkerTeam team)
    {
        (_store, _model, _schedule, _space, _team, _random) = (store, model, schedule, space, team, random);
        _disc = new FrequencyDisc(model.Lattice.Radius);
        _view = store.View(_disc);
        _shifts = new ShiftGrid(schedule.MaxShiftPixels, schedule.ShiftSpacingPeriods * store.Box / _disc.Radius, _disc, store.Box);
        EncoderArchitecture architecture = EncoderArchitecture.Compact(schedule.InputSize, schedule.Heads);
        int batch = schedule.BatchSize;
        Encoder = new PoseEncoder(architecture, batch, random.Next(), team);
        _inference = new AmortizedInference(store, _view, architecture, schedule, space, team);
        _synthetic = new SyntheticExamples(_view, store.Count, schedule.MaxShiftPixels);
        _loss = new WinnerTakesAllLoss(schedule.Heads, architecture.OutputsPerHead, schedule.LosersShare);
        _volume = new VolumeUpdate(store, _disc, inverseSignal, schedule.Memory, batch, team);
        _input = new float[batch * schedule.InputSize * schedule.InputSize];
        _outputs = new float[batch * Encoder.OutputsPerImage];
        _gradient = new float[batch * Encoder.OutputsPerImage];
        _targets = new Rotation[batch];
        _tally = new Tally(schedule.Heads);
        _search = new CandidateSearch(store, space, team);
    }

    /// <summary>The encoder.</summary>
    public PoseEncoder Encoder { get; }

    /// <summary>
    /// Runs until the switch rule says that the second stage should take over, or the schedule ends; then the further steps, if any.
    /// </summary>
    public void Run(Action<AutoEncodingReport> report, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int reported = 0, end = _schedule.Steps;
        bool isDue = false;
        for (int step = 0; step < end; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(step, LearningRate(step, isDue ? end : null));
            if ((step + 1) % (isDue ? FurtherReportEvery : ReportEvery) != 0 && step + 1 != end) continue;
            double rate = (step + 1 - reported) * _schedule.BatchSize / Stopwatch.GetElapsedTime(started).TotalSeconds;
            AutoEncodingReport figures = _tally.Take(step + 1, step + 1 - reported, rate);
            report(figures);
            if (!isDue && (_switch.IsDue(figures.MeanLogLikelihood) || step + 1 == end))
            {
                isDue = true;
                end = step + 1 + _schedule.FurtherSteps;
            }
            started = Stopwatch.GetTimestamp();
            reported = step + 1;
        }
    }

    /// <summary>The heads' refined candidates for particles.</summary>
    public void Infer(int[] particles, Action<int, Candidate[]> found, CancellationToken cancellation) =>
        _inference.InferAll(Encoder, _model.Lattice, particles, found, cancellation);

    /// <summary>The heads' candidates for particles as they are, without refinement: fully amortized inference.</summary>
    public (Candidate[] Candidates, Rotation[] PerHead, int Head)[] Guess(int[] particles, CancellationToken cancellation) =>
        _inference.GuessAll(Encoder, _model.Lattice, particles, cancellation);

    /// <inheritdoc/>
    public void Dispose() => Encoder.Dispose();

    /// <summary>The encoder's rate at a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="furtherEnd">Where the further steps end; null before they begin.</param>
    private double LearningRate(int step, int? furtherEnd)
    {
        double warm = Math.Min(1, (step + 1) / 50.0), cosine = 0.5 + 0.5 * Math.Cos(Math.PI * step / _schedule.Steps);
        if (furtherEnd is not { } end) return _schedule.LearningRate * warm * cosine;
        double done = 1 - (end - step) / (double)_schedule.FurtherSteps;
        return _schedule.LearningRate * FurtherRateShare * (0.5 + 0.5 * Math.Cos(Math.PI * done));
    }

    private void Step(int step, double learningRate)
    {
        double progress = step / (double)_schedule.Steps;
        bool real = progress >= _schedule.WarmUpShare;
        int batch = _schedule.BatchSize, synthetic = real ? (int)(_schedule.SyntheticShare * batch) : batch;
        int[] particles = [.. Enumerable.Range(0, batch - synthetic).Select(_ => _random.Next(_store.Count))];
        MakeInputs(synthetic, particles, progress);
        Encoder.Forward(_input, batch, training: true).CopyTo(_outputs);
        if (real) Label(particles, synthetic);
        for (int i = 0; i < batch; i++)
        {
            int n = Encoder.OutputsPerImage;
            Rotation target = NearestCopy(_outputs.AsSpan(i * n, n), _targets[i]);
            (double distance, int winner) = _loss.Evaluate(_outputs.AsSpan(i * n, n), target, 1.0 / batch, _gradient.AsSpan(i * n, n));
            _tally.AddWinner(distance, winner);
        }
        Encoder.Backward(_gradient);
        Encoder.Step(learningRate);
    }

    private void MakeInputs(int synthetic, int[] particles, double progress)
    {
        int pixels = _schedule.InputSize * _schedule.InputSize;
        float noise = (float)(_schedule.FirstNoise + (1 - _schedule.FirstNoise) * Math.Min(1, progress / Math.Max(1e-9, _schedule.WarmUpShare)));
        // Every example has its own stream, so the batch does not depend on which worker makes it.
        int seed = _random.Next();
        _team.ForBlocks(synthetic + particles.Length, (i, w) =>
        {
            if (i < synthetic) _targets[i] = _synthetic.Next(_model.Lattice, _inference.Image(w), new Random(unchecked(seed + i * 7919)), noise);
            else _inference.Image(w).Read(_view, particles[i - synthetic]);
            _inference.MakeInput(w, _input.AsSpan(i * pixels, pixels));
        });
    }

    /// <summary>Finds the real images' targets and updates the volume with them.</summary>
    private void Label(int[] particles, int offset)
    {
        int n = Encoder.OutputsPerImage;
        Candidate[] best = new Candidate[particles.Length];
        _team.ForEach(particles.Length, (i, w) =>
        {
            (Candidate[] candidates, _) = _inference.Infer(_model.Lattice, particles[i], _outputs.AsSpan((offset + i) * n, n), w);
            best[i] = candidates[0];
        });
        _tally.AddLikelihoods(best);
        int searched = (int)Math.Round(_schedule.SearchShare * particles.Length);
        if (searched > 0) Rescue(particles, best, searched);
        for (int i = 0; i < particles.Length; i++) _targets[offset + i] = best[i].Rotation;
        _volume.Apply(_model, particles, best);
    }

    private void Rescue(int[] particles, Candidate[] best, int searched)
    {
        // The least likely poses, relative to their number, are the ones to doubt.
        int[] doubtful = [.. Enumerable.Range(0, particles.Length).OrderBy(i => best[i].LogLikelihood).Take(searched)];
        int[] ids = [.. doubtful.Select(i => particles[i])];
        Candidate[] found = new Candidate[searched];
        _search.Find(
            _model.Lattice, _disc, _space.Grid(_disc.Radius, _random), _shifts, ids, 1, 30, (slot, c) => found[slot] = c[0]);
        _team.ForEach(searched, (i, w) => found[i] = _inference.Refine(_model.Lattice, ids[i], found[i], w));
        for (int i = 0; i < searched; i++)
        {
            bool rescued = found[i].LogLikelihood > best[doubtful[i]].LogLikelihood + RescueMargin;
            _tally.AddSearched(rescued);
            if (rescued) best[doubtful[i]] = found[i];
        }
    }

    /// <summary>Of the target's eight copies the one nearest to any head: a head is only asked for the slice, not for its turn or
    /// mirror.</summary>
    private Rotation NearestCopy(ReadOnlySpan<float> outputs, in Rotation target)
    {
        Rotation best = target;
        double greatest = double.NegativeInfinity;
        for (int h = 0; h < _schedule.Heads; h++)
        {
            Rotation r = Rotation6D.ToRotation(outputs.Slice(h * 6, 6));
            foreach (Rotation g in _inference.Copies)
            {
                Rotation copy = g * target;
                double likeness = _space.Likeness(copy, r);
                if (likeness > greatest) (greatest, best) = (likeness, copy);
            }
        }
        return best;
    }

    /// <summary>Sums between two reports.</summary>
    private sealed class Tally(int heads)
    {
        private readonly double[] _wins = new double[heads];
        private double _angle;
        private double _count;
        private double _likelihood;
        private double _real;
        private double _searched;
        private double _rescued;

        public void AddWinner(double distance, int winner)
        {
            _angle += 2 * Math.Asin(Math.Sqrt(Math.Clamp(distance / 8, 0, 1))) * 180 / Math.PI;
            _wins[winner]++;
            _count++;
        }

        public void AddLikelihoods(Candidate[] fits)
        {
            _likelihood += fits.Sum(f => f.LogLikelihood);
            _real += fits.Length;
        }

        public void AddSearched(bool rescued)
        {
            _searched++;
            if (rescued) _rescued++;
        }

        public AutoEncodingReport Take(int step, int steps, double rate)
        {
            AutoEncodingReport report = new(
                step, steps, _angle / _count, _real == 0 ? double.NaN : _likelihood / _real, _searched == 0 ? double.NaN : _rescued / _searched,
                [.. _wins.Select(w => w / _count)], rate);
            Array.Clear(_wins);
            (_angle, _count, _likelihood, _real, _searched, _rescued) = (0, 0, 0, 0, 0, 0);
            return report;
        }
    }
}
