namespace CryoSpin.Reconstruction.Poses;

/// <summary>
/// Origins on square cells that are halved level by level. The first level has the same number of cells on each axis of the square around
/// the disc of origins; cells that do not reach into the disc are left out.
/// </summary>
/// <param name="maxShiftPixels">Radius of the disc, pixels; 0 leaves the one origin 0.</param>
/// <param name="perAxis">Cells on each axis of the first level.</param>
internal sealed class ShiftCells(double maxShiftPixels, int perAxis)
{
    /// <summary>Most children of a cell.</summary>
    public const int MostChildren = 4;

    /// <summary>Centres of the first level's cells.</summary>
    public (double X, double Y)[] First()
    {
        if (maxShiftPixels == 0) return [(0, 0)];
        double width = Width(0);
        List<(double, double)> cells = new(perAxis * perAxis);
        for (int y = 0; y < perAxis; y++)
        {
            for (int x = 0; x < perAxis; x++) Add(cells, (x - (perAxis - 1) / 2.0) * width, (y - (perAxis - 1) / 2.0) * width, width);
        }
        return [.. cells];
    }

    /// <summary>Width of a level's cells, pixels.</summary>
    public double Width(int level) => 2 * maxShiftPixels / perAxis / (1 << level);

    /// <summary>Adds the centres of the next level's cells within a cell.</summary>
    /// <param name="x">The cell's centre.</param>
    /// <param name="y">The cell's centre.</param>
    /// <param name="level">Level of the children, from 1.</param>
    /// <param name="children">Receives up to four.</param>
    public void Subdivide(double x, double y, int level, List<(double X, double Y)> children)
    {
        if (maxShiftPixels == 0)
        {
            children.Add((0, 0));
            return;
        }
        double width = Width(level);
        for (int i = 0; i < MostChildren; i++) Add(children, x + ((i & 1) - 0.5) * width, y + ((i >> 1) - 0.5) * width, width);
    }

    private void Add(List<(double, double)> cells, double x, double y, double width)
    {
        double dx = Math.Max(0, Math.Abs(x) - width / 2), dy = Math.Max(0, Math.Abs(y) - width / 2);
        if (dx * dx + dy * dy <= maxShiftPixels * maxShiftPixels) cells.Add((x, y));
    }
}
