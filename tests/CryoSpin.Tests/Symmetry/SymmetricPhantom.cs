using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Symmetry;

/// <summary>A made-up complex: one protomer of random beads, repeated by a group's elements, in any orientation and place.</summary>
internal static class SymmetricPhantom
{
    /// <summary>Renders it; turned(x) = map(frame x + centre) then has the group in its standard axes.</summary>
    public static Volume Create(
        PointGroup group, Rotation frame, (double X, double Y, double Z) centre, int size = 48, double pixelSize = 4, int seed = 1)
    {
        Random random = new(seed);
        double reach = 0.26 * size * pixelSize;
        List<PointScatterer> beads = [];
        // The group's elements share the box, so that a larger group has a smaller protomer.
        int protomer = Math.Max(12, 360 / group.Order);
        double x = 0.6, y = 0.2, z = 0.3;
        for (int i = 0; i < protomer; i++)
        {
            x = Math.Clamp(x + 0.3 * (random.NextDouble() - 0.5), -0.8, 0.8);
            y = Math.Clamp(y + 0.3 * (random.NextDouble() - 0.5), -0.8, 0.8);
            z = Math.Clamp(z + 0.3 * (random.NextDouble() - 0.5), -0.8, 0.8);
            double weight = 0.5 + random.NextDouble();
            foreach (Rotation s in group.Elements)
            {
                (double px, double py, double pz) = (frame * s).Apply(x * reach, y * reach, z * reach);
                beads.Add(new PointScatterer(px + centre.X, py + centre.Y, pz + centre.Z, 6, weight));
            }
        }
        return ScattererDensity.Render(beads, size, pixelSize, 3 * pixelSize, centre: false).Map;
    }
}
