using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Poses;

public class GridTests
{
    [Theory]
    [InlineData(3.0, 1.0, 29)]
    [InlineData(2.0, 0.5, 49)]
    [InlineData(0.9, 1.0, 1)]
    [InlineData(0.0, 1.0, 1)]
    public void Shifts_fill_the_disc(double radius, double spacing, int count)
    {
        ShiftGrid grid = new(radius, spacing, new FrequencyDisc(3), 16);
        Assert.Equal(count, grid.Shifts.Length);
        Assert.Equal(count, grid.Shifts.Distinct().Count());
        Assert.Contains((0.0, 0.0), grid.Shifts);
        Assert.All(grid.Shifts, s =>
        {
            Assert.InRange(s.X * s.X + s.Y * s.Y, 0, radius * radius + 1e-9);
            Assert.Equal(Math.Round(s.X / spacing), s.X / spacing, 1e-9);
            Assert.Contains((-s.X, -s.Y), grid.Shifts);
        });
    }

    [Fact]
    public void Applying_a_shift_multiplies_by_its_phase()
    {
        FrequencyDisc disc = new(4);
        ShiftGrid grid = new(2, 0.8, disc, 20);
        Random random = new(3);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
        float[] sre = new float[disc.PaddedCount], sim = new float[disc.PaddedCount];
        for (int p = 0; p < disc.Count; p++) (re[p], im[p]) = ((float)TinyDataset.Normal(random), (float)TinyDataset.Normal(random));
        for (int s = 0; s < grid.Shifts.Length; s++)
        {
            grid.Apply(s, re, im, sre, sim);
            for (int p = 0; p < disc.PaddedCount; p++)
            {
                Complex expected = new Complex(re[p], im[p])
                    * Complex.FromPolarCoordinates(1, -2 * Math.PI * (disc.Kx[p] * grid.Shifts[s].X + disc.Ky[p] * grid.Shifts[s].Y) / 20);
                Assert.Equal(expected.Real, sre[p], 1e-5);
                Assert.Equal(expected.Imaginary, sim[p], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(4.0, 48 * 12, 29, 16)]
    [InlineData(7.0, 108 * 18, 20, 11)]
    [InlineData(10.0, 192 * 24, 15, 8)]
    public void Rotations_of_a_band_cover_all_directions_evenly(double band, int count, double worst, double mean)
    {
        Rotation[] grid = ViewGrid.ForBand(band, new Random(5));
        Assert.Equal(count, grid.Length);
        foreach (Rotation a in grid)
        {
            Rotation p = a * a.Transpose();
            Assert.Equal(0, p.AngleToDegrees(Rotation.Identity), 1e-6);
            Assert.Equal(1, a.Determinant, 1e-9);
        }
        Random random = new(6);
        List<double> distances = [];
        for (int i = 0; i < 400; i++)
        {
            Rotation probe = RandomRotations.Next(random);
            double least = grid.Min(g => g.AngleToDegrees(probe));
            distances.Add(least);
        }
        Assert.InRange(distances.Max(), 0, worst);
        Assert.InRange(distances.Average(), 0.3 * mean, mean);
    }

    [Fact]
    public void A_grid_is_turned_at_random_as_a_whole()
    {
        Rotation[] a = ViewGrid.Make(20, 6, new Random(1)), b = ViewGrid.Make(20, 6, new Random(2));
        Assert.Equal(a, ViewGrid.Make(20, 6, new Random(1)));
        Rotation turn = a[0].Transpose() * b[0];
        Assert.True(turn.AngleToDegrees(Rotation.Identity) > 1);
        for (int i = 0; i < a.Length; i++) Assert.Equal(0, (a[i] * turn).AngleToDegrees(b[i]), 1e-6);
    }
}
