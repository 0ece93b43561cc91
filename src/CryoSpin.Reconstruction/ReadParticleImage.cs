namespace CryoSpin.Reconstruction;

/// <summary>Fills a span with one image. It is called from several threads at once.</summary>
/// <param name="particle">Index of the particle, from 0.</param>
/// <param name="pixels">
/// Receives box x box grey values: pixel (x, y) at [y * box + x], the particle's centre near (box / 2, box / 2).
/// </param>
public delegate void ReadParticleImage(int particle, Span<float> pixels);
