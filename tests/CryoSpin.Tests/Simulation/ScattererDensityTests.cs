using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Simulation;

public class ScattererDensityTests
{
    [Fact]
    public void A_smooth_blob_has_its_analytic_values()
    {
        const double pixel = 1.5, resolution = 12;
        Volume map = ScattererDensity.Render([new PointScatterer(2, -3.3, 4.1, 7, 0.5)], 32, pixel, resolution, centre: false).Map;
        double sigma = 0.225 * resolution;
        for (int z = 0; z < 32; z++)
        {
            for (int y = 0; y < 32; y++)
            {
                for (int x = 0; x < 32; x++)
                {
                    double dx = (x - 16) * pixel - 2, dy = (y - 16) * pixel + 3.3, dz = (z - 16) * pixel - 4.1;
                    Assert.Equal(3.5 * Math.Exp(-(dx * dx + dy * dy + dz * dz) / (2 * sigma * sigma)), map[z, y, x], 3e-3);
                }
            }
        }
    }

    [Fact]
    public void Centring_puts_the_mass_in_the_middle_and_counts_what_is_outside()
    {
        PointScatterer[] atoms = [new(100, 50, 20, 6), new(104, 50, 20, 6), new(102, 53, 20, 12), new(102, 50, 900, 0)];
        DensityMap made = ScattererDensity.Render(atoms, 24, 2, 12);
        Assert.Equal(3, made.Inside);
        Assert.Equal(4, made.Total);
        double x = 0, y = 0, z = 0, sum = 0;
        for (int i = 0; i < made.Map.Voxels.Length; i++)
        {
            float v = made.Map.Voxels[i];
            x += v * (i % 24);
            y += v * (i / 24 % 24);
            z += v * (i / 576);
            sum += v;
        }
        Assert.Equal(12, x / sum, 1e-3);
        Assert.Equal(12, y / sum, 1e-3);
        Assert.Equal(12, z / sum, 1e-3);
    }
}
