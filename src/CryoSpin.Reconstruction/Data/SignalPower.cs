namespace CryoSpin.Reconstruction.Data;

/// <summary>What the images' power alone says of map and noise.</summary>
internal static class SignalPower
{
    /// <summary>
    /// Variance of the map's transform per shell: (mean image power - noise) / mean CTF^2. Central slices in all directions sample each
    /// shell of
    /// the map evenly, so the mean power of the images, less the noise, is the map's power times the transfer function's.
    /// </summary>
    /// <param name="store">Particles.</param>
    /// <param name="noise">Noise power per complex coefficient and shell.</param>
    public static double[] PerShell(ParticleStore store, double[] noise)
    {
        double[] signal = new double[store.MeanPower.Length];
        for (int s = 1; s < signal.Length; s++)
        {
            if (store.MeanCtfSquared[s] > 0) signal[s] = Math.Max(0, (store.MeanPower[s] - noise[s]) / store.MeanCtfSquared[s]);
        }
        if (signal.Length > 1) signal[0] = signal[1];
        return signal;
    }

    /// <summary>1 / signal per shell; infinite, which leaves a shell empty, where there is none.</summary>
    public static double[] Inverse(double[] signal) => [.. signal.Select(v => v > 0 ? 1 / v : double.PositiveInfinity)];
}
