using CryoSpin.Compute;
using CryoSpin.Imaging;

namespace CryoSpin.Simulation;

/// <summary>
/// A made-up particle for demonstrations and tests: a chain of 14,000 beads that fills six domains of different size, shape and weight (a
/// body with a channel, a head, a foot, a bent arm, a knob and a bar) without any symmetry; its mirror image is another particle. It
/// fills the same part of any box: no bead is farther than 0.37 of the width from the centre.
/// </summary>
public static class Phantom
{
    private const int Beads = 14000;
    private const double StepLength = 0.011;
    private const ulong Seed = 20240610;

    private static readonly Domain[] s_domains =
    [
        new("body", new(-0.04, 0.02, -0.02), new(0.18, 0.13, 0.10), 25, 35, 1.0),
        new("head", new(0.12, 0.13, 0.14), new(0.10, 0.10, 0.085), 0, 0, 1.25),
        new("foot", new(-0.11, -0.10, -0.16), new(0.145, 0.065, 0.055), 60, 20, 1.2),
        new("arm", new(0.155, -0.10, -0.065), new(0.14, 0.045, 0.045), -50, 40, 1.0),
        new("knob", new(-0.145, 0.16, 0.075), new(0.06, 0.06, 0.085), 15, 70, 1.4),
        new("bar", new(-0.01, -0.13, 0.115), new(0.05, 0.14, 0.04), 30, -25, 1.0),
    ];

    /// <summary>The map.</summary>
    /// <param name="boxSize">Edge in voxels; even, a product of 2, 3, 5 and 7.</param>
    /// <param name="pixelSizeAngstrom">Voxel edge.</param>
    /// <param name="team">Threads; null for the caller's. The map does not depend on them.</param>
    public static Volume Create(int boxSize, double pixelSizeAngstrom, WorkerTeam? team = null) =>
        ScattererDensity.Render(Scatterers(boxSize * pixelSizeAngstrom), boxSize, pixelSizeAngstrom, team: team).Map;

    /// <summary>The beads.</summary>
    /// <param name="boxAngstrom">Width of the box in angstrom, to which the particle is scaled.</param>
    public static IReadOnlyList<PointScatterer> Scatterers(double boxAngstrom)
    {
        RandomStream random = new(Seed, 0);
        double total = s_domains.Sum(d => d.Volume);
        List<PointScatterer> beads = new(Beads);
        foreach (Domain domain in s_domains)
        {
            int count = (int)Math.Round(Beads * domain.Volume / total);
            foreach (Point p in Chain(domain, count, random))
            {
                beads.Add(new PointScatterer(p.X * boxAngstrom, p.Y * boxAngstrom, p.Z * boxAngstrom, 6, domain.Weight));
            }
        }
        return beads;
    }

    /// <summary>
    /// A stiff random walk that stays inside its domain: density with the texture of a folded chain, not a smooth ellipsoid.
    /// </summary>
    private static IEnumerable<Point> Chain(Domain domain, int count, RandomStream random)
    {
        Point at = RandomInside(domain, random);
        Point direction = RandomDirection(random);
        for (int i = 0; i < count; i++)
        {
            yield return at;
            Point next = at;
            int tries = 0;
            do
            {
                // After some refusals the chain may turn back on itself, and at last it starts elsewhere.
                double stiffness = tries < 8 ? 1.2 : 0;
                direction = (direction * stiffness + RandomDirection(random)).Normalised();
                next = at + direction * StepLength;
            }
            while (!domain.Contains(next) && ++tries < 40);
            at = domain.Contains(next) ? next : RandomInside(domain, random);
        }
    }

    private static Point RandomInside(Domain domain, RandomStream random)
    {
        double reach = Math.Max(domain.Axes.X, Math.Max(domain.Axes.Y, domain.Axes.Z));
        while (true)
        {
            Point p = domain.Centre + new Point(Draw(), Draw(), Draw());
            if (domain.Contains(p)) return p;
        }

        double Draw() => random.Uniform(-reach, reach);
    }

    private static Point RandomDirection(RandomStream random) =>
        new Point(random.Gaussian(), random.Gaussian(), random.Gaussian()).Normalised();

    private readonly record struct Point(double X, double Y, double Z)
    {
        public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Point operator -(Point a, Point b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        public static Point operator *(Point a, double s) => new(a.X * s, a.Y * s, a.Z * s);

        public Point Normalised() => this * (1 / Math.Sqrt(X * X + Y * Y + Z * Z));
    }

    /// <summary>An ellipsoid, in fractions of the box about its centre, turned by yaw about z and then pitch about x.</summary>
    private sealed record Domain(string Name, Point Centre, Point Axes, double YawDegrees, double PitchDegrees, double Weight)
    {
        private const double ChannelRadius = 0.035;

        public double Volume => Axes.X * Axes.Y * Axes.Z;

        public bool Contains(Point p)
        {
            Point d = p - Centre;
            (double sy, double cy) = Math.SinCos(YawDegrees * Math.PI / 180);
            (double sp, double cp) = Math.SinCos(PitchDegrees * Math.PI / 180);
            double x = cy * d.X + sy * d.Y, v = -sy * d.X + cy * d.Y;
            double y = cp * v + sp * d.Z, z = -sp * v + cp * d.Z;
            if (Name == "body" && (x - 0.05) * (x - 0.05) + y * y < ChannelRadius * ChannelRadius) return false;
            // The arm bends: its axis is an arc, not a line.
            if (Name == "arm") z += 3 * x * x;
            return Square(x / Axes.X) + Square(y / Axes.Y) + Square(z / Axes.Z) <= 1;
        }

        private static double Square(double t) => t * t;
    }
}
