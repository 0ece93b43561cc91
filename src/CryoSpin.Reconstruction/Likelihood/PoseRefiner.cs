using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>Limits of one local pose refinement.</summary>
/// <param name="MaxEvaluations">Most slices evaluated per start.</param>
/// <param name="TrustDegrees">Largest rotation of one step.</param>
/// <param name="MaxShiftPixels">Radius of the disc that holds the origin.</param>
internal readonly record struct PoseRefinementLimits(int MaxEvaluations, double TrustDegrees, double MaxShiftPixels)
{
    // The map's own centre, which shifts are counted from, is known to about a pixel only.
    private const double ShiftMargin = 1;

    /// <summary>Limits for candidates of a grid.</summary>
    public static PoseRefinementLimits Wide(double maxShiftPixels) => new(8, 6, maxShiftPixels);

    /// <summary>Limits for candidates that were refined before.</summary>
    public static PoseRefinementLimits Fine(double maxShiftPixels) => new(5, 3, maxShiftPixels);

    /// <summary>How far origins may go where the user's largest shift is as given; 0 where particles are said to be centred.</summary>
    public static double ShiftOf(double userMaxShiftPixels) => userMaxShiftPixels > 0 ? userMaxShiftPixels + ShiftMargin : 0;
}

/// <summary>
/// Levenberg-Marquardt on one image's rotation and origin against a fixed lattice. Per worker; not thread-safe.
/// </summary>
/// <remarks>
/// The published method takes five Adam steps of fixed size per visit. The slice's analytic gradient gives the 5 x 5 normal matrix in the
/// same
/// pass, so two or three damped Newton steps do what tens of first-order steps do not.
/// </remarks>
internal sealed class PoseRefiner(FourierLattice lattice, ImageOnDisc image, SliceOnDisc slice)
{
    private const double StepToleranceDegrees = 0.02;
    private const double ShiftTolerancePixels = 0.01;

    /// <summary>With a slice of its own.</summary>
    public PoseRefiner(FourierLattice lattice, ImageOnDisc image)
        : this(lattice, image, new SliceOnDisc(image.Disc))
    {
    }

    /// <summary>Refines a pose of the image as it is now.</summary>
    public Candidate Refine(in Candidate start, in PoseRefinementLimits limits)
    {
        Candidate best = start;
        NormalEquations equations = Evaluate(best);
        best = best with { LogLikelihood = -equations.Misfit };
        double damping = 1e-3, trust = limits.TrustDegrees * Math.PI / 180;
        for (int evaluation = 1; evaluation < limits.MaxEvaluations; evaluation++)
        {
            // Particles that are known to be centred have three unknowns.
            NormalEquations free = limits.MaxShiftPixels > 0 ? equations : equations.WithoutOrigin();
            if (!free.TrySolve(damping, out NormalEquations.Vector5 step))
            {
                damping = Math.Max(damping, 1e-3) * 10;
                continue;
            }
            double angle = Math.Sqrt(step[0] * step[0] + step[1] * step[1] + step[2] * step[2]);
            double shift = Math.Sqrt(step[3] * step[3] + step[4] * step[4]);
            double shorten = Math.Min(1, Math.Min(trust / Math.Max(angle, 1e-12), 2 / Math.Max(shift, 1e-12)));
            Candidate next = Moved(best, step, shorten, limits.MaxShiftPixels);
            NormalEquations trial = Evaluate(next);
            next = next with { LogLikelihood = -trial.Misfit };
            if (next.LogLikelihood > best.LogLikelihood)
            {
                bool converged = angle * shorten * 180 / Math.PI < StepToleranceDegrees && shift * shorten < ShiftTolerancePixels;
                best = next;
                equations = trial;
                damping = Math.Max(damping * 0.2, 1e-4);
                if (converged) break;
            }
            else
            {
                damping = Math.Max(damping, 1e-2) * 8;
                trust = Math.Min(trust, angle * shorten / 2);
                if (damping > 1e4) break;
            }
        }
        return best;
    }

    /// <summary>The log likelihood ratio of a pose.</summary>
    public double LogLikelihood(in Candidate pose) => -Evaluate(pose).Misfit;

    private static Candidate Moved(in Candidate pose, in NormalEquations.Vector5 step, double factor, double maxShift) => pose.Moved(
        new RotationVector(factor * step[0], factor * step[1], factor * step[2]), factor * step[3], factor * step[4], maxShift);

    private NormalEquations Evaluate(in Candidate pose)
    {
        slice.Sample(lattice, pose.Rotation);
        NormalEquations.Accumulate(image, slice, pose.OriginX, pose.OriginY, out NormalEquations equations);
        return equations;
    }
}
