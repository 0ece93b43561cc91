using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.Poses;

public sealed class PoseAgreementTests
{
    private readonly Random _random = new(3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_orientations_in_another_frame_and_hand_agree(bool mirrored)
    {
        Rotation[] first = Orientations(400);
        Rotation frame = RandomRotations.Next(_random);
        Rotation[] second = [.. first.Select(r => Turned(mirrored ? (r * frame).FlipHand() : r * frame, 3))];
        PoseAgreement agreement = PoseAgreement.Of(first, second);
        Assert.InRange(agreement.ShareWithin10Degrees, 0.97, 1);
        Assert.Equal(mirrored, agreement.Mirrored);
    }

    [Fact]
    public void Orientations_that_have_nothing_to_do_with_each_other_do_not_agree() =>
        Assert.InRange(PoseAgreement.Of(Orientations(1000), Orientations(1000)).ShareWithin10Degrees, 0, 0.03);

    [Fact]
    public void Of_three_modes_of_which_each_has_a_third_or_so_the_greatest_counts_and_not_what_lies_between_them()
    {
        Rotation[] first = Orientations(900);
        Rotation third = new EulerAngles(120, 0, 0).ToRotation(), twice = third * third;
        Rotation[] second = [.. first.Select((r, i) => Turned(i % 10 < 4 ? r : i % 10 < 7 ? r * third : r * twice, 2))];
        Assert.InRange(PoseAgreement.Of(first, second).ShareWithin10Degrees, 0.38, 0.42);
    }

    [Fact]
    public void Two_orientations_of_each_image_are_needed()
    {
        Assert.Throws<ArgumentException>(() => PoseAgreement.Of([], []));
        Assert.Throws<ArgumentException>(() => PoseAgreement.Of(Orientations(3), Orientations(4)));
    }

    private Rotation[] Orientations(int count) => [.. Enumerable.Range(0, count).Select(_ => RandomRotations.Next(_random))];

    private Rotation Turned(in Rotation r, double degrees)
    {
        double Angle() => (2 * _random.NextDouble() - 1) * degrees * Math.PI / 180;
        return So3.Exp(new RotationVector(Angle(), Angle(), Angle())) * r;
    }
}
