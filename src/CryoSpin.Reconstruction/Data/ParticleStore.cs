using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Optics;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Data;

/// <summary>Where the transforms of all particles are kept.</summary>
/// <param name="ScratchFolder">Folder for a scratch file; null to keep them in memory.</param>
/// <param name="TypicalDeviation">Root mean square of the images' pixels, which half precision's range is centred on.</param>
internal readonly record struct StorePlace(string? ScratchFolder, float TypicalDeviation);

/// <summary>
/// All particles' transforms on one disc, in half precision: their noise is a thousand times its rounding. The frequencies that the search
/// and the encoder look at are in memory in any case; all of them are there too, or in a scratch file that only passes in order read.
/// The numbers are the same either way.
/// </summary>
/// <remarks>
/// Whitening (noise of variance 1 per complex coefficient) happens when a particle is read, so the noise level can be re-estimated at any
/// time. Transfer functions are recomputed when asked for: stored ones would take half as much memory again. The particles of
/// half-set 1 stand before those of half-set 2, so that a pass over either is a pass over a range.
/// </remarks>
internal sealed class ParticleStore : IDisposable
{
    /// <summary>Radius, shells, of the disc that always is in memory: beyond what search and auto-encoding use.</summary>
    internal const double CoreRadius = 10;

    private readonly RecordStore _core;
    private readonly RecordStore _full;
    private ContrastTransferFunction[]? _ctf;
    private int[] _recordOf;
    private int[] _particleAt;
    private readonly float[] _inverseSigma;

    private ParticleStore(
        int box, double pixelSizeAngstrom, FrequencyDisc disc, ContrastTransferFunction[]? ctf, int[] halfSet, StorePlace place)
    {
        Scale = box * place.TypicalDeviation;
        Count = halfSet.Length;
        Box = box;
        PixelSizeAngstrom = pixelSizeAngstrom;
        Disc = disc;
        HalfSet = halfSet;
        _ctf = ctf;
        CoreDisc = disc.Radius <= CoreRadius ? disc : new FrequencyDisc(CoreRadius);
        (_particleAt, _recordOf) = Order(halfSet);
        _core = new MemoryRecords(Count, 2 * CoreDisc.PaddedCount);
        _full = CoreDisc == disc ? _core
            : place.ScratchFolder is { } folder ? new ScratchFileRecords(Count, 2 * disc.PaddedCount, folder)
            : new MemoryRecords(Count, 2 * disc.PaddedCount);
        _inverseSigma = new float[disc.PaddedCount];
        NoiseVariance = [];
    }

    /// <summary>Number of particles.</summary>
    public int Count { get; private set; }

    /// <summary>Box of the images, pixels.</summary>
    public int Box { get; }

    /// <summary>Pixel size of the images.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>The frequencies kept.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>1 or 2 per particle.</summary>
    public int[] HalfSet { get; private set; }

    /// <summary>Noise variance per complex coefficient of the unnormalised transform, per shell.</summary>
    public double[] NoiseVariance { get; private set; }

    /// <summary>Mean power of the images per shell, not whitened.</summary>
    public double[] MeanPower { get; private set; } = [];

    /// <summary>Mean squared transfer function per shell.</summary>
    public double[] MeanCtfSquared { get; private set; } = [];

    internal FrequencyDisc CoreDisc { get; }

    internal RecordStore Core => _core;

    internal RecordStore Full => _full;

    internal ReadOnlySpan<float> InverseSigma => _inverseSigma;

    private int FirstOfSecondHalf => HalfSet.AsSpan().Count(1);

    /// <summary>Coefficients are kept divided by this, which brings them near 1, the middle of half precision's range.</summary>
    internal float Scale { get; }

    /// <summary>Reads and transforms all images.</summary>
    /// <param name="box">Box, pixels.</param>
    /// <param name="pixelSizeAngstrom">Pixel size.</param>
    /// <param name="disc">Frequencies to keep; radius at most box/2 - 1.</param>
    /// <param name="read">Reads one image; called from several threads.</param>
    /// <param name="ctf">One per particle; null where the images have none.</param>
    /// <param name="halfSet">1 or 2 per particle.</param>
    /// <param name="place">Where to keep them.</param>
    /// <param name="team">Workers.</param>
    /// <param name="loaded">Receives the number of particles read so far, now and then; null for nobody.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CryoSpin.Diagnostics.CryoSpinException">No scratch file can be made or written.</exception>
    internal static ParticleStore Load(
        int box, double pixelSizeAngstrom, FrequencyDisc disc, ReadParticleImage read, ContrastTransferFunction[]? ctf, int[] halfSet,
        StorePlace place, WorkerTeam team, Action<int>? loaded = null, CancellationToken cancellation = default)
    {
        if (disc.Extent >= box / 2) throw new ArgumentException("The disc must stay below the images' Nyquist row.", nameof(disc));
        ParticleStore store = new(box, pixelSizeAngstrom, disc, ctf, halfSet, place);
        try
        {
            new ParticleStoreFiller(store, read, team).Fill(loaded, cancellation);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
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

    /// <summary>
    /// Keeps some of the particles, which are renumbered in their order; the others' power leaves the means. Views made before must not be
    /// used any more.
    /// </summary>
    /// <param name="kept">Their indices, ascending.</param>
    internal void Keep(int[] kept)
    {
        RemovePower([.. Enumerable.Range(0, Count).Except(kept)]);
        int[] halfSet = [.. kept.Select(i => HalfSet[i])];
        (int[] particleAt, int[] recordOf) = Order(halfSet);
        // Ascending within each half-set, before as after: no record moves over one that is still wanted.
        for (int r = 0; r < particleAt.Length; r++)
        {
            _core.Move(_recordOf[kept[particleAt[r]]], r);
            if (_full != _core) _full.Move(_recordOf[kept[particleAt[r]]], r);
        }
        _ctf = _ctf is null ? null : [.. kept.Select(i => _ctf[i])];
        (HalfSet, Count, _particleAt, _recordOf) = (halfSet, kept.Length, particleAt, recordOf);
    }

    /// <summary>Images of nothing but noise of the level in force, over <see cref="CoreDisc"/>, with the transfer functions of some particles.</summary>
    /// <param name="particles">These particles: an image for each.</param>
    /// <param name="random">Source of the noise.</param>
    internal ParticleStore NoiseLike(int[] particles, Random random)
    {
        ParticleStore noise = new(
            Box, PixelSizeAngstrom, CoreDisc, _ctf is null ? null : [.. particles.Select(i => _ctf[i])],
            [.. Enumerable.Repeat(1, particles.Length)], new StorePlace(null, Scale / Box));
        int padded = CoreDisc.PaddedCount;
        Half[] record = new Half[2 * padded];
        for (int i = 0; i < particles.Length; i++)
        {
            for (int p = 0; p < CoreDisc.Count; p++)
            {
                // Half of the variance is in each part.
                double radius = Math.Sqrt(-Math.Log(1 - random.NextDouble()) * NoiseVariance[CoreDisc.Shell[p]]) / Scale;
                (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
                (record[p], record[padded + p]) = ((Half)(radius * cos), (Half)(radius * sin));
            }
            noise._core.Write(i, record);
        }
        noise.SetNoise(NoiseVariance);
        return noise;
    }

    /// <summary>A view of the frequencies of a smaller disc.</summary>
    public BandView View(FrequencyDisc smaller) => new(this, smaller);

    /// <summary>Visits all particles of a half-set in the order of their records.</summary>
    /// <param name="half">0 or 1.</param>
    /// <param name="visit">Receives chunks of records over <see cref="Disc"/>; called from this thread.</param>
    internal void Pass(int half, Action<RecordChunk> visit)
    {
        RecordStream stream = new(_full, RecordStream.RecordsPerChunk(_full.RecordBytes));
        stream.Pass(half == 0 ? 0 : FirstOfSecondHalf, half == 0 ? FirstOfSecondHalf : Count - FirstOfSecondHalf, visit);
    }

    /// <summary>The particle whose record stands at a place.</summary>
    internal int ParticleAt(long record) => _particleAt[record];

    /// <summary>Where a particle's record stands.</summary>
    internal int RecordOf(int particle) => _recordOf[particle];

    /// <summary>The whitened transfer function of one particle over a disc, with the disc's own whitening factors.</summary>
    internal void TransferFunction(int particle, FrequencyDisc disc, ReadOnlySpan<float> inverseSigma, Span<float> ctf)
    {
        if (_ctf is null)
        {
            inverseSigma.CopyTo(ctf);
            return;
        }
        _ctf[particle].Evaluate(disc.Kx, disc.Ky, 1 / (Box * PixelSizeAngstrom), ctf);
        TensorPrimitives.Multiply(ctf[..disc.PaddedCount], inverseSigma, ctf);
    }

    private static (int[] ParticleAt, int[] RecordOf) Order(int[] halfSet)
    {
        int[] particleAt = [.. Enumerable.Range(0, halfSet.Length).OrderBy(i => halfSet[i])], recordOf = new int[halfSet.Length];
        for (int r = 0; r < recordOf.Length; r++) recordOf[particleAt[r]] = r;
        return (particleAt, recordOf);
    }

    /// <summary>Takes particles out of the mean powers.</summary>
    private void RemovePower(int[] particles)
    {
        double[] inShell = new double[MeanPower.Length];
        for (int p = 0; p < Disc.Count; p++) inShell[Disc.Shell[p]]++;
        double[] power = [.. MeanPower.Select((m, s) => m * Count * inShell[s])], square = [.. MeanCtfSquared.Select((m, s) => m * Count * inShell[s])];
        Half[] record = new Half[_full.RecordLength];
        float[] ctf = new float[Disc.PaddedCount], ones = [.. Enumerable.Repeat(1f, Disc.PaddedCount)];
        foreach (int particle in particles)
        {
            _full.Read(_recordOf[particle], record);
            TransferFunction(particle, Disc, ones, ctf);
            for (int p = 0; p < Disc.Count; p++)
            {
                double a = (double)record[p] * Scale, b = (double)record[Disc.PaddedCount + p] * Scale;
                power[Disc.Shell[p]] -= a * a + b * b;
                square[Disc.Shell[p]] -= ctf[p] * ctf[p];
            }
        }
        int left = Count - particles.Length;
        SetPower([.. power.Select(Mean)], [.. square.Select(Mean)]);

        double Mean(double sum, int shell) => inShell[shell] == 0 ? 0 : Math.Max(0, sum / (left * inShell[shell]));
    }

    internal void SetPower(double[] meanPower, double[] meanCtfSquared) => (MeanPower, MeanCtfSquared) = (meanPower, meanCtfSquared);

    /// <summary>Returns the memory, or the scratch file's space.</summary>
    public void Dispose()
    {
        _core.Dispose();
        _full.Dispose();
    }
}
