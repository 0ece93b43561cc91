using System.Buffers;
using CryoSpin.Compute;
using CryoSpin.Fourier.Kernels;

namespace CryoSpin.Fourier;

/// <summary>
/// Transforms of cubic real volumes. The spectrum is [kz][ky][kx] in natural order (kz, ky = 0 .. Size-1; kx = 0 .. Size/2), each
/// value real part first, so 2 Size^2 (Size/2 + 1) floats. Conventions are those of <see cref="RealFft2D"/>; the inverse divides by Size^3.
/// </summary>
/// <remarks>
/// Without a team a plan may serve any number of threads at once. With one, a call runs on the team's threads, so it must not come from
/// inside one of the team's own loops, nor from two threads at once. The result does not depend on the number of threads.
/// </remarks>
internal sealed class RealFft3D
{
    private const int DepthChunk = 64;
    private readonly LanePasses _passes;
    private readonly WorkerTeam? _team;

    /// <summary>Plans transforms of one size.</summary>
    /// <param name="size">Edge of the volumes in voxels: a product of 2, 3, 5 and 7, see <see cref="FourierSizes"/>.</param>
    /// <param name="team">Threads to run on; null runs on the caller's.</param>
    /// <exception cref="ArgumentException">Another size; the message names the nearest usable ones.</exception>
    public RealFft3D(int size, WorkerTeam? team = null)
    {
        _passes = new LanePasses(size);
        _team = team;
        if (2L * size * size * _passes.Half > Array.MaxLength)
        {
            throw new ArgumentException($"A spectrum of edge {size} does not fit one array.", nameof(size));
        }
    }

    /// <summary>Edge of the volumes in voxels.</summary>
    public int Size => _passes.Size;

    /// <summary>Passes over the data along one axis; benchmarks count traffic by it.</summary>
    internal int Passes => _passes.Passes;

    /// <summary>Complex values in one row of the spectrum: Size/2 + 1.</summary>
    public int HalfSize => _passes.Half;

    /// <summary>Floats in a volume: Size^3.</summary>
    public int RealLength => Size * Size * Size;

    /// <summary>Floats in a spectrum: 2 Size^2 (Size/2 + 1).</summary>
    public int SpectrumLength => 2 * Size * Size * HalfSize;

    private int PlaneFloats => 2 * Size * HalfSize;

    private int ScratchPerWorker => Math.Max(_passes.Scratch2D, _passes.ScratchDepth);

    /// <summary>Volume to spectrum.</summary>
    /// <param name="real">[Size][Size][Size], x fastest.</param>
    /// <param name="spectrum">At least <see cref="SpectrumLength"/> floats; may not overlap the volume.</param>
    public unsafe void Forward(ReadOnlySpan<float> real, Span<float> spectrum)
    {
        Check(real.Length, spectrum.Length);
        float[] scratch = ArrayPool<float>.Shared.Rent(ScratchPerWorker * (_team?.Workers ?? 1));
        fixed (float* realPinned = real, spectrumPinned = spectrum, scratchPinned = scratch)
        {
            float* r = realPinned, s = spectrumPinned, w = scratchPinned;
            Run(Size, (z, worker) => _passes.Forward2D(
                r + (nint)z * Size * Size, s + (nint)z * PlaneFloats, w + (nint)worker * ScratchPerWorker));
            Depth(s, w, inverse: false);
        }
        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>Spectrum to volume, divided by Size^3. The spectrum is used as work space: its contents are lost.</summary>
    /// <param name="spectrum">[Size][Size][Size/2 + 1] interleaved; overwritten.</param>
    /// <param name="real">At least Size^3 floats; may not overlap the spectrum.</param>
    public unsafe void InverseInPlace(Span<float> spectrum, Span<float> real)
    {
        Check(real.Length, spectrum.Length);
        float[] scratch = ArrayPool<float>.Shared.Rent(ScratchPerWorker * (_team?.Workers ?? 1));
        fixed (float* realPinned = real, spectrumPinned = spectrum, scratchPinned = scratch)
        {
            float* r = realPinned, s = spectrumPinned, w = scratchPinned;
            float scale = (float)(1.0 / RealLength);
            Depth(s, w, inverse: true);
            Run(Size, (z, worker) => _passes.Inverse2D(
                s + (nint)z * PlaneFloats, r + (nint)z * Size * Size, scale, w + (nint)worker * ScratchPerWorker));
        }
        ArrayPool<float>.Shared.Return(scratch);
    }

    /// <summary>Spectrum to volume, divided by Size^3, the spectrum left as it is (at the price of a copy).</summary>
    /// <param name="spectrum">[Size][Size][Size/2 + 1] interleaved.</param>
    /// <param name="real">At least Size^3 floats.</param>
    public void Inverse(ReadOnlySpan<float> spectrum, Span<float> real)
    {
        Check(real.Length, spectrum.Length);
        float[] copy = ArrayPool<float>.Shared.Rent(SpectrumLength);
        spectrum[..SpectrumLength].CopyTo(copy);
        InverseInPlace(copy.AsSpan(0, SpectrumLength), real);
        ArrayPool<float>.Shared.Return(copy);
    }

    private unsafe void Depth(float* spectrum, float* scratch, bool inverse)
    {
        // A plane's columns are taken as one run of Size * HalfSize: whole vectors whatever the row length.
        int columns = Size * HalfSize;
        int chunks = (columns + DepthChunk - 1) / DepthChunk;
        Run(chunks, (chunk, worker) => _passes.Depth(
            spectrum + 2 * (nint)chunk * DepthChunk, PlaneFloats, Math.Min(DepthChunk, columns - chunk * DepthChunk), inverse,
            scratch + (nint)worker * ScratchPerWorker));
    }

    private void Run(int count, Action<int, int> body)
    {
        if (_team is not null)
        {
            _team.ForEach(count, body);
            return;
        }
        for (int i = 0; i < count; i++) body(i, 0);
    }

    private void Check(int real, int spectrum)
    {
        if (real < RealLength) throw new ArgumentException($"{real} floats hold no volume of edge {Size}.");
        if (spectrum < SpectrumLength)
        {
            throw new ArgumentException($"{spectrum} floats hold no spectrum of {Size} x {Size} x {HalfSize} complex values.");
        }
    }
}
