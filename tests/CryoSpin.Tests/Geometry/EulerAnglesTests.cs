using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

public class EulerAnglesTests
{
    // Points computed with RELION's own matrix.
    [Theory]
    [InlineData(90, 0, 0, 10, 0, 0, 0, -10, 0)]
    [InlineData(0, 0, 90, 10, 0, 0, 0, -10, 0)]
    [InlineData(0, 90, 0, 0, 0, 10, -10, 0, 0)]
    [InlineData(30, 60, 45, 10, 20, 30, -3.0619, 20.4857, 31.1603)]
    public void Map_points_land_where_relion_puts_them(
        double rot, double tilt, double psi, double x, double y, double z, double ex, double ey, double ez)
    {
        (double gx, double gy, double gz) = new EulerAngles(rot, tilt, psi).ToRotation().Apply(x, y, z);
        Assert.Equal(ex, gx, 1e-4);
        Assert.Equal(ey, gy, 1e-4);
        Assert.Equal(ez, gz, 1e-4);
    }
}
