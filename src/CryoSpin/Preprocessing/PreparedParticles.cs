using System.Buffers;
using System.Numerics.Tensors;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Optics;
using CryoSpin.Particles;
using static System.FormattableString;

namespace CryoSpin.Preprocessing;

/// <summary>
/// Particles as a reconstruction wants them: one box and pixel size for all optics groups, white protein, beam tilt, odd aberrations,
/// anisotropic magnification and premultiplication taken out of the images while they are read. What the images keep, their transfer
/// functions (<see cref="Ctf"/>) say. Poses need no change: origins are in angstrom and the centre stays the centre.
/// </summary>
/// <remarks>
/// Grey values are kept by resampling, so that an image normalised to background deviation 1 on the common grid has the same noise per
/// square angstrom and frequency as any other, whatever its pixel size was. The groups' noise spectra are otherwise taken for equal.
/// </remarks>
public sealed class PreparedParticles
{
    // The background is what lies outside this share of half the box.
    internal const double BackgroundShare = 0.9;
    private const int ContrastSample = 500;
    private readonly ParticleSource _source;
    private readonly (ImageResampler Resampler, ImageCorrection? Correction)[] _groups;
    private readonly float[] _groupSigns;
    private float _sign = 1;

    private PreparedParticles(ParticleSource source, PreparationOptions options)
    {
        _source = source;
        Options = options;
        Grid = ImageGrid.Of(source.Set, options.DownsampleBox);
        ImageGrid grid = Grid;
        _groups =
        [
            .. source.Set.OpticsGroups.Select(g => (ResamplerOf(g, grid), ImageCorrection.For(grid, g, source.Set.HasCtf, options)))
        ];
        _groupSigns = new float[_groups.Length];
        Array.Fill(_groupSigns, 1);
    }

    /// <summary>How they are prepared.</summary>
    public PreparationOptions Options { get; }

    /// <summary>Box and pixel size of the images as read.</summary>
    public ImageGrid Grid { get; }

    /// <summary>The particles as the file describes them.</summary>
    public ParticleSet Set => _source.Set;

    /// <summary>Whether the images are inverted, besides what the file says of each one's contrast.</summary>
    public bool IsInverted => _sign < 0;

    /// <summary>What was decided, as complete sentences for the log.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>
    /// Prepares the reading of a source, which must outlive the result. Up to 500 images are read to see whether protein is white, unless
    /// the options decide that.
    /// </summary>
    /// <exception cref="InputException">The options do not suit the images, or an image cannot be read.</exception>
    public static PreparedParticles Open(ParticleSource source, PreparationOptions? options = null)
    {
        PreparedParticles particles = new(source, options ?? new PreparationOptions());
        List<string> notes = particles.DescribeGrid();
        particles.SetContrast(notes);
        particles.Notes = notes;
        return particles;
    }

    /// <summary>Reads and prepares one image. May be called from several threads at once.</summary>
    /// <param name="particle">0 to Count - 1.</param>
    /// <param name="pixels">Box x box values, [y][x].</param>
    /// <exception cref="InputException">The image cannot be read or holds values that are not finite.</exception>
    public void ReadImage(int particle, Span<float> pixels)
    {
        (ImageResampler resampler, ImageCorrection? correction) = _groups[Set.OpticsGroupOf(particle)];
        if (resampler.IsCopy)
        {
            _source.ReadImage(particle, pixels);
        }
        else
        {
            int length = resampler.From * resampler.From;
            float[] raw = ArrayPool<float>.Shared.Rent(length);
            _source.ReadImage(particle, raw.AsSpan(0, length));
            resampler.Apply(raw.AsSpan(0, length), pixels);
            ArrayPool<float>.Shared.Return(raw);
        }
        correction?.Apply(pixels, Set.Ctf(particle));
        if (_sign * _groupSigns[Set.OpticsGroupOf(particle)] * Set.ContrastSign(particle) < 0) TensorPrimitives.Negate(pixels, pixels);
    }

    /// <summary>The transfer function of the image that <see cref="ReadImage"/> gives; null where the particles have none.</summary>
    public ContrastTransferFunction? Ctf(int particle)
    {
        if (Set.Ctf(particle) is not { } parameters) return null;
        OpticsGroup group = Set.Optics(particle);
        if (Options.FlipPhases && !group.IsPremultiplied) group = group with { IsPhaseFlipped = true };
        return new ContrastTransferFunction(group, parameters);
    }

    private static ImageResampler ResamplerOf(OpticsGroup group, ImageGrid grid)
    {
        try
        {
            return grid.From(group);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"optics group {group.Name}", e.Message, "Correct rlnMagMat00 to rlnMagMat11 or the pixel size.");
        }
    }

    private List<string> DescribeGrid()
    {
        List<string> notes = [];
        string grid = Invariant($"{Grid.BoxSize} pixels of {Grid.PixelSizeAngstrom:0.####} Å");
        foreach (OpticsGroup g in Set.OpticsGroups)
        {
            ImageResampler resampler = Grid.From(g);
            string what = string.Join(", ", Corrections(g));
            if (resampler.IsCopy && what.Length == 0) continue;
            string size = resampler.IsCopy ? "" : Invariant($"{g.BoxSize} pixels of {g.PixelSizeAngstrom:0.####} Å become {grid}");
            notes.Add($"Optics group {g.Name}: {size}{(size.Length > 0 && what.Length > 0 ? "; " : "")}{what}.");
        }
        return notes;
    }

    private IEnumerable<string> Corrections(OpticsGroup g)
    {
        if (!g.Magnification.IsIdentity) yield return "anisotropic magnification is taken out";
        if (g.BeamTiltXMilliradians != 0 || g.BeamTiltYMilliradians != 0)
        {
            yield return Invariant($"a beam tilt of ({g.BeamTiltXMilliradians:0.###}, {g.BeamTiltYMilliradians:0.###}) mrad is taken out");
        }
        if (g.OddZernike is { Count: > 0 }) yield return "odd aberrations are taken out";
        if (g.EvenZernike is { Count: > 0 }) yield return "even aberrations are part of the CTF";
        if (g.IsPremultiplied) yield return "the images are CTF-premultiplied";
        else if (g.IsPhaseFlipped) yield return "the images are phase-flipped";
    }

    private void SetContrast(List<string> notes)
    {
        if (Set.DarkParticles is > 0 and var dark)
        {
            notes.Add($"Contrast: {dark} of {Plural.Of(Set.Count, "image")} {Plural.Choose(dark, "is inverted, since the file says that it is", "are inverted, since the file says that they are")} dark on light (blob/sign -1).");
        }
        if (Options.Invert is { } asked)
        {
            _sign = asked ? -1 : 1;
            if (asked) notes.Add("The images' contrast is inverted, as asked.");
            return;
        }
        ContrastEstimate estimate = EstimateContrast(out ContrastEstimate[] ofGroups);
        Contrast[] verdicts = [.. ofGroups.Select(g => g.Verdict)];
        if (verdicts.Contains(Contrast.White) && verdicts.Contains(Contrast.Black))
        {
            InvertDarkGroups(verdicts, notes);
            return;
        }
        string sigmas = Invariant($"{Math.Abs(estimate.Sigmas):0.#} standard errors, {Plural.Of(estimate.Images, "image")}");
        switch (estimate.Verdict)
        {
            case Contrast.Black:
                _sign = -1;
                notes.Add($"Contrast: particles are darker than their background ({sigmas}), so the images are inverted; --invert false keeps them.");
                break;
            case Contrast.White:
                notes.Add($"Contrast: particles are brighter than their background ({sigmas}).");
                break;
            default:
                notes.Add($"Contrast: not clear from the data ({sigmas}); white particles are assumed, --invert says otherwise.");
                break;
        }
    }

    private ContrastEstimate EstimateContrast(out ContrastEstimate[] ofGroups)
    {
        ContrastEstimate New() => new(Grid.BoxSize, BackgroundShare * Grid.BoxSize / 2);
        ContrastEstimate all = New();
        ofGroups = [.. _groups.Select(_ => New())];
        float[] pixels = new float[Grid.BoxSize * Grid.BoxSize];
        int sampled = Math.Min(ContrastSample, Set.Count);
        for (int k = 0; k < sampled; k++)
        {
            int particle = (int)((long)k * Set.Count / sampled);
            ReadImage(particle, pixels);
            all.Add(pixels);
            if (_groups.Length > 1) ofGroups[Set.OpticsGroupOf(particle)].Add(pixels);
        }
        return all;
    }

    // Data sets of two microscopes, put together: one of them inverted, the other not.
    private void InvertDarkGroups(Contrast[] verdicts, List<string> notes)
    {
        for (int g = 0; g < verdicts.Length; g++)
        {
            if (verdicts[g] == Contrast.Black) _groupSigns[g] = -1;
            string said = verdicts[g] switch
            {
                Contrast.Black => "particles are darker than their background, so its images are inverted",
                Contrast.White => "particles are brighter than their background",
                _ => "not clear from the data; white particles are assumed",
            };
            notes.Add($"Contrast of optics group {Set.OpticsGroups[g].Name}: {said}.");
        }
        notes.Add("Optics groups differ in contrast. Where that is not so, --invert true or --invert false takes all images alike.");
    }
}
