using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// The published decoder: an (N+1)^3 grid of Hartley values H = Re - Im, each a mantissa times an exponential, H = m exp(e). Both channels
/// are interpolated trilinearly and then combined. Frequencies are those of the open disc |k| &lt; N/2, or of a band. cryoSPIN, arXiv
/// 2406.10455.
/// </summary>
internal sealed class HartleyDecoder
{
    /// <summary>A decoder of zeros.</summary>
    /// <param name="box">Box N of the images, pixels; even, at least 4.</param>
    public HartleyDecoder(int box)
        : this(box, DiscOf(box))
    {
    }

    /// <summary>A decoder of zeros for a band.</summary>
    /// <param name="box">Box N of the images, pixels; even, at least 4.</param>
    /// <param name="disc">The frequencies of a slice; the grid is as large as they need.</param>
    public HartleyDecoder(int box, FrequencyDisc disc)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(box, 4);
        if (box % 2 != 0) throw new ArgumentException($"The box of {box} pixels is odd.", nameof(box));
        if (disc.Extent >= box / 2) throw new ArgumentException("The band must end below the images' Nyquist row.", nameof(disc));
        Box = box;
        Disc = disc;
        Grid = new FourierLattice(Disc.Radius, 1);
    }

    /// <summary>Box N of the images.</summary>
    public int Box { get; }

    /// <summary>The frequencies of a slice.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>[z][y][x][channel], edge N + 1: channel 0 the exponent e, channel 1 the mantissa m.</summary>
    public FourierLattice Grid { get; }

    /// <summary>The open disc |k| &lt; N/2: its radius is the largest |k| below N/2 that whole frequencies have.</summary>
    public static FrequencyDisc DiscOf(int box) => new(Math.Sqrt(box * box / 4 - 1));

    /// <summary>Draws both channels from a normal distribution of variance 1.</summary>
    public void Randomise(Random random)
    {
        Span<float> values = Grid.Values;
        for (int i = 0; i < values.Length; i += 2)
        {
            // Box and Muller; 1 - u is never 0.
            double length = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(length * cos);
            values[i + 1] = (float)(length * sin);
        }
    }

    /// <summary>Computes a slice: Re = (H(-k) + H(k)) / 2, Im = (H(-k) - H(k)) / 2.</summary>
    public void Slice(in Rotation rotation, DecoderSlice slice)
    {
        CentralSlice.Sample(Grid, Disc, rotation, slice.Plus.Scale, slice.Plus.Value);
        CentralSlice.Sample(Grid, Disc, Opposite(rotation), slice.Minus.Scale, slice.Minus.Value);
        Combine(slice);
    }

    /// <summary>The same, ready for <see cref="PoseGradient"/>.</summary>
    public void SliceWithGradient(in Rotation rotation, DecoderSlice slice)
    {
        Sample(rotation, slice.Plus);
        Sample(Opposite(rotation), slice.Minus);
        Combine(slice);

        void Sample(in Rotation a, HartleyHalf h) => CentralSlice.SampleWithGradient(
            Grid, Disc, a, h.Scale, h.Value, h.ExponentAlong, h.MantissaAlong, h.ExponentTurn, h.MantissaTurn);
    }

    /// <summary>
    /// The loss's gradient in w of a left perturbation exp([w]x) A at w = 0, given its gradient in the slice; after
    /// <see cref="SliceWithGradient"/>.
    /// </summary>
    public RotationVector PoseGradient(DecoderSlice slice, ReadOnlySpan<float> gradientReal, ReadOnlySpan<float> gradientImaginary)
    {
        double x = 0, y = 0, z = 0;
        HartleyHalf plus = slice.Plus, minus = slice.Minus;
        for (int i = 0; i < Disc.Count; i++)
        {
            double p = 0.5 * (gradientReal[i] - gradientImaginary[i]), m = 0.5 * (gradientReal[i] + gradientImaginary[i]);
            double alongPlus = plus.Scale[i] * plus.MantissaAlong[i] + plus.Value[i] * plus.ExponentAlong[i];
            double alongMinus = minus.Scale[i] * minus.MantissaAlong[i] + minus.Value[i] * minus.ExponentAlong[i];
            double turnPlus = plus.Scale[i] * plus.MantissaTurn[i] + plus.Value[i] * plus.ExponentTurn[i];
            double turnMinus = minus.Scale[i] * minus.MantissaTurn[i] + minus.Value[i] * minus.ExponentTurn[i];
            // The point -k moves against k, but its image's view is the same: the derivative along the view changes its sign.
            double along = p * alongPlus - m * alongMinus;
            x -= Disc.Ky[i] * along;
            y += Disc.Kx[i] * along;
            z += p * turnPlus + m * turnMinus;
        }
        return new RotationVector(x, y, z);
    }

    /// <summary>Slots that the gradient of one image takes.</summary>
    public const int SlotsPerImage = 2;

    /// <summary>
    /// Writes what the loss's gradient in the grid is the transpose of, given its gradient in the slice; after slicing at this rotation.
    /// </summary>
    /// <param name="gradients">Receives <see cref="SlotsPerImage"/> slices over <see cref="Disc"/>.</param>
    /// <param name="image">Position of the image in the batch: its slots begin at <see cref="SlotsPerImage"/> times this.</param>
    /// <param name="rotation">The slice's rotation.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="gradientReal">Gradient in its real parts.</param>
    /// <param name="gradientImaginary">Gradient in its imaginary parts.</param>
    public void PutGradient(
        TransposeBatch gradients, int image, in Rotation rotation, DecoderSlice slice, ReadOnlySpan<float> gradientReal,
        ReadOnlySpan<float> gradientImaginary)
    {
        Half(SlotsPerImage * image, rotation, slice.Plus, -0.5f, gradientReal, gradientImaginary);
        Half(SlotsPerImage * image + 1, Opposite(rotation), slice.Minus, 0.5f, gradientReal, gradientImaginary);

        void Half(int slot, in Rotation a, HartleyHalf h, float sign, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary)
        {
            Span<float> exponent = gradients.Channel0(slot), mantissa = gradients.Channel1(slot);
            for (int i = 0; i < Disc.Count; i++)
            {
                float g = 0.5f * real[i] + sign * imaginary[i];
                exponent[i] = g * h.Value[i];
                mantissa[i] = g * h.Scale[i];
            }
            gradients.SetRotation(slot, a);
        }
    }

    /// <summary>The map in real space: the inverse transform of the ball of the disc's radius.</summary>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="scale">What one unit of the decoder is in units of an unnormalised transform.</param>
    /// <param name="team">Workers.</param>
    public Volume ToMap(double pixelSizeAngstrom, double scale, WorkerTeam team) => BallTransform.ToMap(
        Box, pixelSizeAngstrom, Disc.Radius,
        (x, y, z) =>
        {
            double plus = Hartley(x, y, z), minus = Hartley(-x, -y, -z);
            return (0.5 * scale * (minus + plus), 0.5 * scale * (minus - plus));
        },
        team);

    /// <summary>The pose that samples -k: the image turned by 180 degrees.</summary>
    private static Rotation Opposite(in Rotation a) => new(-a.M00, -a.M01, -a.M02, -a.M10, -a.M11, -a.M12, a.M20, a.M21, a.M22);

    private static void Combine(DecoderSlice slice)
    {
        Exponentiate(slice.Plus);
        Exponentiate(slice.Minus);
        TensorPrimitives.Add(slice.Minus.Value, slice.Plus.Value, slice.Real);
        TensorPrimitives.Multiply(slice.Real, 0.5f, slice.Real);
        TensorPrimitives.Subtract(slice.Minus.Value, slice.Plus.Value, slice.Imaginary);
        TensorPrimitives.Multiply(slice.Imaginary, 0.5f, slice.Imaginary);

        static void Exponentiate(HartleyHalf h)
        {
            TensorPrimitives.Exp(h.Scale, h.Scale);
            TensorPrimitives.Multiply(h.Value, h.Scale, h.Value);
        }
    }

    private double Hartley(int x, int y, int z)
    {
        long at = Grid.IndexOf(x, y, z);
        return Grid.Values[at + 1] * Math.Exp(Grid.Values[at]);
    }
}
