using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles.CryoSparc;

namespace CryoSpin.Particles;

/// <summary>
/// What a star file, or a bare stack, says of its particles; immutable, safe for any number of threads. Images are read by
/// <see cref="ParticleSource"/>. A value is the particle's row's, else its optics group's, else an error that names the column.
/// </summary>
public sealed class ParticleSet
{
    private const double GridTolerance = 1e-4;
    private readonly ParticleSetData _data;

    internal ParticleSet(ParticleSetData data) => _data = data;

    /// <summary>The star file or stack that was read.</summary>
    public string Source => _data.Source;

    /// <summary>Number of particles.</summary>
    public int Count => _data.ImageIndex.Length;

    /// <summary>
    /// Width, and height, of the first particle's images in pixels; 0 where nothing tells. Other groups may differ:
    /// <see cref="OpticsGroup.BoxSize"/>.
    /// </summary>
    public int BoxSize => OpticsGroups[0].BoxSize;

    /// <summary>
    /// Pixel size of the first particle's optics group. Other groups may differ: <see cref="OpticsGroup.PixelSizeAngstrom"/>.
    /// </summary>
    public double PixelSizeAngstrom => OpticsGroups[0].PixelSizeAngstrom;

    /// <summary>True when all images have one box and, to 1e-4, one pixel size.</summary>
    public bool HasOneGrid => OpticsGroups.All(
        g => g.BoxSize == BoxSize && Math.Abs((g.PixelSizeAngstrom / PixelSizeAngstrom) - 1) <= GridTolerance);

    /// <summary>
    /// The optics groups in use. Voltage, spherical aberration and amplitude contrast are NaN where the file is silent, which it may be
    /// only without CTFs (<see cref="HasCtf"/>).
    /// </summary>
    public IReadOnlyList<OpticsGroup> OpticsGroups => _data.OpticsGroups;

    /// <summary>True when the particles have defoci (rlnDefocusU, rlnDefocusV, rlnDefocusAngle) that are used.</summary>
    public bool HasCtf => _data.Ctfs is not null;

    /// <summary>True when the caller asked for particles without CTFs (<see cref="ParticleLoadOptions.IgnoreCtf"/>).</summary>
    public bool IsWithoutCtfAsAsked => _data.IsWithoutCtfAsAsked;

    /// <summary>True when the file has defoci, but the caller asked for particles without CTFs.</summary>
    public bool HasUnusedCtf => _data.HasUnusedCtf;

    /// <summary>True when a particle has a pose: rlnAngleRot, rlnAngleTilt and rlnAnglePsi. Not every one need have.</summary>
    public bool HasPoses => _data.Poses is not null;

    /// <summary>Paths of the image stacks, each once, in the order of their first use; as found on the disk.</summary>
    public IReadOnlyList<string> StackPaths => _data.StackPaths;

    /// <summary>
    /// Every file that was read for the particles or that holds their images: tables, lists, stacks. None of them may be written over.
    /// </summary>
    public IReadOnlyList<string> InputFiles => [.. _data.TableFiles.Prepend(Source).Concat(StackPaths).Distinct()];

    /// <summary>Things worth telling the user, as complete sentences; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => _data.Warnings;

    internal ParticleSetData Data => _data;

    /// <summary>
    /// Reads a star file of RELION 3.1 and later (data_optics and data_particles), or of 3.0 and 2.x (one table); cryoSPARC's particles; a
    /// bare stack; or a text that lists stacks.
    /// </summary>
    /// <param name="path">
    /// A .star file, a .cs or .csg file, a stack (.mrcs, .mrc or .st, also gzipped), or a .txt with one path of a stack per line.
    /// </param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="InputException">A file, column or value is missing or wrong.</exception>
    public static ParticleSet Load(string path, ParticleLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options = Checked(options);
        if (CryoSparcParticles.IsOne(path)) return CryoSparcParticles.Load(path, options);
        bool isStack = StackList.IsStack(path);
        if (!isStack && !StackList.IsList(path)) return new ParticleSetLoader(StarFile.Read(path), path, options).Load();
        List<string> warnings = [];
        StarFile table = isStack ? StackList.OfStack(path, warnings) : StackList.OfList(path, options.DataDirectory, warnings);
        foreach (StarTable t in table.Tables) t.CheckWritable();
        return new ParticleSetLoader(table, path, options) { IsStackList = true, EarlierWarnings = warnings }.Load();
    }

    /// <summary>
    /// Makes particles of tables that another format was turned into: data_particles, and data_optics where it has one, with RELION's
    /// columns and units. Any other column goes through to <see cref="WriteStar"/> as text.
    /// </summary>
    /// <param name="file">The tables; not changed, and not to be changed afterwards.</param>
    /// <param name="source">The file that was read, for messages; relative image paths are also looked for in its folder.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="tolerate">Receives values that cannot be, with validation's codes for them; null to refuse the file for one.</param>
    /// <exception cref="InputException">A stack, column or value is missing or wrong.</exception>
    internal static ParticleSet FromStar(
        StarFile file, string source, ParticleLoadOptions? options = null, Action<string, InputException>? tolerate = null)
    {
        foreach (StarTable table in file.Tables) table.CheckWritable();
        return new ParticleSetLoader(file, source, Checked(options)) { Tolerate = tolerate }.Load();
    }

    private static ParticleLoadOptions Checked(ParticleLoadOptions? options)
    {
        options ??= new ParticleLoadOptions();
        if (options.PixelSizeAngstrom is { } size && !(size > 0 && double.IsFinite(size)))
        {
            throw new InputException("pixel size", $"{size} angstrom cannot be.", "Give a positive number.");
        }
        return options;
    }

    /// <summary>Index into <see cref="OpticsGroups"/>.</summary>
    public int OpticsGroupOf(int particle) => _data.OpticsGroupOf[particle];

    /// <summary>The optics group of a particle.</summary>
    public OpticsGroup Optics(int particle) => _data.OpticsGroups[_data.OpticsGroupOf[particle]];

    /// <summary>The particle's CTF; null for every particle where <see cref="HasCtf"/> is false.</summary>
    public CtfParameters? Ctf(int particle) => _data.Ctfs?[particle];

    /// <summary>The particle's pose, origin in angstrom; null where it has none: angles of -999, or of 0 in several rows.</summary>
    public Pose? Pose(int particle) => _data.Poses?[particle];

    /// <summary>rlnRandomSubset, 1 or 2 for the half sets; null where the file has no such column.</summary>
    public int? RandomSubset(int particle) => _data.RandomSubsets?[particle];

    /// <summary>
    /// What the particle's image is to be multiplied with, 1 or -1, to be light on dark (cryoSPARC's blob/sign); 1 where the file is silent.
    /// Particles of one file may differ.
    /// </summary>
    public int ContrastSign(int particle) => _data.ContrastSigns?[particle] ?? 1;

    /// <summary>How many particles have a <see cref="ContrastSign"/> of -1.</summary>
    public int DarkParticles => _data.ContrastSigns?.Count(s => s < 0) ?? 0;

    /// <summary>Index into <see cref="StackPaths"/>.</summary>
    public int StackOf(int particle) => _data.StackOf[particle];

    /// <summary>Path of the particle's stack, as found on the disk.</summary>
    public string ImagePath(int particle) => _data.StackPaths[_data.StackOf[particle]];

    /// <summary>The image's index in its stack, from 0 (rlnImageName counts from 1).</summary>
    public int ImageIndex(int particle) => _data.ImageIndex[particle];

    /// <summary>Where the particle stands, for messages: file, row from 1 and line.</summary>
    public string Where(int particle) => _data.Particles.Where(particle);

    /// <summary>
    /// Writes a star file of RELION 3.1: every column and row of the input, with what was estimated put in its place. A single-table
    /// input gets a data_optics. An image path that resolves as written is kept; any other is rewritten relative to the new file's folder.
    /// Angles and origins have six decimals. With new poses, what belonged to the earlier alignment goes: priors, class, norm correction,
    /// likelihood.
    /// </summary>
    /// <remarks>
    /// Voltage and spherical aberration that the input does not name are not written. RELION 3.1 refuses an optics table without them, even
    /// for images without defocus.
    /// </remarks>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="poses">One per particle, or null to keep the input's.</param>
    /// <param name="randomSubset">rlnRandomSubset, 1 or 2 per particle, or null to keep the input's.</param>
    /// <param name="extraColumns">More columns, named without underscore, one number per particle.</param>
    /// <param name="wordColumns">More columns of words without spaces, one per particle.</param>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public void WriteStar(
        string path,
        IReadOnlyList<Pose>? poses,
        IReadOnlyList<int>? randomSubset = null,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)>? extraColumns = null,
        IReadOnlyList<(string Name, IReadOnlyList<string> Words)>? wordColumns = null) =>
        ParticleStarWriter.Write(this, path, NewPoses.Of(this, poses), randomSubset, extraColumns ?? [], wordColumns ?? []);

    /// <summary>Writes the same with every pose changed, and the priors of poses with them: a map's mirror or turn. All else stays.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="change">What is done to each pose.</param>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public void WriteStarChanged(string path, Func<Pose, Pose> change) =>
        ParticleStarWriter.Write(this, path, NewPoses.Of(this, change), null, [], []);

    /// <summary>True when the particles were read from cryoSPARC's files.</summary>
    public bool IsFromCryoSparc => _data.CryoSparcRecords is not null;

    /// <summary>
    /// Writes a cryoSPARC dataset (.cs, a structured .npy). Particles that came from one keep their uids and all their fields, with
    /// what was estimated put in the place of alignments3D; others get blob, ctf and alignments3D as cryoSPARC's import wants them, and
    /// uids that follow from their image names. Image paths are relative to the new file's folder, or as cryoSPARC had them.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="poses">One per particle, or null to keep the input's; without any, no alignments3D are written.</param>
    /// <param name="randomSubset">1 or 2 per particle, or null to keep the input's.</param>
    /// <exception cref="CryoSpinException">The file cannot be written, or the particles lack what a dataset must have.</exception>
    public void WriteCryoSparc(string path, IReadOnlyList<Pose>? poses, IReadOnlyList<int>? randomSubset = null) =>
        CryoSparcWriter.Write(this, path, NewPoses.Of(this, poses), randomSubset);

    /// <summary>Writes the same with every pose changed: a map's mirror or turn.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="change">What is done to each pose.</param>
    /// <exception cref="CryoSpinException">The file cannot be written, or the particles lack what a dataset must have.</exception>
    public void WriteCryoSparcChanged(string path, Func<Pose, Pose> change) =>
        CryoSparcWriter.Write(this, path, NewPoses.Of(this, change), null);
}

/// <summary>The loaded values behind a <see cref="ParticleSet"/>; arrays have one entry per particle.</summary>
internal sealed record ParticleSetData
{
    public required string Source { get; init; }

    /// <summary>The input's tables, with <see cref="Particles"/> among them.</summary>
    public required StarFile File { get; init; }

    public required StarTable Particles { get; init; }

    public required StarTable? Optics { get; init; }

    public required IReadOnlyList<OpticsGroup> OpticsGroups { get; init; }

    public required int[] OpticsGroupOf { get; init; }

    /// <summary>Row of <see cref="Optics"/> per particle; null without that table.</summary>
    public required int[]? OpticsRowOf { get; init; }

    public required CtfParameters[]? Ctfs { get; init; }

    public bool IsWithoutCtfAsAsked { get; init; }

    public bool HasUnusedCtf { get; init; }

    /// <summary>Null where no particle has a pose, and in the places of those that have none.</summary>
    public required Pose?[]? Poses { get; init; }

    public required int[]? RandomSubsets { get; init; }

    /// <summary>1 or -1; null where the file does not say the images' contrast.</summary>
    public int[]? ContrastSigns { get; init; }

    /// <summary>Stack names as the file has them.</summary>
    public required IReadOnlyList<string> StackNames { get; init; }

    public required IReadOnlyList<string> StackPaths { get; init; }

    public required int[] StackOf { get; init; }

    public required int[] ImageIndex { get; init; }

    /// <summary>True when the pixel size was given by the caller and not by the file.</summary>
    public required bool PixelSizeGiven { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Files besides <see cref="Source"/> that were read for the tables.</summary>
    public IReadOnlyList<string> TableFiles { get; init; } = [];

    /// <summary>The records that the particles were read from; null unless they are cryoSPARC's.</summary>
    public RecordTable? CryoSparcRecords { get; init; }
}
