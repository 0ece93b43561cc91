using CryoSpin.Geometry;

namespace CryoSpin.Simulation;

/// <summary>Rotations of which a share looks along few directions, as particles on a support or at the water's surface do.</summary>
internal sealed class PreferredViews
{
    // Of directions that a particle prefers, none is near another or near another's back.
    private const double LeastAngleDegrees = 50;

    // The radius of two normal numbers is below this with a probability of 0.68.
    private const double RadiusOf68Percent = 1.51;
    private readonly NuisanceDraws _draws;
    private readonly double _share;
    private readonly double _sigmaRadians;
    private readonly List<(double X, double Y, double Z)> _directions = [];

    public PreferredViews(ViewSpread spread, NuisanceDraws draws)
    {
        _draws = draws;
        (_share, double degrees, int count) = spread switch
        {
            ViewSpread.Mild => (0.4, 25.0, 3),
            ViewSpread.Strong => (0.7, 15.0, 2),
            _ => (0, 0, 0),
        };
        _sigmaRadians = degrees * Math.PI / 180 / RadiusOf68Percent;
        RandomStream random = draws.Stream(NuisanceDraws.Purpose.ViewDirections, 0);
        double most = Math.Cos(LeastAngleDegrees * Math.PI / 180);
        while (_directions.Count < count)
        {
            Rotation r = RandomRotations.Next(random);
            (double X, double Y, double Z) view = (r.M20, r.M21, r.M22);
            if (_directions.TrueForAll(d => Math.Abs(d.X * view.X + d.Y * view.Y + d.Z * view.Z) < most)) _directions.Add(view);
        }
    }

    /// <summary>The rotation of an image.</summary>
    /// <param name="index">The image's number.</param>
    /// <param name="uniform">What it would be without preference.</param>
    public Rotation Of(int index, Rotation uniform)
    {
        if (_directions.Count == 0) return uniform;
        RandomStream random = _draws.Stream(NuisanceDraws.Purpose.Views, index);
        if (random.NextDouble() >= _share) return uniform;
        (double x, double y, double z) = _directions[random.Next(_directions.Count)];
        double tilt = _sigmaRadians * Math.Sqrt(Squared(random) + Squared(random));
        double rot = Math.Atan2(y, x) * 180 / Math.PI, polar = Math.Acos(Math.Clamp(z, -1, 1)) * 180 / Math.PI;
        // First a turn by a small tilt in any direction, and any turn in the plane; then the preferred direction comes to the view's.
        Rotation small = new EulerAngles(random.Uniform(0, 360), tilt * 180 / Math.PI, random.Uniform(0, 360)).ToRotation();
        return small * new EulerAngles(rot, polar, 0).ToRotation();
    }

    private static double Squared(RandomStream random)
    {
        double g = random.Gaussian();
        return g * g;
    }
}
