using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// The correlation of two half-maps inside a mask, and how much of it the mask itself makes: the same maps with random phases beyond
/// a shell correlate there only through the mask (Chen et al. 2013, Ultramicroscopy 135:24).
/// </summary>
/// <param name="Unmasked">Without mask.</param>
/// <param name="Masked">With mask.</param>
/// <param name="Randomised">With mask, phases random from <paramref name="RandomisedFromShell"/> on.</param>
/// <param name="Corrected">
/// (Masked - Randomised) / (1 - Randomised) from two shells after <paramref name="RandomisedFromShell"/> on, as in RELION; before, Masked.
/// </param>
/// <param name="RandomisedFromShell">Where the unmasked curve first falls below 0.8; 1 at least.</param>
public sealed record MaskedFsc(FscCurve Unmasked, FscCurve Masked, FscCurve Randomised, FscCurve Corrected, int RandomisedFromShell)
{
    private const double RandomiseBelow = 0.8;

    /// <summary>All four curves of two half-maps.</summary>
    /// <param name="a">A half-map.</param>
    /// <param name="b">The other, of the same edge.</param>
    /// <param name="mask">Weights, [z][y][x], with a soft edge.</param>
    /// <param name="random">Draws the phases; the same state gives the same curves.</param>
    /// <param name="team">Threads for the transforms; null for the caller's alone.</param>
    /// <exception cref="ArgumentException">Sizes that differ, or an edge the transform cannot do.</exception>
    public static MaskedFsc Compute(Volume a, Volume b, ReadOnlySpan<float> mask, Random random, WorkerTeam? team = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        FscCurve unmasked = FourierShellCorrelation.Compute(a, b, default, team);
        FscCurve masked = FourierShellCorrelation.Compute(a, b, mask, team);
        int from = 1;
        while (from < unmasked.Values.Count - 1 && unmasked.Values[from] >= RandomiseBelow) from++;
        RealFft3D fft = new(a.Size, team);
        FscCurve randomised = FourierShellCorrelation.Compute(
            WithRandomPhases(a, from, random, fft), WithRandomPhases(b, from, random, fft), mask, team);

        double[] corrected = [.. masked.Values];
        for (int s = Math.Min(from + 2, corrected.Length); s < corrected.Length; s++)
        {
            double r = randomised.Values[s];
            // Where random phases correlate fully the mask explains everything.
            corrected[s] = r < 1 ? (masked.Values[s] - r) / (1 - r) : 0;
        }
        return new MaskedFsc(unmasked, masked, randomised, masked with { Values = corrected }, from);
    }

    /// <summary>The map with the phases of every coefficient at round(|k|) >= shell replaced by uniform ones; amplitudes stay.</summary>
    private static Volume WithRandomPhases(Volume map, int shell, Random random, RealFft3D fft)
    {
        float[] spectrum = MapSpectra.Masked(map, default, fft);
        int n = map.Size, half = fft.HalfSize;
        double limit = (shell - 0.5) * (shell - 0.5);
        for (int z = 0; z < n; z++)
        {
            int kz = 2 * z <= n ? z : z - n;
            for (int y = 0; y < n; y++)
            {
                int ky = 2 * y <= n ? y : y - n;
                for (int x = 0; x < half; x++)
                {
                    if (x * x + ky * ky + kz * kz < limit) continue;
                    int i = 2 * ((z * n + y) * half + x);
                    float amplitude = MathF.Sqrt(spectrum[i] * spectrum[i] + spectrum[i + 1] * spectrum[i + 1]);
                    (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
                    bool paired = x == 0 || 2 * x == n;
                    int py = (n - y) % n, pz = (n - z) % n;
                    int partner = 2 * ((pz * n + py) * half + x);
                    if (paired && partner < i) continue;
                    spectrum[i] = (float)(amplitude * cos);
                    spectrum[i + 1] = (float)(amplitude * sin);
                    if (!paired) continue;
                    // These planes hold both members of each pair: conjugates, and a real number where they coincide.
                    spectrum[partner] = partner == i ? amplitude * (cos < 0 ? -1 : 1) : spectrum[i];
                    spectrum[partner + 1] = partner == i ? 0 : -spectrum[i + 1];
                }
            }
        }
        float[] voxels = new float[fft.RealLength];
        fft.InverseInPlace(spectrum, voxels);
        return new Volume(n, map.PixelSizeAngstrom, voxels);
    }
}
