using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// A map brought onto a reference: Map(x) = V'(Rotation (x - Shift)), V' the original or its mirror image, x from the centre.
/// </summary>
/// <param name="Map">The resampled map, on the reference's grid.</param>
/// <param name="Rotation">From the reference's axes to the map's.</param>
/// <param name="Mirrored">True where the map's hand was changed first (z to -z about the centre).</param>
/// <param name="ShiftXAngstrom">How far the turned map was moved along x.</param>
/// <param name="ShiftYAngstrom">The same along y.</param>
/// <param name="ShiftZAngstrom">The same along z.</param>
/// <param name="Correlation">Pearson's correlation of the resampled map with the reference, over all voxels.</param>
public sealed record AlignedMap(
    Volume Map, Rotation Rotation, bool Mirrored, double ShiftXAngstrom, double ShiftYAngstrom, double ShiftZAngstrom, double Correlation);

/// <summary>Brings one map onto another of the same grid.</summary>
public static class MapAlignment
{
    private const int SmallestSearched = 8;

    /// <summary>
    /// With a rotation that is known, from the poses' <see cref="PoseComparisonResult.GlobalRotation"/>: the map is mirrored if asked,
    /// turned, and moved to the peak of the cross-correlation, found to a fraction of a voxel.
    /// </summary>
    /// <param name="map">The map to move.</param>
    /// <param name="reference">The map it is to match; same edge and voxel size, an edge of <see cref="FourierSizes"/>.</param>
    /// <param name="rotation">reference(x) is map(rotation x).</param>
    /// <param name="mirrored">Whether the map's hand is to be changed first.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    /// <param name="wholeVoxels">
    /// True to move by whole voxels only, as simple scoring programs do. What is left, up to half a voxel along each axis, lowers the FSC
    /// near Nyquist.
    /// </param>
    /// <exception cref="ArgumentException">The maps' grids differ.</exception>
    public static AlignedMap WithRotation(
        Volume map, Volume reference, in Rotation rotation, bool mirrored, WorkerTeam? team = null, bool wholeVoxels = false)
    {
        CheckGrids(map, reference);
        CubicSplineVolume spline = new(mirrored ? Mirror(map) : map);
        RealFft3D fft = new(map.Size, team);
        float[] target = MapSpectra.Masked(reference, default, fft);
        float[] turned = spline.Resample(rotation, 0, 0, 0, team);
        (double x, double y, double z) = CrossCorrelationPeak(turned, target, fft);

        float[] moved;
        if (wholeVoxels)
        {
            (x, y, z) = (Math.Round(x), Math.Round(y), Math.Round(z));
        }
        else
        {
            // Once more from there: the second peak lies near 0, where the parabola through it is most exact.
            moved = spline.Resample(rotation, x, y, z, team);
            (double dx, double dy, double dz) = CrossCorrelationPeak(moved, target, fft);
            (x, y, z) = (x + dx, y + dy, z + dz);
        }
        moved = spline.Resample(rotation, x, y, z, team);
        double unit = map.PixelSizeAngstrom;
        return new AlignedMap(
            new Volume(map.Size, unit, moved), rotation, mirrored, x * unit, y * unit, z * unit, Pearson(moved, reference.Voxels));
    }

    /// <summary>
    /// Without any knowledge: all rotations, both hands and all shifts at low resolution, then the best ones at finer and finer
    /// resolution. Deterministic. About the hand nothing can be said where the maps agree only below some 15 angstrom.
    /// </summary>
    /// <param name="map">The map to move.</param>
    /// <param name="reference">The map it is to match; same edge and voxel size, an edge of <see cref="FourierSizes"/>.</param>
    /// <param name="tryMirror">False to keep the map's hand.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    /// <exception cref="ArgumentException">The maps' grids differ, or their edge is less than 8.</exception>
    public static AlignedMap Search(Volume map, Volume reference, bool tryMirror = true, WorkerTeam? team = null)
    {
        CheckGrids(map, reference);
        if (map.Size < SmallestSearched)
        {
            throw new ArgumentException($"Maps of edge {map.Size} hold too few shells for a search.", nameof(map));
        }
        (Rotation rotation, bool mirrored) = new RotationSearch(map, reference, tryMirror, team).Best();
        return WithRotation(map, reference, rotation, mirrored, team);
    }

    /// <summary>
    /// The mirror image about the plane z = 0 through the centre Size/2; for an even edge plane 0 stays, as the voxels are periodic.
    /// The poses that go with it are <see cref="Rotation.FlipHand"/> of the old ones.
    /// </summary>
    public static Volume Mirror(Volume map)
    {
        ArgumentNullException.ThrowIfNull(map);
        int n = map.Size, plane = n * n;
        float[] voxels = new float[map.Voxels.Length];
        for (int z = 0; z < n; z++)
        {
            int from = (2 * (n / 2) - z + n) % n;
            map.Voxels.AsSpan(from * plane, plane).CopyTo(voxels.AsSpan(z * plane));
        }
        return new Volume(n, map.PixelSizeAngstrom, voxels);
    }

    /// <summary>The shift, in voxels, that brings <paramref name="moving"/> onto the map of spectrum <paramref name="target"/>.</summary>
    private static (double X, double Y, double Z) CrossCorrelationPeak(float[] moving, float[] target, RealFft3D fft)
    {
        int n = fft.Size;
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(moving, spectrum);
        for (int i = 0; i < spectrum.Length; i += 2)
        {
            float re = spectrum[i], im = spectrum[i + 1];
            spectrum[i] = target[i] * re + target[i + 1] * im;
            spectrum[i + 1] = target[i + 1] * re - target[i] * im;
        }
        // The mean tells nothing about the shift, and would flatten the peak of maps that are not centred on 0.
        spectrum[0] = spectrum[1] = 0;
        float[] correlation = new float[fft.RealLength];
        fft.InverseInPlace(spectrum, correlation);
        return PeriodicPeak.Find(correlation, n).Position;
    }

    private static double Pearson(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double ma = 0, mb = 0;
        for (int i = 0; i < a.Length; i++) (ma, mb) = (ma + a[i], mb + b[i]);
        ma /= a.Length;
        mb /= b.Length;
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i] - ma, y = b[i] - mb;
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }

    private static void CheckGrids(Volume map, Volume reference)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(reference);
        if (map.Size != reference.Size)
        {
            throw new ArgumentException($"Maps of edge {map.Size} and {reference.Size} cannot be aligned.", nameof(map));
        }
        if (Math.Abs(map.PixelSizeAngstrom - reference.PixelSizeAngstrom) > 1e-3 * reference.PixelSizeAngstrom)
        {
            throw new ArgumentException(
                $"Maps of voxel size {map.PixelSizeAngstrom} and {reference.PixelSizeAngstrom} angstrom cannot be aligned.", nameof(map));
        }
        if (!HasContent(map) || !HasContent(reference))
        {
            throw new ArgumentException("A map that is empty, or holds values that are not finite, cannot be aligned.", nameof(map));
        }
    }

    private static bool HasContent(Volume map)
    {
        float power = TensorPrimitives.SumOfSquares<float>(map.Voxels);
        return power > 0 && float.IsFinite(power);
    }
}
