using CryoSpin.Geometry;

namespace CryoSpin.Reporting.Imaging;

/// <summary>How the view directions are spread over the sphere, in cells of nearly equal solid angle.</summary>
public sealed class SphereHistogram
{
    private const int MostBands = 36;
    private const int FewestBands = 6;
    private const double ImagesPerCell = 12;
    private readonly double[][] _density;

    /// <summary>Counts the view directions (row 2 of each rotation).</summary>
    public SphereHistogram(IReadOnlyList<Pose> poses)
    {
        // About (4/pi) bands^2 cells: enough images in each that chance alone does not make the picture.
        int bands = (int)Math.Sqrt(Math.PI / 4 * poses.Count / ImagesPerCell);
        bands = Math.Clamp(bands / 2 * 2, FewestBands, MostBands);
        _density = new double[bands][];
        for (int i = 0; i < bands; i++)
        {
            double latitude = (i + 0.5) * Math.PI / bands - Math.PI / 2;
            _density[i] = new double[Math.Max(3, (int)Math.Round(2 * bands * Math.Cos(latitude)))];
        }
        foreach (Pose pose in poses)
        {
            Rotation a = pose.Rotation;
            ref double cell = ref Cell(Math.Asin(Math.Clamp(a.M22, -1, 1)), Math.Atan2(a.M21, a.M20));
            cell++;
        }
        for (int i = 0; i < bands; i++)
        {
            double height = Math.Sin((i + 1) * Math.PI / bands - Math.PI / 2) - Math.Sin(i * Math.PI / bands - Math.PI / 2);
            double expected = poses.Count * height / 2 / _density[i].Length;
            for (int j = 0; j < _density[i].Length; j++) _density[i][j] /= Math.Max(expected, double.Epsilon);
        }
        Highest = _density.Max(b => b.Max());
        EmptyShare = Share(0);
    }

    /// <summary>The largest density; 1 is the density of a uniform distribution.</summary>
    public double Highest { get; }

    /// <summary>Share of the sphere in cells without any image.</summary>
    public double EmptyShare { get; }

    /// <summary>Density at a direction, relative to a uniform distribution.</summary>
    /// <param name="latitude">Radians, -pi/2 to pi/2.</param>
    /// <param name="longitude">Radians, any range.</param>
    public double Density(double latitude, double longitude) => Cell(latitude, longitude);

    /// <summary>The density in Mollweide's equal-area projection, width : height = 2 : 1, transparent outside the ellipse.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="top">Density that gets the brightest colour.</param>
    public byte[] ToMollweidePng(int height, double top) =>
        Mollweide.ToPng(height, (latitude, longitude) => Density(latitude, longitude) / top);

    private ref double Cell(double latitude, double longitude)
    {
        int bands = _density.Length;
        int i = Math.Clamp((int)((latitude + Math.PI / 2) * bands / Math.PI), 0, bands - 1);
        int cells = _density[i].Length;
        double turn = longitude / (2 * Math.PI) + 0.5;
        int j = Math.Clamp((int)((turn - Math.Floor(turn)) * cells), 0, cells - 1);
        return ref _density[i][j];
    }

    private double Share(double atMost)
    {
        int bands = _density.Length;
        double area = 0;
        for (int i = 0; i < bands; i++)
        {
            double height = Math.Sin((i + 1) * Math.PI / bands - Math.PI / 2) - Math.Sin(i * Math.PI / bands - Math.PI / 2);
            area += height / 2 * _density[i].Count(d => d <= atMost) / _density[i].Length;
        }
        return area;
    }
}
