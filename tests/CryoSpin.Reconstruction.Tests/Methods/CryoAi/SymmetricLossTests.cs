using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Methods.CryoAi;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Tests.Volumes;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Tests.Methods.CryoAi;

public sealed class SymmetricLossTests : IDisposable
{
    private const int Box = 16;
    private readonly WorkerTeam _team = new(2);
    private readonly NetworkVolume _volume;
    private readonly SymmetricLoss _loss;
    private readonly TargetImage _image;
    private readonly PaperPose _straight;
    private readonly PaperPose _turned;

    public SymmetricLossTests()
    {
        _volume = VolumeScene.Network(_team);
        FrequencyDisc disc = _volume.Disc;
        _loss = new SymmetricLoss(disc, Box);
        Random random = new(7);
        _image = new TargetImage(disc, Box);
        for (int i = 0; i < disc.Count; i++)
        {
            _image.Real[i] = (float)(random.NextDouble() - 0.5);
            _image.Imaginary[i] = (float)(random.NextDouble() - 0.5);
            _image.Ctf[i] = (float)(2 * random.NextDouble() - 1);
        }
        _straight = new PaperPose(RandomRotations.Next(random), 0.7, -0.4);
        _turned = new PaperPose(RandomRotations.Next(random), -0.2, 0.9);
    }

    public void Dispose()
    {
        _volume.Dispose();
        _team.Dispose();
    }

    [Fact]
    public void The_lesser_of_the_two_errors_counts()
    {
        SymmetricChoice choice = Choose(_image, _straight, _turned);
        double straight = Plain(_image, _straight), turned = Plain(Turned(_image), _turned);
        Assert.Equal(Math.Min(straight, turned), choice.Loss, 1e-6);
        Assert.Equal(Math.Max(straight, turned), choice.OtherLoss, 1e-6);
        Assert.Equal(turned < straight, choice.Turned);
        // The other way round as well: whichever is lesser, it is chosen.
        SymmetricChoice swapped = Choose(_image, SymmetricLoss.TurnBack(_turned), SymmetricLoss.TurnBack(_straight));
        Assert.Equal(choice.Loss, swapped.Loss, 1e-6);
        Assert.NotEqual(choice.Turned, swapped.Turned);
    }

    [Fact]
    public void Turning_the_input_changes_nothing_but_which_copy_is_meant()
    {
        SymmetricChoice choice = Choose(_image, _straight, _turned), other = Choose(Turned(_image), _turned, _straight);
        Assert.Equal(choice.Loss, other.Loss, 1e-6);
        Assert.Equal(choice.Turned, !other.Turned);
    }

    [Fact]
    public void A_pose_turned_back_says_the_same_of_the_image()
    {
        Assert.Equal(Plain(Turned(_image), _turned), Plain(_image, SymmetricLoss.TurnBack(_turned)), 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_in_the_pose_equal_finite_differences(bool isTurned)
    {
        FrequencyDisc disc = _volume.Disc;
        int row = disc.PaddedCount;
        TargetImage image = isTurned ? Turned(_image) : _image;
        float[] real = new float[row], imaginary = new float[row], gradientReal = new float[row], gradientImaginary = new float[row];
        RotationVector[] turns = new RotationVector[1];
        _volume.Slice([_straight.Rotation], 1, real, imaginary);
        // The image is turned twice where its turned copy is the one that is chosen.
        (double X, double Y) origin = _loss.Gradient(
            image, isTurned, new PosedSlice(_straight, real, imaginary), 1, gradientReal, gradientImaginary);
        _volume.Backward([_straight.Rotation], 1, gradientReal, gradientImaginary, turns);
        const double Step = 1e-3;
        double[] expected =
        [
            Slope(h => Moved(new RotationVector(h, 0, 0), 0, 0)), Slope(h => Moved(new RotationVector(0, h, 0), 0, 0)),
            Slope(h => Moved(new RotationVector(0, 0, h), 0, 0)), Slope(h => Moved(default, h, 0)), Slope(h => Moved(default, 0, h)),
        ];
        double[] found = [turns[0].X, turns[0].Y, turns[0].Z, origin.X, origin.Y];
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < 5; i++) Assert.Equal(expected[i], found[i], 0.02 * scale);

        double Slope(Func<double, PaperPose> pose) => (Plain(_image, pose(Step)) - Plain(_image, pose(-Step))) / (2 * Step);

        PaperPose Moved(RotationVector w, double x, double y) =>
            new(So3.Exp(w) * _straight.Rotation, _straight.OriginX + x, _straight.OriginY + y);
    }

    [Fact]
    public void Turned_pixels_have_the_conjugate_transform()
    {
        FrequencyDisc disc = _volume.Disc;
        EncoderImages images = new(disc, Box, 1);
        float[] ones = [.. Enumerable.Repeat(1f, disc.PaddedCount)], straight = new float[Box * Box], expected = new float[Box * Box];
        float[] turned = new float[Box * Box];
        images.Make(_image.Real, _image.Imaginary, ones, straight, 0);
        TargetImage conjugate = Turned(_image);
        images.Make(conjugate.Real, conjugate.Imaginary, ones, expected, 0);
        SymmetricLoss.TurnPixels(straight, Box, turned);
        for (int i = 0; i < turned.Length; i++) Assert.Equal(expected[i], turned[i], 1e-5f);
    }

    private SymmetricChoice Choose(TargetImage image, PaperPose straight, PaperPose turned)
    {
        int row = _volume.Disc.PaddedCount;
        float[] real = new float[2 * row], imaginary = new float[2 * row];
        _volume.Slice([straight.Rotation, turned.Rotation], 2, real, imaginary);
        return _loss.Choose(
            image, new PosedSlice(straight, real.AsSpan(0, row), imaginary.AsSpan(0, row)),
            new PosedSlice(turned, real.AsSpan(row, row), imaginary.AsSpan(row, row)));
    }

    /// <summary>The mean over the full disc of |CTF slice e^(2 pi i k.o / N) - image|^2, from the formula.</summary>
    private double Plain(TargetImage image, PaperPose pose)
    {
        FrequencyDisc disc = _volume.Disc;
        float[] real = new float[disc.PaddedCount], imaginary = new float[disc.PaddedCount];
        _volume.Slice([pose.Rotation], 1, real, imaginary);
        double sum = 0, weight = 0;
        for (int i = 0; i < disc.Count; i++)
        {
            double angle = 2 * Math.PI * (disc.Kx[i] * pose.OriginX + disc.Ky[i] * pose.OriginY) / Box;
            System.Numerics.Complex model = image.Ctf[i] * new System.Numerics.Complex(real[i], imaginary[i])
                * System.Numerics.Complex.FromPolarCoordinates(1, angle);
            double error = (model - new System.Numerics.Complex(image.Real[i], image.Imaginary[i])).Magnitude;
            sum += disc.Multiplicity[i] * error * error;
            weight += disc.Multiplicity[i];
        }
        return sum / weight;
    }

    private TargetImage Turned(TargetImage image)
    {
        TargetImage turned = new(_volume.Disc, Box);
        image.Real.CopyTo(turned.Real, 0);
        image.Ctf.CopyTo(turned.Ctf, 0);
        for (int i = 0; i < image.Imaginary.Length; i++) turned.Imaginary[i] = -image.Imaginary[i];
        return turned;
    }
}
