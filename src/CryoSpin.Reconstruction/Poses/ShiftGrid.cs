using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>A set of origins with their phase factors over one disc of frequencies.</summary>
internal sealed class ShiftGrid
{
    /// <summary>A square lattice within a disc.</summary>
    public ShiftGrid(double radiusPixels, double spacingPixels, FrequencyDisc disc, int box)
        : this(Lattice(radiusPixels, spacingPixels), disc, box)
    {
    }

    /// <summary>Any origins.</summary>
    public ShiftGrid((double X, double Y)[] shifts, FrequencyDisc disc, int box)
    {
        Shifts = shifts;
        Cosine = new float[shifts.Length][];
        Sine = new float[shifts.Length][];
        for (int s = 0; s < shifts.Length; s++)
        {
            Cosine[s] = new float[disc.PaddedCount];
            Sine[s] = new float[disc.PaddedCount];
            for (int p = 0; p < disc.PaddedCount; p++)
            {
                (double sin, double cos) = Math.SinCos(2 * Math.PI * (disc.Kx[p] * shifts[s].X + disc.Ky[p] * shifts[s].Y) / box);
                Cosine[s][p] = (float)cos;
                Sine[s][p] = (float)sin;
            }
        }
    }

    /// <summary>Origins, pixels.</summary>
    public (double X, double Y)[] Shifts { get; }

    /// <summary>cos of the phase, [shift][frequency].</summary>
    public float[][] Cosine { get; }

    /// <summary>sin of the phase, [shift][frequency].</summary>
    public float[][] Sine { get; }

    /// <summary>The image shifted by +origin: (re + i im) e^(-i theta).</summary>
    public void Apply(int shift, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> shiftedReal, Span<float> shiftedImaginary)
    {
        float[] cos = Cosine[shift], sin = Sine[shift];
        for (int p = 0; p < cos.Length; p++)
        {
            shiftedReal[p] = real[p] * cos[p] + imaginary[p] * sin[p];
            shiftedImaginary[p] = imaginary[p] * cos[p] - real[p] * sin[p];
        }
    }

    private static (double X, double Y)[] Lattice(double radiusPixels, double spacingPixels)
    {
        int reach = (int)Math.Floor(radiusPixels / spacingPixels + 1e-9);
        List<(double X, double Y)> shifts = [];
        for (int y = -reach; y <= reach; y++)
        {
            for (int x = -reach; x <= reach; x++)
            {
                double distance = spacingPixels * Math.Sqrt(x * x + y * y);
                if (distance <= radiusPixels * (1 + 1e-9)) shifts.Add((x * spacingPixels, y * spacingPixels));
            }
        }
        return [.. shifts];
    }
}
