using CryoSpin.Geometry;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class WinnerTakesAllLossTests
{
    private readonly Random _random = new(9);

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    public void The_nearest_head_wins(int outputsPerHead)
    {
        for (int i = 0; i < 50; i++)
        {
            float[] outputs = Numbers.UniformFloats(_random, 4 * outputsPerHead);
            Rotation target = RandomRotations.Next(_random);
            double[] distances = Distances(outputs, 4, outputsPerHead, target);
            WinnerTakesAllLoss loss = new(4, outputsPerHead, 0.1);
            (double distance, int winner) = loss.Evaluate(outputs, target, 1, new float[outputs.Length]);
            Assert.Equal(distances.Min(), distance, 1e-9);
            Assert.Equal(Array.IndexOf(distances, distances.Min()), winner);
            double angle = Rotation6D.ToRotation(outputs.AsSpan(winner * outputsPerHead, 6)).AngleToDegrees(target);
            Assert.Equal(8 * Math.Pow(Math.Sin(angle * Math.PI / 360), 2), distance, 1e-9);
        }
    }

    [Theory]
    [InlineData(4, 6, 0.0, 1.0)]
    [InlineData(4, 8, 0.1, 0.25)]
    [InlineData(1, 6, 0.1, 2.0)]
    [InlineData(2, 6, 0.05, 1.0)]
    public void The_gradient_is_the_slope_of_the_shared_loss(int heads, int outputsPerHead, double losersShare, double weight)
    {
        WinnerTakesAllLoss loss = new(heads, outputsPerHead, losersShare);
        for (int i = 0; i < 10; i++)
        {
            float[] outputs = Numbers.UniformFloats(_random, heads * outputsPerHead);
            Rotation target = RandomRotations.Next(_random);
            float[] gradient = [.. Enumerable.Repeat(7f, outputs.Length)];
            (_, int winner) = loss.Evaluate(outputs, target, weight, gradient);
            double[] slope = new double[outputs.Length];
            for (int j = 0; j < outputs.Length; j++)
            {
                const float H = 1e-3f;
                float[] up = [.. outputs], down = [.. outputs];
                up[j] += H;
                down[j] -= H;
                slope[j] = (Loss(up, winner) - Loss(down, winner)) / (up[j] - (double)down[j]);
            }
            Numbers.Close(slope, [.. gradient.Select(g => (double)g)], 3e-3, "gradient");

            double Loss(float[] at, int w)
            {
                double[] d = Distances(at, heads, outputsPerHead, target);
                return weight * d.Select((v, h) => v * (heads == 1 ? 1 : h == w ? 1 - losersShare : losersShare / (heads - 1))).Sum();
            }
        }
    }

    [Fact]
    public void A_head_on_target_has_no_loss_and_no_gradient()
    {
        Rotation target = RandomRotations.Next(_random);
        float[] outputs = new float[6], gradient = new float[6];
        Rotation6D.FromRotation(target, outputs);
        (double distance, int winner) = new WinnerTakesAllLoss(1, 6, 0.1).Evaluate(outputs, target, 1, gradient);
        Assert.Equal(0, winner);
        Assert.InRange(distance, -1e-6, 1e-6);
        Assert.All(gradient, g => Assert.Equal(0, g, 1e-5f));
    }

    private static double[] Distances(float[] outputs, int heads, int outputsPerHead, Rotation target)
    {
        return [.. Enumerable.Range(0, heads).Select(Distance)];

        double Distance(int h)
        {
            double degrees = Rotation6D.ToRotation(outputs.AsSpan(h * outputsPerHead, 6)).AngleToDegrees(target);
            return 8 * Math.Pow(Math.Sin(degrees * Math.PI / 360), 2);
        }
    }
}
