using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// From images to refined candidates: the encoder's heads, their eight turned and mirrored copies, the best shift of each, and
/// Levenberg-Marquardt steps, first in a narrow band on many of them, then in the whole band on the best.
/// </summary>
/// <remarks>
/// A pose is caught from about 30 degrees away at 6 shells but only from about 15 at 10: the narrow band widens what counts as a hit of a
/// head.
/// </remarks>
internal sealed class AmortizedInference
{
    // Candidates that end nearer to each other have run into one pose.
    private const double MetDegrees = 6;
    private readonly WorkerTeam _team;
    private readonly PoseSpace _space;
    private readonly BandView _view;
    private readonly int _heads;
    private readonly int _outputs;
    private readonly int _refined;
    private readonly int _coarseRefined;
    private readonly double _maxShift;
    private readonly EncoderImages _inputs;
    private readonly BandView _coarse;
    private readonly ImageOnDisc[] _fineImages;
    private readonly ImageOnDisc[] _coarseImages;
    private readonly SliceOnDisc[] _fineSlices;
    private readonly SliceOnDisc[] _coarseSlices;
    private readonly CandidateScorer[] _scorers;
    private readonly Rotation[][] _rotations;

    public AmortizedInference(
        ParticleStore store, BandView view, EncoderArchitecture architecture, AutoEncodingSchedule schedule, PoseSpace space, WorkerTeam team)
    {
        _team = team;
        _space = space;
        _view = view;
        _heads = architecture.Heads;
        _outputs = architecture.OutputsPerHead;
        _refined = schedule.RefinedCandidates;
        _maxShift = PoseRefinementLimits.ShiftOf(schedule.MaxShiftPixels);
        _inputs = new EncoderImages(view.Disc, architecture.InputSize, team.Workers);
        Copies = schedule.DihedralCopies ? Dihedral.Elements : Dihedral.Elements[..1];
        int candidates = _heads * Copies.Length;
        FrequencyDisc coarse = new(Math.Min(schedule.CoarseBand, view.Disc.Radius));
        ShiftGrid shifts = new(schedule.MaxShiftPixels, schedule.ShiftSpacingPeriods * store.Box / coarse.Radius, coarse, store.Box);
        _coarse = store.View(coarse);
        _coarseRefined = Math.Min(schedule.CoarseCandidates, candidates);
        _fineImages = ImageOnDisc.PerWorker(view.Disc, store.Box, team.Workers);
        _coarseImages = ImageOnDisc.PerWorker(coarse, store.Box, team.Workers);
        _fineSlices = [.. _fineImages.Select(image => new SliceOnDisc(image.Disc))];
        _coarseSlices = [.. _coarseImages.Select(image => new SliceOnDisc(image.Disc))];
        _scorers = [.. Enumerable.Range(0, team.Workers).Select(_ => new CandidateScorer(coarse, shifts, candidates))];
        _rotations = [.. Enumerable.Range(0, team.Workers).Select(_ => new Rotation[candidates])];
    }

    /// <summary>What each head's rotation is multiplied with to give its candidates.</summary>
    public Rotation[] Copies { get; }

    /// <summary>The image of a worker, over the view's disc.</summary>
    public ImageOnDisc Image(int worker) => _fineImages[worker];

    /// <summary>Writes the encoder's input for a worker's image.</summary>
    public void MakeInput(int worker, Span<float> pixels) =>
        _inputs.Make(_fineImages[worker].Real, _fineImages[worker].Imaginary, _fineImages[worker].Ctf, pixels, worker);

    /// <summary>Refines the best candidates that one image's head outputs stand for; best first. Called from a worker.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="particle">The image.</param>
    /// <param name="outputs">[head][output].</param>
    /// <param name="worker">Worker that calls.</param>
    /// <returns>Refined poses, and the head the best one came from.</returns>
    public (Candidate[] Candidates, int Head) Infer(FourierLattice lattice, int particle, ReadOnlySpan<float> outputs, int worker)
    {
        Span<Candidate> top = stackalloc Candidate[_coarseRefined];
        Span<int> order = stackalloc int[_coarseRefined];
        Score(lattice, particle, outputs, worker, top, order);
        PoseRefiner refiner = new(lattice, _coarseImages[worker], _coarseSlices[worker]);
        PoseRefinementLimits limits = new(6, 12, _maxShift);
        List<(Candidate Fit, int Head)> found = new(_coarseRefined);
        for (int t = 0; t < _coarseRefined; t++) found.Add((refiner.Refine(top[t], limits), order[t] / Copies.Length));
        List<(Candidate Fit, int Head)> distinct = Distinct(found);
        _fineImages[worker].Read(_view, particle);
        refiner = new PoseRefiner(lattice, _fineImages[worker], _fineSlices[worker]);
        limits = limits with { TrustDegrees = 8 };
        distinct = [.. distinct.Select(d => (refiner.Refine(d.Fit, limits), d.Head)).OrderByDescending(d => d.Item1.LogLikelihood)];
        return ([.. distinct.Select(d => d.Fit)], distinct[0].Head);
    }

    /// <summary>
    /// What one image's head outputs stand for as they are, with the best shift of the grid but without refinement: fully amortized
    /// inference. Best first. Called from a worker.
    /// </summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="particle">The image.</param>
    /// <param name="outputs">[head][output].</param>
    /// <param name="worker">Worker that calls.</param>
    /// <returns>The best candidates; per head the best of its copies; the head that the best one came from.</returns>
    public (Candidate[] Candidates, Rotation[] PerHead, int Head) Guess(
        FourierLattice lattice, int particle, ReadOnlySpan<float> outputs, int worker)
    {
        int count = _heads * Copies.Length;
        Candidate[] all = new Candidate[count];
        int[] order = new int[count];
        Score(lattice, particle, outputs, worker, all, order);
        Rotation[] perHead = new Rotation[_heads];
        // Best first: the last one written, going backwards, is the head's best.
        for (int t = count - 1; t >= 0; t--) perHead[order[t] / Copies.Length] = all[t].Rotation;
        return (all[..Math.Min(_refined, count)], perHead, order[0] / Copies.Length);
    }

    /// <summary>Compares all heads' copies with an image, which stays the worker's coarse image.</summary>
    private void Score(
        FourierLattice lattice, int particle, ReadOnlySpan<float> outputs, int worker, Span<Candidate> top, Span<int> order)
    {
        Rotation[] rotations = _rotations[worker];
        Rotation[] copies = Copies;
        for (int h = 0; h < _heads; h++)
        {
            Rotation r = Rotation6D.ToRotation(outputs.Slice(h * _outputs, 6));
            for (int g = 0; g < copies.Length; g++) rotations[h * copies.Length + g] = copies[g] * r;
        }
        ImageOnDisc coarse = _coarseImages[worker];
        coarse.Read(_coarse, particle);
        _scorers[worker].Best(lattice, coarse, rotations, top, order);
    }

    /// <summary>The best few, leaving out those that have run into a better one.</summary>
    private List<(Candidate Fit, int Head)> Distinct(List<(Candidate Fit, int Head)> found)
    {
        List<(Candidate Fit, int Head)> kept = new(_refined);
        foreach ((Candidate Fit, int Head) f in found.OrderByDescending(f => f.Fit.LogLikelihood))
        {
            if (kept.Any(k => _space.AngleDegrees(k.Fit.Rotation, f.Fit.Rotation) < MetDegrees)) continue;
            kept.Add(f);
            if (kept.Count == _refined) break;
        }
        return kept;
    }

    /// <summary>Refines a given pose of a particle. Called from a worker.</summary>
    public Candidate Refine(FourierLattice lattice, int particle, in Candidate start, int worker)
    {
        _fineImages[worker].Read(_view, particle);
        return new PoseRefiner(lattice, _fineImages[worker], _fineSlices[worker]).Refine(start, new PoseRefinementLimits(6, 8, _maxShift));
    }

    /// <summary>Refined candidates of many particles by the encoder in evaluation mode.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="particles">Which particles.</param>
    /// <param name="found">Receives (position, candidates best first); called from the workers.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public void InferAll(
        PoseEncoder encoder, FourierLattice lattice, int[] particles, Action<int, Candidate[]> found, CancellationToken cancellation) =>
        Encode(encoder, particles, (i, outputs, w) => found(i, Infer(lattice, particles[i], outputs.Span, w).Candidates), cancellation);

    /// <summary>The same as they are, without refinement (<see cref="Guess"/>).</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="particles">Which particles.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public (Candidate[] Candidates, Rotation[] PerHead, int Head)[] GuessAll(
        PoseEncoder encoder, FourierLattice lattice, int[] particles, CancellationToken cancellation)
    {
        (Candidate[], Rotation[], int)[] found = new (Candidate[], Rotation[], int)[particles.Length];
        Encode(encoder, particles, (i, outputs, w) => found[i] = Guess(lattice, particles[i], outputs.Span, w), cancellation);
        return found;
    }

    /// <summary>Passes particles through the encoder in evaluation mode; each one's outputs are received by a worker.</summary>
    private void Encode(
        PoseEncoder encoder, int[] particles, Action<int, ReadOnlyMemory<float>, int> receive, CancellationToken cancellation)
    {
        const int Batch = 256;
        int pixels = _inputs.Side * _inputs.Side;
        float[] input = new float[Batch * pixels], outputs = new float[Batch * encoder.OutputsPerImage];
        for (int first = 0; first < particles.Length; first += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = first, n = Math.Min(Batch, particles.Length - first);
            _team.ForEach(n, (i, w) =>
            {
                _fineImages[w].Read(_view, particles[start + i]);
                MakeInput(w, input.AsSpan(i * pixels, pixels));
            });
            encoder.Forward(input.AsSpan(0, n * pixels), n, training: false).CopyTo(outputs);
            _team.ForEach(
                n, (i, w) => receive(start + i, outputs.AsMemory(i * encoder.OutputsPerImage, encoder.OutputsPerImage), w));
        }
    }
}
