using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Symmetry;

/// <summary>
/// Finds where a point group's axes stand in a map. The score of a frame is the mean, over a few elements that generate the group, of the
/// highest cross-correlation of the map with its turned copy over all shifts, every shell of the transforms divided by its root mean
/// square: neither the centre of the group nor the molecule's coarse shape, which is alike in all orientations, matters. First the axis
/// of highest order, then the angle about it, then both together at finer and finer detail. Deterministic.
/// </summary>
public sealed class SymmetrySearch
{
    private const int CoarseShells = 7;
    private const int AxisOrder = 3;
    private const int AxesKept = 12;
    private const double TurnStepDegrees = 5;
    private const int LargestBox = 64;
    private const int ProbesUsed = 4;
    private const int SmallestBox = 16;
    private readonly Volume _map;
    private readonly WorkerTeam? _team;
    private readonly OversampledSpectrum _spectrum;
    private readonly int _last;

    /// <summary>Prepares a map.</summary>
    /// <param name="map">The map; its edge even, 16 or more, a product of 2, 3, 5 and 7.</param>
    /// <param name="finestAngstrom">
    /// The resolution up to which the map is to be trusted; nothing finer is compared. Of large boxes at most 30 shells are used.
    /// </param>
    /// <param name="team">Threads; null for the caller's alone. They change nothing but the time.</param>
    /// <exception cref="ArgumentException">The map is too small.</exception>
    public SymmetrySearch(Volume map, double finestAngstrom, WorkerTeam? team = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Size < SmallestBox) throw new ArgumentException($"A map of edge {map.Size} holds too few shells for a search.",
            nameof(map));
        if (!(finestAngstrom > 0)) throw new ArgumentOutOfRangeException(nameof(finestAngstrom), finestAngstrom, "It must be positive.");
        _map = map;
        _team = team;
        int box = Math.Min(map.Size, LargestBox);
        _spectrum = new OversampledSpectrum(map, box, team);
        double wanted = map.Size * map.PixelSizeAngstrom / finestAngstrom;
        _last = (int)Math.Clamp(wanted, CoarseShells - 2, _spectrum.Box / 2 - 2);
    }

    /// <summary>The finest detail compared, angstrom.</summary>
    public double BandAngstrom => _map.Size * _map.PixelSizeAngstrom / _last;

    /// <summary>
    /// The best frame of a group, whether or not the map has this symmetry: <see cref="SymmetryFrame.LeastCorrelation"/> tells.
    /// </summary>
    public SymmetryFrame Find(PointGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Order == 1) return Describe(group, Rotation.Identity, (0, 0, 0));
        Rotation main = MainElement(group);
        Rotation[] probes = Probes(group, main);
        int coarse = Math.Min(CoarseShells, _last);
        RotationCorrelator correlator = new(_spectrum, coarse);
        Candidate[] best = Frames(correlator, main, probes);
        Run(best.Length, i => best[i] = best[i] with { Centre = Centre(correlator, best[i].Frame, group) });
        bool freeAlongZ = group.Elements.All(s => s.M22 > 1 - 1e-9);
        foreach ((int shells, double step, int kept) in
            ((int, double, int)[])[(coarse, 4, 3), (Math.Min(2 * coarse, _last), 2, 2), (_last, 0.5, 1)])
        {
            CopyCorrelation copies = new(_spectrum, shells);
            if (kept == 1) copies.WeighShells(copies.Curve(InMap(best[0].Frame, main), best[0].Centre));
            Run(best.Length, i => best[i] = Climb(copies, best[i], probes, freeAlongZ, step, step / 16));
            best = Keep(best, kept, 2 * step, group);
        }
        return Describe(group, best[0].Frame, best[0].Centre);
    }

    /// <summary>The element that turns least, which is one about an axis of highest order.</summary>
    private static Rotation MainElement(PointGroup group)
    {
        Rotation main = group.Elements[1];
        foreach (Rotation s in group.Elements.Skip(1))
        {
            if (s.AngleToDegrees(Rotation.Identity) < main.AngleToDegrees(Rotation.Identity) - 0.1) main = s;
        }
        return main;
    }

    /// <summary>The main element and others until they generate the group, then some more, so that no single one decides.</summary>
    private static Rotation[] Probes(PointGroup group, in Rotation main)
    {
        List<Rotation> probes = [main];
        List<Rotation> reached = Close(probes);
        foreach (Rotation s in group.Elements.Skip(1))
        {
            if (reached.Count == group.Order) break;
            if (reached.Exists(r => r.AngleToDegrees(s) < 0.1)) continue;
            probes.Add(s);
            reached = Close(probes);
        }
        for (int i = group.Order / 2; i < group.Order && probes.Count is > 1 and < ProbesUsed; i += 3)
        {
            Rotation s = group.Elements[i];
            if (!probes.Exists(p => p.AngleToDegrees(s) < 0.1 || p.AngleToDegrees(s.Transpose()) < 0.1)) probes.Add(s);
        }
        return [.. probes];
    }

    private static List<Rotation> Close(List<Rotation> generators)
    {
        List<Rotation> elements = [Rotation.Identity];
        for (int i = 0; i < elements.Count; i++)
        {
            foreach (Rotation g in generators)
            {
                Rotation product = (elements[i] * g).Orthonormalised();
                if (!elements.Exists(e => e.AngleToDegrees(product) < 0.1)) elements.Add(product);
            }
        }
        return elements;
    }

    /// <summary>An element of the standard axes as it would act in the map.</summary>
    private static Rotation InMap(in Rotation frame, in Rotation element) => frame * element * frame.Transpose();

    private Candidate[] Frames(RotationCorrelator correlator, Rotation main, Rotation[] probes)
    {
        RotationVector w = So3.Log(main);
        double angle = Math.Sqrt(w.X * w.X + w.Y * w.Y + w.Z * w.Z);
        (double X, double Y, double Z) axis = (w.X / angle, w.Y / angle, w.Z / angle);
        (double Rot, double Tilt)[] views = So3Grid.Views(AxisOrder);
        Candidate[] axes = new Candidate[views.Length / 2];
        Score(correlator, axes, [main], i => Between(axis, Direction(views[i])));
        axes = Keep(axes, AxesKept, 2 * So3Grid.SpacingDegrees(AxisOrder), group: null);
        // One end of a Cn's axis is as good as the other, and so is every angle about it.
        if (probes.Length == 1) return axes;
        double period = angle * 180 / Math.PI;
        int steps = (int)Math.Ceiling(period / TurnStepDegrees);
        Rotation end = Between(axis, (-axis.X, -axis.Y, -axis.Z));
        Candidate[] frames = new Candidate[axes.Length * 2 * steps];
        Score(correlator, frames, probes, i =>
        {
            double turn = i % steps * angle / steps;
            Rotation about = So3.Exp(new RotationVector(axis.X * turn, axis.Y * turn, axis.Z * turn));
            Rotation frame = axes[i / (2 * steps)].Frame * about;
            return i / steps % 2 == 0 ? frame : frame * end;
        });
        return Keep(frames, AxesKept / 2, TurnStepDegrees * 1.5, group: null);
    }

    private void Score(RotationCorrelator correlator, Candidate[] results, Rotation[] probes, Func<int, Rotation> frame)
    {
        const int Block = 32;
        Run((results.Length + Block - 1) / Block, block =>
        {
            RotationCorrelator.Buffers buffers = correlator.NewBuffers();
            for (int i = block * Block; i < Math.Min(results.Length, (block + 1) * Block); i++)
            {
                Rotation f = frame(i);
                results[i] = new Candidate(f, default, Score(correlator, f, probes, buffers));
            }
        });
    }

    private double Score(RotationCorrelator correlator, in Rotation frame, Rotation[] probes, RotationCorrelator.Buffers buffers)
    {
        double sum = 0;
        foreach (Rotation s in probes) sum += correlator.Score(_spectrum, InMap(frame, s), buffers);
        return sum / probes.Length;
    }

    /// <summary>Frame and centre together, from neighbour to better neighbour.</summary>
    private static Candidate Climb(
        CopyCorrelation copies, Candidate start, Rotation[] probes, bool freeAlongZ, double step, double lastStep)
    {
        Candidate best = start with { Score = Score(copies, start, probes) };
        for (; step >= lastStep; step /= 2)
        {
            Rotation[] around = So3Grid.Local(step, step);
            // A turn by the step moves what is a quarter of the width from the centre as far as this.
            double move = step * Math.PI / 180 / 4;
            bool better = true;
            // The bound only guards against creeping along a ridge.
            for (int round = 0; better && round < 20; round++)
            {
                better = false;
                Candidate here = best;
                foreach (Rotation turn in around.AsSpan(1)) Try(here with { Frame = (here.Frame * turn).Orthonormalised() });
                for (int axis = 0; axis < (freeAlongZ ? 4 : 6); axis++)
                {
                    double d = axis % 2 == 0 ? move : -move;
                    (double x, double y, double z) = here.Frame.Apply(axis < 2 ? d : 0, axis is 2 or 3 ? d : 0, axis > 3 ? d : 0);
                    Try(here with { Centre = (here.Centre.X + x, here.Centre.Y + y, here.Centre.Z + z) });
                }

                void Try(Candidate candidate)
                {
                    double score = Score(copies, candidate, probes);
                    if (score > best.Score) (best, better) = (candidate with { Score = score }, true);
                }
            }
        }
        return best;
    }

    private static double Score(CopyCorrelation copies, in Candidate candidate, Rotation[] probes)
    {
        double sum = 0;
        foreach (Rotation s in probes) sum += copies.Score(InMap(candidate.Frame, s), candidate.Centre);
        return sum / probes.Length;
    }

    /// <summary>
    /// A copy turned by R about c is the copy turned about the box's centre and moved by (I - R^T) c: the moves that match best, of all
    /// elements, give c by least squares.
    /// </summary>
    private (double X, double Y, double Z) Centre(RotationCorrelator correlator, in Rotation frame, PointGroup group)
    {
        RotationCorrelator.Buffers buffers = correlator.NewBuffers();
        Rotation normal = default;
        double bx = 0, by = 0, bz = 0;
        foreach (Rotation s in group.Elements.Skip(1))
        {
            // Solved in the group's axes, where what a Cn leaves free is z itself.
            (double px, double py, double pz) = correlator.BestShift(_spectrum, InMap(frame, s), buffers);
            (px, py, pz) = frame.Transpose().Apply(px, py, pz);
            Rotation m = new(
                1 - s.M00, -s.M10, -s.M20, -s.M01, 1 - s.M11, -s.M21, -s.M02, -s.M12, 1 - s.M22);
            Rotation mt = m.Transpose();
            normal = Sum(normal, mt * m);
            (double x, double y, double z) = mt.Apply(px, py, pz);
            (bx, by, bz) = (bx + x, by + y, bz + z);
        }
        double ridge = 1e-6 * normal.Trace;
        normal = normal with { M00 = normal.M00 + ridge, M11 = normal.M11 + ridge, M22 = normal.M22 + ridge };
        double det = normal.Determinant;
        double cx = (normal with { M00 = bx, M10 = by, M20 = bz }).Determinant / det;
        double cy = (normal with { M01 = bx, M11 = by, M21 = bz }).Determinant / det;
        double cz = (normal with { M02 = bx, M12 = by, M22 = bz }).Determinant / det;
        return frame.Apply(cx, cy, cz);
    }

    private static Rotation Sum(in Rotation a, in Rotation b) => new(
        a.M00 + b.M00, a.M01 + b.M01, a.M02 + b.M02, a.M10 + b.M10, a.M11 + b.M11, a.M12 + b.M12, a.M20 + b.M20, a.M21 + b.M21,
        a.M22 + b.M22);

    private SymmetryFrame Describe(PointGroup group, Rotation frame, (double X, double Y, double Z) centre)
    {
        SymmetryCopy[] copies = new SymmetryCopy[group.Order - 1];
        double width = _map.Size * _map.PixelSizeAngstrom;
        CopyCorrelation correlation = new(_spectrum, _last);
        Run(copies.Length, i =>
        {
            Rotation s = group.Elements[i + 1];
            copies[i] = new SymmetryCopy(s, s.AngleToDegrees(Rotation.Identity), correlation.Score(InMap(frame, s), centre));
        });
        return new SymmetryFrame
        {
            Group = group,
            Rotation = frame,
            CentreAngstrom = (centre.X * width, centre.Y * width, centre.Z * width),
            Copies = copies,
            BandAngstrom = BandAngstrom,
        };
    }

    private static Candidate[] Keep(Candidate[] candidates, int count, double apartDegrees, PointGroup? group)
    {
        group ??= PointGroup.C1;
        List<Candidate> kept = [];
        foreach (Candidate c in candidates.OrderByDescending(c => c.Score))
        {
            if (kept.Exists(k => group.AngleDegrees(k.Frame, c.Frame) < apartDegrees)) continue;
            kept.Add(c);
            if (kept.Count == count) break;
        }
        return [.. kept];
    }

    private static (double X, double Y, double Z) Direction((double Rot, double Tilt) view)
    {
        (double sa, double ca) = Math.SinCos(view.Rot * Math.PI / 180);
        (double sb, double cb) = Math.SinCos(view.Tilt * Math.PI / 180);
        return (sb * ca, sb * sa, cb);
    }

    /// <summary>The shortest rotation that brings one direction onto another.</summary>
    private static Rotation Between((double X, double Y, double Z) from, (double X, double Y, double Z) to)
    {
        (double x, double y, double z) = (from.Y * to.Z - from.Z * to.Y, from.Z * to.X - from.X * to.Z, from.X * to.Y - from.Y * to.X);
        double sin = Math.Sqrt(x * x + y * y + z * z);
        double cos = from.X * to.X + from.Y * to.Y + from.Z * to.Z;
        if (sin < 1e-9)
        {
            if (cos > 0) return Rotation.Identity;
            // Half a turn about any direction across.
            (x, y, z) = Math.Abs(from.X) < 0.9 ? (0.0, from.Z, -from.Y) : (-from.Z, 0.0, from.X);
            sin = Math.Sqrt(x * x + y * y + z * z);
            cos = -1;
            double half = Math.PI / sin;
            return So3.Exp(new RotationVector(x * half, y * half, z * half));
        }
        double factor = Math.Atan2(sin, cos) / sin;
        return So3.Exp(new RotationVector(x * factor, y * factor, z * factor));
    }

    private void Run(int count, Action<int> body)
    {
        if (_team is not null)
        {
            _team.ForEach(count, (i, _) => body(i));
            return;
        }
        for (int i = 0; i < count; i++) body(i);
    }

    /// <summary>The centre is a fraction of the box's width, in the map's axes.</summary>
    private readonly record struct Candidate(Rotation Frame, (double X, double Y, double Z) Centre, double Score);
}
