using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// Searches for the rotation and hand that bring a map onto a reference. The score of a rotation is the highest point of the
/// cross-correlation over all shifts, both transforms divided by their root mean square on each shell, so that fine detail counts
/// as much as the coarse shape; 1 for equal maps. The last stage, which only sharpens the answer, weighs the shells by what the two
/// maps share on them.
/// </summary>
internal sealed class RotationSearch
{
    // At 15 degrees between rotations the worst is 9 off: a good shell at the rim of these. Their cross-correlation fits an edge of 16.
    private const int CoarseShells = 7;
    private const int CoarseOrder = 2;
    private const int Candidates = 16;
    private const int LargestBox = 64;
    private readonly WorkerTeam? _team;
    private readonly OversampledSpectrum[] _moving;
    private readonly OversampledSpectrum _reference;
    private readonly int _box;

    public RotationSearch(Volume map, Volume reference, bool tryMirror, WorkerTeam? team, int largestBox = LargestBox)
    {
        _team = team;
        _box = Math.Min(map.Size, largestBox);
        _reference = new OversampledSpectrum(reference, _box, team);
        _moving = tryMirror
            ? [new OversampledSpectrum(map, _box, team), new OversampledSpectrum(MapAlignment.Mirror(map), _box, team)]
            : [new OversampledSpectrum(map, _box, team)];
    }

    public (Rotation Rotation, bool Mirrored) Best()
    {
        int last = Math.Max(2, _box / 2 - 2);
        int coarse = Math.Min(CoarseShells, last);
        Candidate[] best = Keep(Coarse(new RotationCorrelator(_reference, coarse)), Candidates, 10);

        // Each stage: more shells, a smaller first step; the step is halved until it is an eighth of the first.
        foreach ((int shells, double step, int kept) in
            ((int, double, int)[])[(coarse, 7.5, 6), (Math.Min(2 * coarse, last), 2, 3), (last, 0.5, 1)])
        {
            RotationCorrelator correlator = new(_reference, shells);
            if (kept == 1) correlator.WeighShells(_moving[best[0].Hand], best[0].Rotation);
            Run(best.Length, (i, _) => best[i] = Climb(correlator, best[i], step, step / 8));
            best = Keep(best, kept, 2 * step);
        }
        return (best[0].Rotation, best[0].Hand == 1);
    }

    private Candidate[] Coarse(RotationCorrelator correlator)
    {
        Rotation[] grid = So3Grid.Healpix(CoarseOrder);
        Candidate[] all = new Candidate[grid.Length * _moving.Length];
        // Blocks, so that a worker's buffers are made once for many rotations.
        const int Block = 64;
        Run((all.Length + Block - 1) / Block, (block, _) =>
        {
            RotationCorrelator.Buffers buffers = correlator.NewBuffers();
            for (int i = block * Block; i < Math.Min(all.Length, (block + 1) * Block); i++)
            {
                int hand = i / grid.Length;
                Rotation r = grid[i % grid.Length];
                all[i] = new Candidate(r, hand, correlator.Score(_moving[hand], r, buffers));
            }
        });
        return all;
    }

    private Candidate Climb(RotationCorrelator correlator, Candidate start, double step, double lastStep)
    {
        RotationCorrelator.Buffers buffers = correlator.NewBuffers();
        Candidate best = start with { Score = correlator.Score(_moving[start.Hand], start.Rotation, buffers) };
        for (; step >= lastStep; step /= 2)
        {
            Rotation[] around = So3Grid.Local(step, step);
            bool better = true;
            // The bound only guards against creeping along a ridge.
            for (int round = 0; better && round < 20; round++)
            {
                better = false;
                Rotation centre = best.Rotation;
                for (int i = 1; i < around.Length; i++)
                {
                    Rotation r = (centre * around[i]).Orthonormalised();
                    double score = correlator.Score(_moving[best.Hand], r, buffers);
                    if (score > best.Score) (best, better) = (best with { Rotation = r, Score = score }, true);
                }
            }
        }
        return best;
    }

    /// <summary>The best ones, none closer than <paramref name="apartDegrees"/> to a better one of the same hand.</summary>
    private static Candidate[] Keep(Candidate[] candidates, int count, double apartDegrees)
    {
        List<Candidate> kept = [];
        foreach (Candidate c in candidates.OrderByDescending(c => c.Score))
        {
            if (kept.Exists(k => k.Hand == c.Hand && k.Rotation.AngleToDegrees(c.Rotation) < apartDegrees)) continue;
            kept.Add(c);
            if (kept.Count == count) break;
        }
        return [.. kept];
    }

    private void Run(int count, Action<int, int> body)
    {
        if (_team is not null)
        {
            _team.ForEach(count, body);
            return;
        }
        for (int i = 0; i < count; i++) body(i, 0);
    }

    private readonly record struct Candidate(Rotation Rotation, int Hand, double Score);
}
