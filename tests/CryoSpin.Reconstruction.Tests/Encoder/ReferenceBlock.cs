namespace CryoSpin.Reconstruction.Tests.Encoder;

/// <summary>Maps [image][channel][y][x] in double precision, laid out as PyTorch does.</summary>
internal sealed record Maps(int Images, int Channels, int Side, double[] Values)
{
    public static Maps Zeros(int images, int channels, int side) =>
        new(images, channels, side, new double[images * channels * side * side]);

    public double this[int image, int channel, int y, int x]
    {
        get => y < 0 || x < 0 || y >= Side || x >= Side ? 0 : Values[At(image, channel, y, x)];
        set => Values[At(image, channel, y, x)] = value;
    }

    private int At(int image, int channel, int y, int x) => ((((image * Channels) + channel) * Side) + y) * Side + x;
}

/// <summary>Slow, obvious convolution, batch normalisation, ReLU and pooling with their gradients, after the definitions.</summary>
internal sealed class ReferenceBlock(int inputs, int outputs, double[] weights, double[] scale, double[] shift)
{
    private const double Epsilon = 1e-5;
    private readonly double[] _mean = new double[outputs];
    private readonly double[] _inverse = new double[outputs];
    private Maps _input = Maps.Zeros(0, inputs, 0);
    private Maps _before = Maps.Zeros(0, outputs, 0);

    public double[] WeightGradient { get; } = new double[weights.Length];

    public double[] ScaleGradient { get; } = new double[outputs];

    public double[] ShiftGradient { get; } = new double[outputs];

    public Maps Forward(Maps input)
    {
        _input = input;
        _before = Convolve(input, (o, i, y, x) => weights[Tap(o, i, y, x)], outputs);
        Maps result = Maps.Zeros(input.Images, outputs, input.Side);
        double n = (double)input.Images * input.Side * input.Side;
        for (int c = 0; c < outputs; c++)
        {
            double mean = 0, variance = 0;
            Each(_before, (b, y, x) => mean += _before[b, c, y, x] / n);
            Each(_before, (b, y, x) => variance += Math.Pow(_before[b, c, y, x] - mean, 2) / n);
            (_mean[c], _inverse[c]) = (mean, 1 / Math.Sqrt(variance + Epsilon));
            Each(_before, (b, y, x) => result[b, c, y, x] = Math.Max(0, (scale[c] * Normal(b, c, y, x)) + shift[c]));
        }
        return result;
    }

    public Maps Backward(Maps gradient)
    {
        Maps d = Maps.Zeros(_before.Images, outputs, _before.Side);
        double n = (double)_before.Images * _before.Side * _before.Side;
        for (int c = 0; c < outputs; c++)
        {
            double sum = 0, product = 0;
            double Behind(int b, int y, int x) => (scale[c] * Normal(b, c, y, x)) + shift[c] > 0 ? gradient[b, c, y, x] : 0;
            Each(d, (b, y, x) => sum += Behind(b, y, x));
            Each(d, (b, y, x) => product += Behind(b, y, x) * Normal(b, c, y, x));
            double Before(int b, int y, int x) => Behind(b, y, x) - (sum / n) - (Normal(b, c, y, x) * product / n);
            Each(d, (b, y, x) => d[b, c, y, x] = scale[c] * _inverse[c] * Before(b, y, x));
            (ShiftGradient[c], ScaleGradient[c]) = (sum, product);
        }
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int t = 0; t < 9; t++)
                {
                    double sum = 0;
                    Each(d, (b, y, x) => sum += d[b, o, y, x] * _input[b, i, y + (t / 3) - 1, x + (t % 3) - 1]);
                    WeightGradient[Tap(o, i, t / 3, t % 3)] = sum;
                }
            }
        }
        return Convolve(d, (i, o, y, x) => weights[Tap(o, i, 2 - y, 2 - x)], inputs);
    }

    public static Maps Pool(Maps input, bool maximum)
    {
        Maps result = Maps.Zeros(input.Images, input.Channels, input.Side / 2);
        for (int c = 0; c < input.Channels; c++)
            Each(result, (b, y, x) => result[b, c, y, x] = maximum ? Four(input, b, c, y, x).Max() : Four(input, b, c, y, x).Average());
        return result;
    }

    public static Maps Unpool(Maps input, Maps gradient, bool maximum)
    {
        Maps result = Maps.Zeros(input.Images, input.Channels, input.Side);
        for (int c = 0; c < input.Channels; c++)
        {
            Each(gradient, (b, y, x) =>
            {
                double[] four = [.. Four(input, b, c, y, x)];
                int winner = Array.IndexOf(four, four.Max());
                for (int q = 0; q < 4; q++)
                {
                    double share = maximum ? (q == winner ? 1 : 0) : 0.25;
                    result[b, c, (2 * y) + (q / 2), (2 * x) + (q % 2)] = share * gradient[b, c, y, x];
                }
            });
        }
        return result;
    }

    private static IEnumerable<double> Four(Maps m, int b, int c, int y, int x) =>
        [m[b, c, 2 * y, 2 * x], m[b, c, 2 * y, (2 * x) + 1], m[b, c, (2 * y) + 1, 2 * x], m[b, c, (2 * y) + 1, (2 * x) + 1]];

    private static void Each(Maps maps, Action<int, int, int> body)
    {
        for (int b = 0; b < maps.Images; b++)
            for (int y = 0; y < maps.Side; y++)
                for (int x = 0; x < maps.Side; x++) body(b, y, x);
    }

    private static Maps Convolve(Maps input, Func<int, int, int, int, double> weight, int outputs)
    {
        Maps result = Maps.Zeros(input.Images, outputs, input.Side);
        for (int o = 0; o < outputs; o++)
        {
            Each(result, (b, y, x) =>
            {
                double sum = 0;
                for (int i = 0; i < input.Channels; i++)
                    for (int t = 0; t < 9; t++) sum += weight(o, i, t / 3, t % 3) * input[b, i, y + (t / 3) - 1, x + (t % 3) - 1];
                result[b, o, y, x] = sum;
            });
        }
        return result;
    }

    private int Tap(int o, int i, int y, int x) => ((((o * inputs) + i) * 3) + y) * 3 + x;

    private double Normal(int b, int c, int y, int x) => (_before[b, c, y, x] - _mean[c]) * _inverse[c];
}
