using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Fourier;
using CryoSpin.Optics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;

namespace CryoSpin.Reconstruction.Data;

/// <summary>Fills a span with one image: box x box pixels, row-major.</summary>
/// <param name="particle">Index of the particle.</param>
/// <param name="pixels">Destination.</param>
public delegate void ReadParticleImage(int particle, Span<float> pixels);

/// <summary>
/// All particles' transforms on one disc. Whitening (noise of variance 1 per complex coefficient) happens when a particle is read, so the
/// noise
/// level can be re-estimated at any time. Transfer functions are recomputed when asked for: the sine costs less than reading a stored one
/// from memory.
/// </summary>
public sealed class ParticleCache
{
    private const int ImagesPerReport = 4096;
    // Native memory: gigabytes of live arrays would make the collector let as many gigabytes of garbage stand before it collects.
    private readonly AlignedBuffer _real;
    private readonly AlignedBuffer _imaginary;
    private readonly ContrastTransferFunction[]? _ctf;
    private readonly float[] _inverseSigma;

    private ParticleCache(int count, int box, double pixelSizeAngstrom, FrequencyDisc disc, ContrastTransferFunction[]? ctf)
    {
        Count = count;
        Box = box;
        PixelSizeAngstrom = pixelSizeAngstrom;
        Disc = disc;
        _ctf = ctf;
        _real = new AlignedBuffer((long)count * disc.PaddedCount);
        _imaginary = new AlignedBuffer((long)count * disc.PaddedCount);
        _inverseSigma = new float[disc.PaddedCount];
        NoiseVariance = [];
    }

    /// <summary>Number of particles.</summary>
    public int Count { get; }

    /// <summary>Box of the images, pixels.</summary>
    public int Box { get; }

    /// <summary>Pixel size of the images.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>The frequencies kept.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Noise variance per complex coefficient of the unnormalised transform, per shell.</summary>
    public double[] NoiseVariance { get; private set; }

    /// <summary>Mean power of the images per shell, not whitened.</summary>
    public double[] MeanPower { get; private set; } = [];

    /// <summary>Mean squared transfer function per shell.</summary>
    public double[] MeanCtfSquared { get; private set; } = [];

    /// <summary>Reads and transforms all images.</summary>
    /// <param name="count">Number of particles.</param>
    /// <param name="box">Box, pixels.</param>
    /// <param name="pixelSizeAngstrom">Pixel size.</param>
    /// <param name="disc">Frequencies to keep; radius at most box/2 - 1.</param>
    /// <param name="read">Reads one image; called from several threads.</param>
    /// <param name="ctf">One per particle; null where the images have none.</param>
    /// <param name="team">Workers.</param>
    /// <param name="loaded">Receives the number of particles read so far, now and then; null for nobody.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static ParticleCache Load(
        int count, int box, double pixelSizeAngstrom, FrequencyDisc disc, ReadParticleImage read, ContrastTransferFunction[]? ctf,
        WorkerTeam team, Action<int>? loaded = null, CancellationToken cancellation = default)
    {
        if (disc.Extent >= box / 2) throw new ArgumentException("The disc must stay below the images' Nyquist row.", nameof(disc));
        ParticleCache cache = new(count, box, pixelSizeAngstrom, disc, ctf);
        RealFft2D fft = new(box);
        float[][] pixels = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[box * box])];
        float[][] spectrum = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[box * (box + 2)])];
        for (int first = 0; first < count; first += ImagesPerReport)
        {
            int start = first, n = Math.Min(ImagesPerReport, count - first);
            team.ForEach(n, (i, w) =>
            {
                cancellation.ThrowIfCancellationRequested();
                read(start + i, pixels[w]);
                fft.Forward(pixels[w], spectrum[w]);
                cache.Store(start + i, spectrum[w]);
            });
            loaded?.Invoke(start + n);
        }
        cache.MeasurePower(team);
        return cache;
    }

    /// <summary>Sets the noise level by which data and transfer functions are divided when read. Views made before keep the old
    /// one.</summary>
    /// <param name="variancePerShell">Variance per complex coefficient for shells 0 to the disc's last.</param>
    public void SetNoise(double[] variancePerShell)
    {
        NoiseVariance = variancePerShell;
        for (int p = 0; p < Disc.Count; p++)
        {
            // The origin carries the mean, which normalisation removed: it says nothing of a pose.
            _inverseSigma[p] = Disc.Shell[p] == 0 ? 0 : (float)(1 / Math.Sqrt(variancePerShell[Disc.Shell[p]]));
        }
    }

    /// <summary>Real parts of one image, not whitened, over <see cref="Disc"/>.</summary>
    public Span<float> Real(int particle) => _real.Slice((long)particle * Disc.PaddedCount, Disc.PaddedCount);

    /// <summary>Imaginary parts of one image, not whitened.</summary>
    public Span<float> Imaginary(int particle) => _imaginary.Slice((long)particle * Disc.PaddedCount, Disc.PaddedCount);

    /// <summary>A view of the frequencies of a smaller disc.</summary>
    public BandView View(FrequencyDisc smaller) => new(this, smaller);

    /// <summary>The whitened transfer function of one particle over a disc, with the disc's own whitening factors.</summary>
    internal void TransferFunction(int particle, FrequencyDisc disc, ReadOnlySpan<float> inverseSigma, Span<float> ctf)
    {
        if (_ctf is null)
        {
            inverseSigma.CopyTo(ctf);
            return;
        }
        _ctf[particle].Evaluate(disc.Kx, disc.Ky, 1 / (Box * PixelSizeAngstrom), ctf);
        System.Numerics.Tensors.TensorPrimitives.Multiply(ctf[..disc.PaddedCount], inverseSigma, ctf);
    }

    internal ReadOnlySpan<float> InverseSigma => _inverseSigma;

    private void Store(int particle, float[] spectrum)
    {
        Span<float> re = Real(particle), im = Imaginary(particle);
        int rowLength = Box + 2;
        for (int p = 0; p < Disc.Count; p++)
        {
            int kx = (int)Disc.Kx[p], ky = (int)Disc.Ky[p];
            int at = (ky < 0 ? ky + Box : ky) * rowLength + 2 * kx;
            // The box's centre, not its corner, is the origin: exp(i pi (kx + ky)).
            float sign = ((kx + ky) & 1) == 0 ? 1 : -1;
            re[p] = sign * spectrum[at];
            im[p] = sign * spectrum[at + 1];
        }
    }

    private void MeasurePower(WorkerTeam team)
    {
        const int Parts = 64;
        int shells = Disc.Extent + 2;
        double[][] power = new double[Parts][], square = new double[Parts][];
        float[][] ctf = new float[team.Workers][];
        float[] ones = [.. Enumerable.Repeat(1f, Disc.PaddedCount)];
        for (int w = 0; w < team.Workers; w++) ctf[w] = new float[Disc.PaddedCount];
        for (int part = 0; part < Parts; part++) (power[part], square[part]) = (new double[shells], new double[shells]);
        // A fixed number of parts: the sums then do not depend on the number of workers.
        team.ForEach(Parts, (part, w) =>
        {
            int end = (int)((long)Count * (part + 1) / Parts);
            for (int i = (int)((long)Count * part / Parts); i < end; i++)
            {
                Span<float> re = Real(i), im = Imaginary(i);
                TransferFunction(i, Disc, ones, ctf[w]);
                for (int p = 0; p < Disc.Count; p++)
                {
                    power[part][Disc.Shell[p]] += re[p] * re[p] + im[p] * im[p];
                    square[part][Disc.Shell[p]] += ctf[w][p] * ctf[w][p];
                }
            }
        });
        double[] counts = new double[shells];
        for (int p = 0; p < Disc.Count; p++) counts[Disc.Shell[p]] += Count;
        MeanPower = [.. Enumerable.Range(0, shells).Select(s => counts[s] == 0 ? 0 : power.Sum(x => x[s]) / counts[s])];
        MeanCtfSquared = [.. Enumerable.Range(0, shells).Select(s => counts[s] == 0 ? 0 : square.Sum(x => x[s]) / counts[s])];
    }
}

/// <summary>The particles on a smaller disc.</summary>
public sealed class BandView
{
    private readonly ParticleCache _cache;
    private readonly int[] _indices;
    private readonly float[] _inverseSigma;

    internal BandView(ParticleCache cache, FrequencyDisc disc)
    {
        _cache = cache;
        Disc = disc;
        _indices = cache.Disc.IndicesOf(disc);
        _inverseSigma = new float[disc.PaddedCount];
        for (int p = 0; p < disc.Count; p++) _inverseSigma[p] = cache.InverseSigma[_indices[p]];
    }

    /// <summary>The frequencies.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Copies one particle's whitened data and transfer function; padding becomes 0.</summary>
    public void Read(int particle, Span<float> real, Span<float> imaginary, Span<float> ctf)
    {
        ReadOnlySpan<float> re = _cache.Real(particle), im = _cache.Imaginary(particle);
        for (int p = 0; p < Disc.Count; p++)
        {
            real[p] = re[_indices[p]] * _inverseSigma[p];
            imaginary[p] = im[_indices[p]] * _inverseSigma[p];
        }
        real[Disc.Count..Disc.PaddedCount].Clear();
        imaginary[Disc.Count..Disc.PaddedCount].Clear();
        _cache.TransferFunction(particle, Disc, _inverseSigma, ctf);
    }

    internal void Read(int particle, FitBuffers buffers) => Read(particle, buffers.DataReal, buffers.DataImaginary, buffers.Ctf);
}
