using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
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
    private readonly PaperPose _pose;

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
        _pose = new PaperPose(RandomRotations.Next(random), 0.7, -0.4);
    }

    public void Dispose()
    {
        _volume.Dispose();
        _team.Dispose();
    }

    [Fact]
    public void The_error_is_that_of_the_formula()
    {
        int row = _volume.Disc.PaddedCount;
        float[] real = new float[row], imaginary = new float[row];
        _volume.Slice([_pose.Rotation], 1, real, imaginary);
        Assert.Equal(Plain(_image, _pose), _loss.Evaluate(_image, new PosedSlice(_pose, real, imaginary)), 1e-6);
    }

    [Fact]
    public void The_true_pose_of_any_copy_leaves_no_error()
    {
        TargetImage projection = Projection(_pose);
        int row = _volume.Disc.PaddedCount;
        float[] real = new float[row], imaginary = new float[row];
        foreach (ImageFlip flip in ImageFlip.All)
        {
            // What an encoder should say of the flipped copy, flipped back.
            PaperPose back = flip.Apply(flip.Apply(_pose));
            _volume.Slice([back.Rotation], 1, real, imaginary);
            Assert.Equal(0, _loss.Evaluate(projection, new PosedSlice(back, real, imaginary)), 1e-9);
            if (flip == ImageFlip.All[0]) continue;
            PaperPose confused = flip.Apply(_pose);
            _volume.Slice([confused.Rotation], 1, real, imaginary);
            Assert.True(_loss.Evaluate(projection, new PosedSlice(confused, real, imaginary)) > 1e-3);
        }
    }

    [Fact]
    public void Gradients_in_the_pose_equal_finite_differences()
    {
        RotationVector[] turns = new RotationVector[1];
        (double X, double Y) origin = Gradient(_pose, turns);
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

        PaperPose Moved(RotationVector w, double x, double y) => new(So3.Exp(w) * _pose.Rotation, _pose.OriginX + x, _pose.OriginY + y);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1, -1)]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public void Gradients_in_the_encoders_numbers_of_a_copy_equal_finite_differences(int x, int y)
    {
        ImageFlip flip = new(x, y);
        CryoAiHeads heads = new(2);
        Random random = new(11);
        float[] numbers = [.. Enumerable.Range(0, heads.Outputs).Select(_ => (float)(2 * random.NextDouble() - 1))];
        float[] gradient = new float[heads.Outputs];
        PaperPose encoded = heads.Decode(numbers);
        RotationVector[] turns = new RotationVector[1];
        (double X, double Y) origin = Gradient(flip.Apply(encoded), turns);
        heads.Gradient(numbers, encoded, flip.Apply(turns[0]), flip.Apply(origin), gradient);
        double scale = gradient.Max(Math.Abs);
        for (int i = 0; i < 8; i++)
        {
            const float Step = 2e-3f;
            float[] up = [.. numbers], down = [.. numbers];
            (up[i], down[i]) = (up[i] + Step, down[i] - Step);
            double rise = Plain(_image, flip.Apply(heads.Decode(up))) - Plain(_image, flip.Apply(heads.Decode(down)));
            Assert.Equal(rise / (up[i] - down[i]), gradient[i], 0.02 * scale);
        }
    }

    private (double X, double Y) Gradient(PaperPose pose, RotationVector[] turns)
    {
        int row = _volume.Disc.PaddedCount;
        float[] real = new float[row], imaginary = new float[row], gradientReal = new float[row], gradientImaginary = new float[row];
        _volume.Slice([pose.Rotation], 1, real, imaginary);
        (double X, double Y) origin = _loss.Gradient(_image, new PosedSlice(pose, real, imaginary), 1, gradientReal, gradientImaginary);
        _volume.Backward([pose.Rotation], 1, gradientReal, gradientImaginary, turns);
        return origin;
    }

    private TargetImage Projection(PaperPose pose)
    {
        TargetImage slice = new(_volume.Disc, Box), shifted = new(_volume.Disc, Box);
        _volume.Slice([pose.Rotation], 1, slice.Real, slice.Imaginary);
        Array.Fill(slice.Ctf, 1);
        shifted.SetShifted(slice, -pose.OriginX, -pose.OriginY);
        return shifted;
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
}
