namespace CryoSpin.Evaluation;

/// <summary>A Fourier shell correlation: one value per shell, shell s at s / (BoxSize * PixelSizeAngstrom) per angstrom.</summary>
/// <param name="BoxSize">Edge of the compared maps in voxels.</param>
/// <param name="PixelSizeAngstrom">Their voxel size.</param>
/// <param name="Values">Shell 0 (always 1) to BoxSize/2.</param>
public sealed record FscCurve(int BoxSize, double PixelSizeAngstrom, IReadOnlyList<double> Values)
{
    /// <summary>
    /// Resolution, in angstrom, where the curve first falls below the threshold, linearly interpolated between shells;
    /// twice the pixel size if it never does. Infinite where the curve is below the threshold from the first shell on: there is no resolution.
    /// </summary>
    public double ResolutionAngstrom(double threshold)
    {
        double shell = CrossingShell(threshold);
        if (shell < 1) return double.PositiveInfinity;
        return shell >= BoxSize / 2.0 ? 2 * PixelSizeAngstrom : BoxSize * PixelSizeAngstrom / shell;
    }

    /// <summary>The fractional shell of that crossing; BoxSize/2 if there is none.</summary>
    public double CrossingShell(double threshold)
    {
        for (int i = 1; i < Values.Count; i++)
        {
            if (Values[i] < threshold)
            {
                double fall = Values[i - 1] - Values[i];
                return i - 1 + (fall > 1e-12 ? Math.Clamp((Values[i - 1] - threshold) / fall, 0, 1) : 0);
            }
        }
        return BoxSize / 2.0;
    }
}
