using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// Squared chordal distance between the nearest head's rotation and a target, with its gradient at the heads' 6-D outputs. A small share
/// goes to
/// the other heads, so that none falls asleep.
/// </summary>
internal sealed class WinnerTakesAllLoss(int heads, int outputsPerHead, double losersShare)
{
    /// <summary>Loss of one image; the gradient is overwritten.</summary>
    /// <param name="outputs">[head][output].</param>
    /// <param name="target">Wanted rotation.</param>
    /// <param name="weight">Factor on loss and gradient.</param>
    /// <param name="gradient">[head][output].</param>
    /// <returns>Distance |R - T|_F^2 of the winner, and which head it was.</returns>
    public (double Distance, int Winner) Evaluate(ReadOnlySpan<float> outputs, in Rotation target, double weight, Span<float> gradient)
    {
        int winner = 0;
        double least = double.PositiveInfinity;
        for (int h = 0; h < heads; h++)
        {
            double d = Distance(Rotation6D.ToRotation(outputs.Slice(h * outputsPerHead, 6)), target);
            if (d < least) (least, winner) = (d, h);
        }
        gradient.Clear();
        Span<double> upstream = stackalloc double[9];
        for (int h = 0; h < heads; h++)
        {
            double share = heads == 1 ? 1 : h == winner ? 1 - losersShare : losersShare / (heads - 1);
            ReadOnlySpan<float> six = outputs.Slice(h * outputsPerHead, 6);
            Difference(Rotation6D.ToRotation(six), target, 2 * weight * share, upstream);
            Rotation6D.Gradient(six, upstream, gradient.Slice(h * outputsPerHead, 6));
        }
        return (least, winner);
    }

    private static double Distance(in Rotation a, in Rotation b) =>
        6 - 2 * (a.M00 * b.M00 + a.M01 * b.M01 + a.M02 * b.M02 + a.M10 * b.M10 + a.M11 * b.M11 + a.M12 * b.M12 + a.M20 * b.M20 + a.M21 * b.M21 + a.M22 * b.M22);

    private static void Difference(in Rotation a, in Rotation b, double factor, Span<double> d)
    {
        d[0] = factor * (a.M00 - b.M00);
        d[1] = factor * (a.M01 - b.M01);
        d[2] = factor * (a.M02 - b.M02);
        d[3] = factor * (a.M10 - b.M10);
        d[4] = factor * (a.M11 - b.M11);
        d[5] = factor * (a.M12 - b.M12);
        d[6] = factor * (a.M20 - b.M20);
        d[7] = factor * (a.M21 - b.M21);
        d[8] = factor * (a.M22 - b.M22);
    }
}
