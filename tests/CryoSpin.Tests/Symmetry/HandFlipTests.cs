using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;
using CryoSpin.Symmetry;

namespace CryoSpin.Tests.Symmetry;

public sealed class HandFlipTests
{
    [Theory]
    [InlineData(MirrorAxis.Z)]
    [InlineData(MirrorAxis.X)]
    public void The_mirrored_map_shows_the_same_images_under_the_mirrored_poses(MirrorAxis axis)
    {
        Volume map = Phantom.Create(32, 4), mirrored = HandFlip.Mirror(map, axis);
        for (int i = 0; i < 6; i++)
        {
            Pose pose = new(RandomRotations.Next(new Random(i)), 5, -7);
            float[] image = Views.Of(map, pose);
            Pose flipped = HandFlip.Mirror(pose, axis);
            Assert.Equal(1, flipped.Rotation.Determinant, 1e-12);
            Assert.True(Views.Correlation(image, Views.Of(mirrored, flipped)) > 0.9999);
            // The other hand is not in the old map.
            Assert.True(Views.Correlation(image, Views.Of(map, flipped)) < 0.98);
        }
    }

    [Fact]
    public void Euler_angles_change_as_documented()
    {
        Pose pose = new(new EulerAngles(30, 60, 45).ToRotation(), 1, 2);
        Pose z = HandFlip.Mirror(pose, MirrorAxis.Z), x = HandFlip.Mirror(pose, MirrorAxis.X);
        Assert.True(z.Rotation.AngleToDegrees(new EulerAngles(210, 60, 225).ToRotation()) < 1e-10);
        Assert.True(x.Rotation.AngleToDegrees(new EulerAngles(-30, 120, 45).ToRotation()) < 1e-10);
        Assert.Equal((1, 2), (z.OriginXAngstrom, z.OriginYAngstrom));
        Assert.Equal((1, 2), (x.OriginXAngstrom, x.OriginYAngstrom));
    }

    [Theory]
    [InlineData(4, 3, 5)]
    [InlineData(5, 4, 6)]
    public void Twice_is_nothing_and_the_centre_stays(int nx, int ny, int nz)
    {
        float[] voxels = [.. Enumerable.Range(0, nx * ny * nz).Select(i => (float)i)];
        foreach (MirrorAxis axis in Enum.GetValues<MirrorAxis>())
        {
            float[] once = HandFlip.Mirror(voxels, nx, ny, nz, axis);
            Assert.NotEqual(voxels, once);
            Assert.Equal(voxels, HandFlip.Mirror(once, nx, ny, nz, axis));
            int centre = (nz / 2 * ny + ny / 2) * nx + nx / 2;
            Assert.Equal(voxels[centre], once[centre]);
        }
    }

    // What relion_image_handler --invert_hand makes of a row of four voxels.
    [Fact]
    public void Along_x_an_even_row_is_mirrored_as_relion_does() =>
        Assert.Equal([1, 4, 3, 2], HandFlip.Mirror(new float[] { 1, 2, 3, 4 }, 4, 1, 1, MirrorAxis.X));

    [Fact]
    public void Along_z_the_map_is_the_one_that_alignment_calls_mirrored()
    {
        Volume map = Phantom.Create(16, 4);
        Assert.Equal(MapAlignment.Mirror(map).Voxels, HandFlip.Mirror(map, MirrorAxis.Z).Voxels);
    }
}
