using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Methods.CryoAi;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Tests.Volumes;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Tests.Methods.CryoAi;

public sealed class ImageFlipTests
{
    private const int Box = 16;

    public static TheoryData<int, int> Flips => new() { { 1, 1 }, { -1, -1 }, { -1, 1 }, { 1, -1 } };

    [Fact]
    public void The_sets_begin_with_the_image_itself()
    {
        Assert.Equal([new ImageFlip(1, 1), new ImageFlip(-1, -1)], ImageFlip.Turns);
        Assert.Equal(ImageFlip.All, ImageFlip.Copies(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFlip.Copies(3));
        Assert.Equal(new ImageFlip(1, 1), ImageFlip.All[0]);
        Assert.Equal(4, ImageFlip.All.Distinct().Count());
    }

    [Fact]
    public void The_turn_keeps_the_view_and_all_flips_together_keep_no_row()
    {
        PaperPose pose = new(RandomRotations.Next(new Random(2)), 0, 0);
        Assert.All(ImageFlip.Turns, f => Assert.Equal(pose.Rotation.M22, f.Apply(pose).Rotation.M22));
        Rotation[] all = [.. ImageFlip.All.Select(f => f.Apply(pose).Rotation)];
        // Whichever half an encoder keeps one row of the rotation in, two of the four copies lie there.
        Assert.Equal(2, all.Count(a => a.M00 > 0));
        Assert.Equal(2, all.Count(a => a.M10 > 0));
        Assert.Equal(2, all.Count(a => a.M20 > 0));
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void A_flipped_projection_is_the_projection_at_the_flipped_pose(int x, int y)
    {
        using WorkerTeam team = new(1);
        using NetworkVolume volume = VolumeScene.Network(team);
        ImageFlip flip = new(x, y);
        PaperPose pose = new(RandomRotations.Next(new Random(3)), 1.3, -0.6);
        float[] flipped = new float[Box * Box], straight = Image(volume, pose), expected = Image(volume, flip.Apply(pose));
        flip.Apply(straight, Box, flipped);
        float scale = straight.Max(Math.Abs);
        for (int i = 0; i < flipped.Length; i++) Assert.Equal(expected[i], flipped[i], 1e-4f * scale);
        // A random volume has no symmetry that would make the test empty.
        if (flip == new ImageFlip(1, 1)) return;
        Assert.Contains(Enumerable.Range(0, flipped.Length), i => Math.Abs(straight[i] - flipped[i]) > 0.1 * scale);
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void A_flip_undoes_itself(int x, int y)
    {
        ImageFlip flip = new(x, y);
        PaperPose pose = new(RandomRotations.Next(new Random(5)), 0.4, 2.1);
        Assert.Equal(pose, flip.Apply(flip.Apply(pose)));
        Assert.Equal(1, flip.Apply(pose).Rotation.Determinant, 1e-9);
        float[] pixels = [.. Enumerable.Range(0, 64).Select(i => (float)i)], once = new float[64], twice = new float[64];
        flip.Apply(pixels, 8, once);
        flip.Apply(once, 8, twice);
        Assert.Equal(pixels, twice);
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void A_perturbation_of_the_pose_is_flipped_with_it(int x, int y)
    {
        ImageFlip flip = new(x, y);
        PaperPose pose = new(RandomRotations.Next(new Random(6)), 0, 0);
        RotationVector turn = new(0.2, -0.3, 0.15);
        Rotation moved = flip.Apply(pose with { Rotation = So3.Exp(turn) * pose.Rotation }).Rotation;
        Assert.Equal(0, moved.AngleToDegrees(So3.Exp(flip.Apply(turn)) * flip.Apply(pose).Rotation), 1e-5);
    }

    private static float[] Image(NetworkVolume volume, in PaperPose pose)
    {
        FrequencyDisc disc = volume.Disc;
        TargetImage slice = new(disc, Box), shifted = new(disc, Box);
        volume.Slice([pose.Rotation], 1, slice.Real, slice.Imaginary);
        // The image is the projection shifted by minus the origin.
        shifted.SetShifted(slice, -pose.OriginX, -pose.OriginY);
        float[] ones = [.. Enumerable.Repeat(1f, disc.PaddedCount)], pixels = new float[Box * Box];
        new EncoderImages(disc, Box, 1).Make(shifted.Real, shifted.Imaginary, ones, pixels, 0);
        return pixels;
    }
}
