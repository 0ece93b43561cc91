using System.Buffers;
using CryoSpin.Fourier.Kernels;

namespace CryoSpin.Fourier;

/// <summary>
/// Transforms of square real images. The spectrum is [ky][kx] in the transform's natural order (ky = 0 .. Size-1, negative frequencies
/// in the upper half; kx = 0 .. Size/2), each value real part first, so 2 * Size * (Size/2 + 1) floats. A plan is immutable:
/// any number of threads may use it at once.
/// </summary>
/// <remarks>
/// F(k) = sum over x of f(x) exp(-2 pi i k.x / Size), unnormalised; the inverse divides by Size^2. The origin is pixel 0:
/// <see cref="CentredFft2D"/> puts it at the box's centre.
/// </remarks>
internal sealed class RealFft2D
{
    private readonly LanePasses _passes;

    /// <summary>Plans transforms of one size.</summary>
    /// <param name="size">Edge of the images in pixels: a product of 2, 3, 5 and 7, see <see cref="FourierSizes"/>.</param>
    /// <exception cref="ArgumentException">Another size; the message names the nearest usable ones.</exception>
    public RealFft2D(int size) => _passes = new LanePasses(size);

    /// <summary>Edge of the images in pixels.</summary>
    public int Size => _passes.Size;

    /// <summary>Passes over the data along one axis; benchmarks count traffic by it.</summary>
    internal int Passes => _passes.Passes;

    /// <summary>Complex values in one row of the spectrum: Size/2 + 1.</summary>
    public int HalfSize => _passes.Half;

    /// <summary>Floats in an image: Size^2.</summary>
    public int RealLength => Size * Size;

    /// <summary>Floats in a spectrum: 2 Size (Size/2 + 1).</summary>
    public int SpectrumLength => 2 * Size * HalfSize;

    /// <summary>Floats of scratch one call needs.</summary>
    public int ScratchLength => _passes.Scratch2D;

    /// <summary>Image to spectrum.</summary>
    /// <param name="real">[Size][Size].</param>
    /// <param name="spectrum">At least <see cref="SpectrumLength"/> floats; may not overlap the image.</param>
    public void Forward(ReadOnlySpan<float> real, Span<float> spectrum)
    {
        float[] scratch = ArrayPool<float>.Shared.Rent(ScratchLength);
        Forward(real, spectrum, scratch);
        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>Image to spectrum with the caller's scratch of <see cref="ScratchLength"/> floats, one per thread.</summary>
    public unsafe void Forward(ReadOnlySpan<float> real, Span<float> spectrum, Span<float> scratch)
    {
        Check(real.Length, spectrum.Length, scratch.Length);
        fixed (float* r = real, s = spectrum, w = scratch) _passes.Forward2D(r, s, w);
    }

    /// <summary>
    /// Spectrum to image, divided by Size^2. Of a spectrum that belongs to no real image, the real part of the inverse.
    /// </summary>
    /// <param name="spectrum">[Size][Size/2 + 1] interleaved; left as it is.</param>
    /// <param name="real">At least Size^2 floats; may not overlap the spectrum.</param>
    public void Inverse(ReadOnlySpan<float> spectrum, Span<float> real)
    {
        float[] scratch = ArrayPool<float>.Shared.Rent(ScratchLength);
        Inverse(spectrum, real, scratch);
        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>Spectrum to image with the caller's scratch of <see cref="ScratchLength"/> floats, one per thread.</summary>
    public unsafe void Inverse(ReadOnlySpan<float> spectrum, Span<float> real, Span<float> scratch)
    {
        Check(real.Length, spectrum.Length, scratch.Length);
        fixed (float* r = real, s = spectrum, w = scratch) _passes.Inverse2D(s, r, 1f / RealLength, w);
    }

    private void Check(int real, int spectrum, int scratch)
    {
        if (real < RealLength) throw new ArgumentException($"{real} floats hold no image of {Size} x {Size}.");
        if (spectrum < SpectrumLength)
        {
            throw new ArgumentException($"{spectrum} floats hold no spectrum of {Size} x {HalfSize} complex values.");
        }
        if (scratch < ScratchLength) throw new ArgumentException($"{scratch} floats of scratch are fewer than the {ScratchLength} needed.");
    }
}
