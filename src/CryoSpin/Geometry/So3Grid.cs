namespace CryoSpin.Geometry;

/// <summary>Deterministic, nearly uniform sets of rotations.</summary>
/// <remarks>
/// Views: the pixel centres of HEALPix in ring order (Gorski et al. 2005, ApJ 622:759, equations 2-9). In-plane angles: a circle for
/// each view, started at minus the view's azimuth (Hopf coordinates; Yershova et al. 2010, IJRR 29:801), so that the circles of
/// neighbouring views line up around the north pole.
/// </remarks>
public static class So3Grid
{
    private const double Radian = Math.PI / 180;

    /// <summary>The largest order that <see cref="Healpix"/> makes: 18,874,368 rotations 1.9 degrees apart.</summary>
    public const int LargestOrder = 5;

    /// <summary>
    /// 12 * 4^order views times 6 * 2^order in-plane angles: 72, 576, 4,608, 36,864, ... rotations. Rotation
    /// <c>view * InPlaneCount(order) + j</c> is the view's first one turned by j steps in the image plane.
    /// </summary>
    /// <param name="order">0 (60 degrees apart) to <see cref="LargestOrder"/>; each order halves the spacing.</param>
    /// <param name="offset">A rotation of the map applied to the whole grid, so that repeated searches see different points.</param>
    public static Rotation[] Healpix(int order, Rotation? offset = null)
    {
        (double Rot, double Tilt)[] views = Views(order);
        int turns = InPlaneCount(order);
        Rotation[] grid = new Rotation[checked(views.Length * turns)];
        for (int v = 0; v < views.Length; v++)
        {
            (double rot, double tilt) = views[v];
            for (int j = 0; j < turns; j++)
            {
                Rotation a = new EulerAngles(rot, tilt, 360.0 * j / turns - rot).ToRotation();
                grid[v * turns + j] = offset is { } o ? a * o : a;
            }
        }
        return grid;
    }

    /// <summary>Number of views of <see cref="Healpix"/>: 12 * 4^order.</summary>
    public static int ViewCount(int order) => 12 * (1 << (2 * Checked(order)));

    /// <summary>Number of in-plane angles of each view: 6 * 2^order.</summary>
    public static int InPlaneCount(int order) => 6 << Checked(order);

    /// <summary>The distance of neighbours, degrees: 60 / 2^order.</summary>
    public static double SpacingDegrees(int order) => 60.0 / (1 << Checked(order));

    /// <summary>The views alone, degrees: 12 * 4^order points of equal area on the sphere, from the north pole to the south pole.</summary>
    public static (double Rot, double Tilt)[] Views(int order)
    {
        int n = 1 << Checked(order);
        (double, double)[] views = new (double, double)[12 * n * n];
        int next = 0;
        for (int ring = 1; ring < 4 * n; ring++)
        {
            int fromPole = Math.Min(ring, 4 * n - ring);
            bool cap = fromPole < n;
            int points = cap ? 4 * fromPole : 4 * n;
            double z = cap ? 1 - fromPole * fromPole / (3.0 * n * n) : 4.0 / 3 - 2.0 * ring / (3 * n);
            if (cap && ring > 2 * n) z = -z;
            // In the caps every ring is shifted by half a step; around the equator every second one, starting with ring n.
            double shift = cap || (ring - n) % 2 == 0 ? 0.5 : 0;
            for (int j = 0; j < points; j++)
            {
                views[next++] = (360.0 * (j + shift) / points, Math.Acos(Math.Clamp(z, -1, 1)) / Radian);
            }
        }
        return views;
    }

    /// <summary>
    /// Small rotations around the identity: exp of the points of a cubic lattice inside a ball, the identity first, then by growing
    /// angle. Multiply from the left for turns seen in the image's frame, from the right for turns of the map.
    /// </summary>
    /// <param name="radiusDegrees">Largest angle, 0 to 180.</param>
    /// <param name="spacingDegrees">Distance of neighbours, positive.</param>
    public static Rotation[] Local(double radiusDegrees, double spacingDegrees)
    {
        if (!(radiusDegrees >= 0 && radiusDegrees <= 180))
        {
            throw new ArgumentOutOfRangeException(nameof(radiusDegrees), radiusDegrees, "A radius of 0 to 180 degrees is needed.");
        }
        if (!(spacingDegrees > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(spacingDegrees), spacingDegrees, "The spacing must be positive.");
        }
        double reach = radiusDegrees / spacingDegrees * (1 + 1e-12);
        int n = checked((int)reach);
        List<(int Square, int Z, int Y, int X)> points = [];
        for (int z = -n; z <= n; z++)
        {
            for (int y = -n; y <= n; y++)
            {
                for (int x = -n; x <= n; x++)
                {
                    int square = x * x + y * y + z * z;
                    if (square <= reach * reach) points.Add((square, z, y, x));
                }
            }
        }
        points.Sort();
        double unit = spacingDegrees * Radian;
        return [.. points.Select(p => So3.Exp(new RotationVector(p.X * unit, p.Y * unit, p.Z * unit)))];
    }

    /// <summary>
    /// The eight rotations that stand for the cell around <paramref name="centre"/> at half the spacing: the centres of the cell's octants.
    /// </summary>
    /// <param name="centre">The cell's centre.</param>
    /// <param name="spacingDegrees">The spacing of the grid the centre belongs to.</param>
    public static Rotation[] Subdivide(in Rotation centre, double spacingDegrees)
    {
        double d = spacingDegrees * Radian / 4;
        Rotation[] children = new Rotation[8];
        for (int i = 0; i < 8; i++)
        {
            children[i] = So3.Exp(new RotationVector((i & 1) == 0 ? -d : d, (i & 2) == 0 ? -d : d, (i & 4) == 0 ? -d : d)) * centre;
        }
        return children;
    }

    private static int Checked(int order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, LargestOrder);
        return order;
    }
}
