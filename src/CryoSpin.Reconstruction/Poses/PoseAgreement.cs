using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>How far two independent sets of orientations of the same images say the same, frame and hand removed.</summary>
/// <param name="ShareWithin10Degrees">Share of the images whose orientations agree within 10 degrees, 0 to 1.</param>
/// <param name="Mirrored">Whether one set is of the mirrored map.</param>
/// <remarks>
/// The frame is the one that brings the most images together, and not the one of least median error: of a molecule that is nearly symmetric
/// fewer than half of the images may agree, and the median would then put the frame between the modes, where nothing does.
/// </remarks>
internal readonly record struct PoseAgreement(double ShareWithin10Degrees, bool Mirrored)
{
    private const double AgreeDegrees = 10;

    // A frame taken from one image is as wrong as this image's two orientations.
    private const double CaptureDegrees = 15;
    private const int Proposals = 300;
    private const int Judges = 600;
    private const int Refinements = 6;

    /// <summary>Compares them.</summary>
    /// <param name="first">One orientation of each image.</param>
    /// <param name="second">Another of each, in the same order.</param>
    /// <exception cref="ArgumentException">The numbers differ, or there are none.</exception>
    public static PoseAgreement Of(ReadOnlySpan<Rotation> first, ReadOnlySpan<Rotation> second)
    {
        if (first.Length != second.Length || first.Length == 0) throw new ArgumentException("Two orientations of each image are needed.");
        // A fixed seed: the same orientations give the same number.
        int[] order = [.. Enumerable.Range(0, first.Length)];
        new Random(0).Shuffle(order);
        PoseAgreement best = default;
        foreach (bool mirrored in (ReadOnlySpan<bool>)[false, true])
        {
            Rotation[] frames = new Rotation[first.Length];
            for (int i = 0; i < frames.Length; i++)
            {
                frames[i] = (mirrored ? first[order[i]].FlipHand() : first[order[i]]).Transpose() * second[order[i]];
            }
            Rotation frame = Refined(frames, MostShared(frames));
            double share = frames.Count(f => f.AngleToDegrees(frame) < AgreeDegrees) / (double)frames.Length;
            if (share > best.ShareWithin10Degrees) best = new PoseAgreement(share, mirrored);
        }
        return best;
    }

    /// <summary>Of some images' own frames the one that is nearest to those of the others.</summary>
    private static Rotation MostShared(Rotation[] frames)
    {
        Rotation best = frames[0];
        double most = double.NegativeInfinity;
        foreach (Rotation proposed in frames.AsSpan(0, Math.Min(Proposals, frames.Length)))
        {
            double near = 0;
            foreach (Rotation judge in frames.AsSpan(0, Math.Min(Judges, frames.Length)))
            {
                double angle = proposed.AngleToDegrees(judge) / CaptureDegrees;
                near += Math.Max(0, 1 - angle * angle);
            }
            if (near > most) (most, best) = (near, proposed);
        }
        return best;
    }

    /// <summary>The mean of the frames near one, repeated from what it gave.</summary>
    private static Rotation Refined(Rotation[] frames, Rotation from)
    {
        for (int iteration = 0; iteration < Refinements; iteration++)
        {
            double x = 0, y = 0, z = 0;
            int near = 0;
            foreach (Rotation frame in frames)
            {
                if (frame.AngleToDegrees(from) > CaptureDegrees) continue;
                RotationVector turn = So3.Log(from.Transpose() * frame);
                (x, y, z, near) = (x + turn.X, y + turn.Y, z + turn.Z, near + 1);
            }
            if (near == 0) break;
            from = (from * So3.Exp(new RotationVector(x / near, y / near, z / near))).Orthonormalised();
        }
        return from;
    }
}
