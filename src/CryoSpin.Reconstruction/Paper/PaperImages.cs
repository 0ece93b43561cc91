using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// Reads images as the published algorithm wants them: real pixels at the encoder's size, and the transform on the decoder's disc. Images
/// are read again at each visit, so that memory does not grow with their number.
/// </summary>
/// <remarks>
/// The published images have 128 pixels: larger boxes are Fourier-cropped to that. The trunk pools six times, so boxes under 64 pixels are
/// Fourier-padded to 64 for the encoder alone. Pixels are divided by the data set's common standard deviation and transforms by the box,
/// so that white noise of variance 1 has variance 1 per coefficient: the scale on which a volume of variance 1 starts.
/// </remarks>
internal sealed class PaperImages
{
    private const int LargestBox = 128;
    private const int SmallestInput = 64;
    private const int ScaleSample = 1000;
    private readonly ReconstructionInput _input;
    private readonly FrequencyDisc _disc;
    private readonly FourierCrop _toBox;
    private readonly FourierCrop _toEncoder;
    private readonly RealFft2D _fft;
    private readonly float[][] _read;
    private readonly float[][] _cropped;
    private readonly float[][] _spectrum;

    /// <param name="input">The particles.</param>
    /// <param name="encoderSize">Edge of the encoder's images; null for the published encoder's.</param>
    /// <param name="team">Workers.</param>
    public PaperImages(ReconstructionInput input, int? encoderSize, WorkerTeam team)
    {
        _input = input;
        Box = Math.Min(input.BoxSize, LargestBox);
        EncoderSize = encoderSize ?? Math.Max(Box, SmallestInput);
        PixelSizeAngstrom = FourierCrop.PixelSize(input.PixelSizeAngstrom, input.BoxSize, Box);
        _disc = HartleyDecoder.DiscOf(Box);
        _toBox = FourierCrop.ForImages(input.BoxSize, Box);
        _toEncoder = FourierCrop.ForImages(Box, EncoderSize);
        _fft = new RealFft2D(Box);
        _read = Buffers(team.Workers, input.BoxSize * input.BoxSize);
        _cropped = Buffers(team.Workers, Box * Box);
        _spectrum = Buffers(team.Workers, _fft.SpectrumLength);
        StandardDeviation = 1;
        StandardDeviation = MeasureDeviation(team);
    }

    /// <summary>Number of images.</summary>
    public int Count => _input.Count;

    /// <summary>Box after cropping, pixels.</summary>
    public int Box { get; }

    /// <summary>Pixel size after cropping.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>Edge of the encoder's images, pixels.</summary>
    public int EncoderSize { get; }

    /// <summary>Standard deviation of all pixels together, after cropping.</summary>
    public double StandardDeviation { get; }

    /// <summary>Reads one image.</summary>
    /// <param name="particle">Which.</param>
    /// <param name="worker">The calling worker's number.</param>
    /// <param name="pixels">Receives EncoderSize^2 pixels; empty if they are not wanted.</param>
    /// <param name="target">Receives the transform and the transfer function.</param>
    public void Read(int particle, int worker, Span<float> pixels, TargetImage target)
    {
        float[] image = _cropped[worker];
        ReadPixels(particle, worker, image);
        if (!pixels.IsEmpty) _toEncoder.Apply(image, pixels);
        float[] spectrum = _spectrum[worker];
        _fft.Forward(image, spectrum);
        int row = 2 * _fft.HalfSize;
        float scale = 1f / Box;
        for (int i = 0; i < _disc.Count; i++)
        {
            int kx = (int)_disc.Kx[i], ky = (int)_disc.Ky[i];
            int at = (ky < 0 ? ky + Box : ky) * row + 2 * kx;
            // The box's centre, not its corner, is the origin.
            float sign = ((kx + ky) & 1) == 0 ? scale : -scale;
            target.Real[i] = sign * spectrum[at];
            target.Imaginary[i] = sign * spectrum[at + 1];
        }
        if (_input.Ctf is null) target.Ctf.AsSpan().Fill(1);
        else _input.Ctf[particle].Evaluate(_disc.Kx, _disc.Ky, 1 / (Box * PixelSizeAngstrom), target.Ctf);
    }

    private void ReadPixels(int particle, int worker, float[] image)
    {
        _input.ReadImage(particle, _read[worker]);
        _toBox.Apply(_read[worker], image);
        TensorPrimitives.Multiply(image, (float)(1 / StandardDeviation), image);
    }

    private double MeasureDeviation(WorkerTeam team)
    {
        int sample = Math.Min(Count, ScaleSample);
        double[] sums = new double[sample], squares = new double[sample];
        team.ForEach(sample, (i, w) =>
        {
            ReadPixels((int)((long)i * Count / sample), w, _cropped[w]);
            foreach (float v in _cropped[w])
            {
                sums[i] += v;
                squares[i] += (double)v * v;
            }
        });
        double n = (double)sample * Box * Box, mean = sums.Sum() / n, variance = squares.Sum() / n - mean * mean;
        if (!double.IsFinite(variance)) throw new InputException("particle images", "A pixel is not a finite number.", "Remove the image.");
        if (!(variance > 0)) throw new InputException("particle images", "All pixels are equal.", "Check the image files.");
        return Math.Sqrt(variance);
    }

    private static float[][] Buffers(int workers, int length) => [.. Enumerable.Range(0, workers).Select(_ => new float[length])];
}
