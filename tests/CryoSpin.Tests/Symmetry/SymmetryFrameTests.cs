using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;
using CryoSpin.Symmetry;

namespace CryoSpin.Tests.Symmetry;

public sealed class SymmetryFrameTests
{
    private const int Size = 32;
    private const double PixelSize = 4;

    private static readonly SymmetryFrame s_frame = new()
    {
        Group = PointGroup.Parse("D3"),
        Rotation = RandomRotations.Next(new Random(3)),
        CentreAngstrom = (6, -5, 3),
        Copies = [],
        BandAngstrom = 12,
    };

    [Fact]
    public void The_turned_map_shows_the_same_images_under_the_turned_poses()
    {
        // Asymmetric on purpose: every error in frame, centre or pose shows.
        Volume map = SymmetricPhantom.Create(PointGroup.C1, Rotation.Identity, default, Size, PixelSize);
        Volume turned = s_frame.Turn(map);
        for (int i = 0; i < 5; i++)
        {
            Pose pose = new(RandomRotations.Next(new Random(10 + i)), 4, -3);
            Assert.True(Views.Correlation(Views.Of(map, pose), Views.Of(turned, s_frame.Turn(pose))) > 0.995);
        }
    }

    [Fact]
    public void Each_element_of_the_group_shows_the_same_image_of_the_symmetrised_map()
    {
        Volume map = SymmetricPhantom.Create(s_frame.Group, s_frame.Rotation, s_frame.CentreAngstrom, Size, PixelSize);
        Volume average = s_frame.Symmetrise(map);
        Pose pose = s_frame.Turn(new Pose(RandomRotations.Next(new Random(20)), 0, 0));
        float[] image = Views.Of(average, pose);
        foreach (Rotation s in s_frame.Group.Elements)
        {
            Assert.True(Views.Correlation(image, Views.Of(average, pose with { Rotation = pose.Rotation * s })) > 0.995);
        }
        Assert.True(Views.Correlation(s_frame.Turn(map).Voxels, average.Voxels) > 0.995);
    }
}
