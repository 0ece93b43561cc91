using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Tests.Search;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class DihedralTests
{
    [Fact]
    public void There_are_eight_different_rotations_that_form_a_group()
    {
        Rotation[] all = Dihedral.Elements;
        Assert.Equal(8, all.Length);
        Assert.Equal(Rotation.Identity, all[0]);
        Assert.Equal(8, all.Distinct().Count());
        foreach (Rotation a in all)
        {
            Assert.Equal(1, a.Determinant);
            Assert.Equal(0, (a * a.Transpose()).AngleToDegrees(Rotation.Identity), 1e-9);
            foreach (Rotation b in all) Assert.Contains(all, c => c.AngleToDegrees(a * b) < 1e-9);
        }
    }

    [Fact]
    public void An_image_turned_or_mirrored_by_g_has_the_pose_g_A()
    {
        BlobParticle particle = BlobParticle.Lopsided(24);
        Random random = new(5);
        Candidate pose = TinyDataset.RandomPose(random, 0);
        float[] image = particle.Image(pose);
        foreach (Rotation g in Dihedral.Elements)
        {
            float[] other = particle.Image(pose with { Rotation = g * pose.Rotation });
            double determinant = g.M00 * g.M11 - g.M01 * g.M10;
            Assert.Equal(determinant, g.M22);
            for (int y = 1; y < 24; y++)
            {
                for (int x = 1; x < 24; x++)
                {
                    // I'(u) = I(g^-1 u) about the centre.
                    int ux = x - 12, uy = y - 12;
                    int fromX = (int)Math.Round(g.M00 * ux + g.M10 * uy) + 12, fromY = (int)Math.Round(g.M01 * ux + g.M11 * uy) + 12;
                    Assert.Equal(image[fromY * 24 + fromX], other[y * 24 + x], 1e-4f);
                }
            }
        }
    }

    [Fact]
    public void Slices_of_the_eight_copies_hold_the_same_values_turned_or_mirrored()
    {
        using SearchScene scene = new(2);
        Rotation pose = RandomRotations.Next(new Random(6));
        Complex[] slice = scene.Slice(pose);
        double scale = slice.Max(v => v.Magnitude);
        foreach (Rotation g in Dihedral.Elements)
        {
            Complex[] copy = scene.Slice(g * pose);
            for (int p = 0; p < copy.Length; p++)
            {
                double kx = scene.Disc.Kx[p], ky = scene.Disc.Ky[p];
                int x = (int)Math.Round(g.M00 * kx + g.M10 * ky), y = (int)Math.Round(g.M01 * kx + g.M11 * ky);
                int at = scene.Disc.IndexOf(x, y);
                Complex expected = at >= 0 ? slice[at] : Complex.Conjugate(slice[scene.Disc.IndexOf(-x, -y)]);
                Assert.InRange((copy[p] - expected).Magnitude, 0, 1e-4 * scale);
            }
        }
    }
}
