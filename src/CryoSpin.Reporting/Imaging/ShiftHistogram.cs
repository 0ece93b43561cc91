using CryoSpin.Geometry;

namespace CryoSpin.Reporting.Imaging;

/// <summary>How far the particles lie from their images' centres: counts over (x, y), in pixels.</summary>
public sealed class ShiftHistogram
{
    private const int MostCells = 61;
    private readonly int[] _counts;

    /// <summary>Counts origins.</summary>
    /// <param name="poses">The poses.</param>
    /// <param name="pixelSizeAngstrom">Turns their angstrom into pixels.</param>
    /// <param name="leastRadiusPixels">The picture reaches at least so far.</param>
    public ShiftHistogram(IReadOnlyList<Pose> poses, double pixelSizeAngstrom, double leastRadiusPixels)
    {
        double[] lengths = [.. poses.Select(p => double.Hypot(p.OriginXAngstrom, p.OriginYAngstrom) / pixelSizeAngstrom)];
        RadiusPixels = Math.Max(Math.Max(leastRadiusPixels, 1), lengths.DefaultIfEmpty(0).Max()) * 1.05;
        Array.Sort(lengths);
        MedianPixels = lengths.Length == 0 ? 0 : lengths[lengths.Length / 2];
        int cells = (int)(Math.Sqrt(poses.Count) / 2);
        Cells = Math.Clamp(cells | 1, 11, MostCells);
        _counts = new int[Cells * Cells];
        foreach (Pose pose in poses)
        {
            _counts[Index(pose.OriginYAngstrom / pixelSizeAngstrom) * Cells + Index(pose.OriginXAngstrom / pixelSizeAngstrom)]++;
        }
        Highest = _counts.Max();
    }

    /// <summary>Cells along each edge.</summary>
    public int Cells { get; }

    /// <summary>The picture covers -RadiusPixels to RadiusPixels.</summary>
    public double RadiusPixels { get; }

    /// <summary>Median distance from the centre, pixels.</summary>
    public double MedianPixels { get; }

    /// <summary>The largest count.</summary>
    public int Highest { get; }

    /// <summary>The count of a cell.</summary>
    public int this[int row, int column] => _counts[row * Cells + column];

    /// <summary>One pixel per cell, y downwards as in the images; empty cells are transparent.</summary>
    public byte[] ToPng()
    {
        byte[] rgba = new byte[Cells * Cells * 4];
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0) continue;
            (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]) = ColourRamp.At((double)_counts[i] / Highest);
            rgba[4 * i + 3] = 255;
        }
        return PngEncoder.Rgba(Cells, Cells, rgba);
    }

    private int Index(double pixels) => Math.Clamp((int)((pixels / RadiusPixels + 1) / 2 * Cells), 0, Cells - 1);
}
