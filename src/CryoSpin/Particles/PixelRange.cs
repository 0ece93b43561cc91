namespace CryoSpin.Particles;

/// <summary>What a pixel's grey value may be.</summary>
internal static class PixelRange
{
    /// <summary>
    /// The greatest magnitude: above every detector's counts, and such that a spectrum's power, a fourth power of an image's sums, is far from
    /// the end of single precision.
    /// </summary>
    public const float Greatest = 1e9f;
}
