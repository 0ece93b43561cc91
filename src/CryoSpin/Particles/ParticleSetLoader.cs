using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles.CryoSparc;

namespace CryoSpin.Particles;

/// <summary>Maps the tables of a star file to particles.</summary>
/// <param name="file">The tables, read from a file or made in memory.</param>
/// <param name="path">What messages call the file; relative image paths are also looked for in its folder.</param>
/// <param name="options">How to read.</param>
internal sealed class ParticleSetLoader(StarFile file, string path, ParticleLoadOptions options)
{
    private const double WorthSaying = 0.01;
    private readonly List<string> _warnings = [];
    private StarTable _particles = new("");
    private StarTable? _optics;
    private int[]? _opticsRowOf;
    private ImageNames _images = null!;
    private StackHeaders _headers = null!;
    private ParticleColumns _columns = null!;

    /// <summary>What was found odd before, e.g. while the tables were made.</summary>
    public IReadOnlyList<string> EarlierWarnings { get; init; } = [];

    /// <summary>True for bare stacks: a pixel size that nothing tells is then taken for 1 angstrom, with a warning.</summary>
    public bool IsStackList { get; init; }

    /// <summary>
    /// Receives values that cannot be, with the codes that validation gives them, so that one does not hide the others; null to refuse the
    /// file for the first.
    /// </summary>
    public Action<string, InputException>? Tolerate { get; init; }

    public ParticleSet Load()
    {
        _warnings.AddRange(EarlierWarnings);
        (StarTable all, _optics) = new ParticleBlocks(file, path).Find(_warnings);
        _particles = options.Subset is { } subset ? all.Select(subset.Rows(all.RowCount, path, _warnings)) : all;
        TomographySigns.RefuseTables(file, _particles, path);
        _images = ImageNames.Parse(_particles);
        _opticsRowOf = MatchOptics();
        _columns = new ParticleColumns(path, _particles, _optics, _opticsRowOf);
        RefuseSubtomograms();
        string[] stacks = FindStacks();
        if (options is { PixelSizeAngstrom: { } given, IsOfPickles: false }) Override(given);
        bool hasColumns = ParticleColumns.Defocus.Any(_particles.Has), hasCtf = hasColumns && !options.IgnoreCtf;
        double[] pixelSizes = PixelSizes();
        (IReadOnlyList<OpticsGroup> groups, int[] groupOf) = new OpticsGroupReader(_particles, _optics, _opticsRowOf, _columns)
        {
            Headers = _headers,
            StackPaths = stacks,
            StackOf = _images.StackOf,
            RequireImages = options.RequireImages,
            Refuse = Refuse,
        }.Read(pixelSizes, hasCtf);
        WarnOfSizes(groups, groupOf);
        _images.WarnOfDuplicates(_particles, stacks, _warnings);
        return new ParticleSet(new ParticleSetData
        {
            Source = path,
            File = _particles == all ? file : WithParticles(all),
            Particles = _particles,
            Optics = _optics,
            OpticsGroups = groups,
            OpticsGroupOf = groupOf,
            OpticsRowOf = _opticsRowOf,
            Ctfs = hasCtf ? ReadCtfs() : null,
            IsWithoutCtfAsAsked = options.IgnoreCtf,
            HasUnusedCtf = hasColumns && options.IgnoreCtf,
            Poses = ReadPoses(pixelSizes),
            RandomSubsets = _particles.Has("rlnRandomSubset") ? _particles.GetInt32s("rlnRandomSubset") : null,
            ContrastSigns = _particles.Has(CryoSparcFields.SignColumn)
                ? [.. _particles.GetDoubles(CryoSparcFields.SignColumn).Select(s => s < 0 ? -1 : 1)]
                : null,
            StackNames = _images.Stacks,
            StackPaths = stacks,
            StackOf = _images.StackOf,
            ImageIndex = _images.Index,
            PixelSizeGiven = options.PixelSizeAngstrom is not null,
            Warnings = _warnings,
            TableFiles = options.Subset?.File is { } list ? [list] : [],
        });
    }

    private string[] FindStacks()
    {
        string[] stacks = new StackLocator(path, options.DataDirectory) { OwnFolderFirst = IsStackList && StackList.IsList(path) }
            .Resolve(_images.Stacks, options.RequireImages, _warnings);
        RefuseUnwritable(stacks);
        _headers = new StackHeaders(stacks);
        TomographySigns.RefuseStacks(path, _images, _headers);
        if (!IsStackList && TomographySigns.Doubt(_images, _headers) is { } doubt) Warn($"{path}: {doubt}");
        return stacks;
    }

    // Where results are written elsewhere, the way to a stack from there stands in them.
    private void RefuseUnwritable(string[] stacks)
    {
        if (Array.Find(stacks, s => !StarFormatter.CanHold(Path.GetFullPath(s))) is not { } stack) return;
        throw new InputException(
            path, $"the path of the stack '{Path.GetFullPath(stack)}' cannot stand in a STAR file, as which results are written.",
            "Rename the folder or file that has a line break or two kinds of quotes in its name.");
    }

    private StarFile WithParticles(StarTable all)
    {
        StarFile result = new(file.Source);
        foreach (StarTable table in file.Tables) result.Add(table == all ? _particles : table);
        return result;
    }

    private int[]? MatchOptics()
    {
        if (_optics is null) return null;
        int[] rows = new int[_particles.RowCount];
        if (_optics.RowCount == 1 && !_particles.Has("rlnOpticsGroup")) return rows;
        Dictionary<int, int> rowOfNumber = [];
        int[] numbers = _optics.GetInt32s("rlnOpticsGroup");
        for (int r = 0; r < numbers.Length; r++)
        {
            if (!rowOfNumber.TryAdd(numbers[r], r))
            {
                throw new InputException(
                    _optics.Where(r), $"optics group {numbers[r]} is described twice.", "Number the groups of data_optics differently.");
            }
        }
        int[] wanted = _particles.GetInt32s("rlnOpticsGroup");
        for (int i = 0; i < rows.Length; i++)
        {
            if (!rowOfNumber.TryGetValue(wanted[i], out rows[i]))
            {
                throw new InputException(
                    $"{_particles.Where(i)}, column _rlnOpticsGroup", $"optics group {wanted[i]} is not in data_optics.",
                    $"Its groups are {string.Join(", ", numbers)}.");
            }
        }
        return rows;
    }

    private void RefuseSubtomograms()
    {
        if (_columns.Find("rlnImageDimensionality") is not { } dimensions) return;
        for (int i = 0; i < _columns.Count; i++)
        {
            if (dimensions[i] == 2) continue;
            throw new InputException(
                path, FormattableString.Invariant($"the particles are subtomograms: _rlnImageDimensionality is {dimensions[i]}."),
                "Give two-dimensional images of single particles.");
        }
    }

    private void Override(double given)
    {
        // A file that states none was read with that of its stacks' headers.
        double[] headers = [.. _images.StackOf.Select(s => _headers.PixelSize(s) ?? double.NaN)];
        double[]? before = PixelSizeOverride.Stated(_columns) ?? (Array.TrueForAll(headers, double.IsFinite) ? headers : null);
        _particles = PixelSizeOverride.Apply(_particles, before, given, _warnings);
        _columns = new ParticleColumns(path, _particles, _optics, _opticsRowOf);
    }

    private double[] PixelSizes()
    {
        int n = _particles.RowCount;
        double[] sizes = new double[n];
        if (options.PixelSizeAngstrom is { } given)
        {
            Array.Fill(sizes, given);
            return sizes;
        }
        if (PixelSizeOverride.Stated(_columns) is not { } stated)
        {
            TakeFromHeaders(sizes);
            return sizes;
        }
        sizes = stated;
        for (int i = 0; i < n; i++)
        {
            if (!(sizes[i] > 0 && double.IsFinite(sizes[i])))
            {
                Refuse("pixelSize.range", new InputException(
                    _particles.Where(i), FormattableString.Invariant($"the pixel size is {sizes[i]} angstrom."),
                    "Correct _rlnImagePixelSize or _rlnMagnification."));
            }
        }
        if (_headers.PixelSize(_images.StackOf[0]) is { } header && Math.Abs((header / sizes[0]) - 1) > WorthSaying)
        {
            Warn($"{path}: the pixel size is {sizes[0]} angstrom but the first stack's header says {header}; the table is believed.");
        }
        return sizes;
    }

    private void TakeFromHeaders(double[] sizes)
    {
        for (int i = 0; i < sizes.Length; i++)
        {
            if (_headers.PixelSize(_images.StackOf[i]) is { } size)
            {
                sizes[i] = size;
            }
            else if (!IsStackList)
            {
                throw new InputException(
                    path,
                    "there is no pixel size: neither _rlnImagePixelSize, nor _rlnDetectorPixelSize with _rlnMagnification, " +
                    "nor one other than 1 in the stack's header.",
                    "Add the column or give the pixel size (--pixel-size).");
            }
            else
            {
                Warn($"{path}: the stack's header has no pixel size (0 or 1); 1 angstrom is assumed.");
                Array.Fill(sizes, 1);
                return;
            }
        }
        if (IsStackList) return;
        Warn($"{path}: the star file has no pixel size; {sizes[0]} angstrom is taken from the header of the first stack.");
    }

    private void WarnOfSizes(IReadOnlyList<OpticsGroup> groups, int[] groupOf)
    {
        int other = 0;
        while (other < groups.Count && groups[other].BoxSize == groups[0].BoxSize) other++;
        if (other == groups.Count || _columns.Find("rlnImageSize") is not null) return;
        int particle = Array.IndexOf(groupOf, other);
        Warn($"{_particles.Where(particle)}: the image is {groups[other].BoxSize} pixels wide, the first one {groups[0].BoxSize}.");
    }

    private CtfParameters[] ReadCtfs()
    {
        ParticleColumns.Numbers u = _columns.Need("rlnDefocusU"), v = _columns.Need("rlnDefocusV");
        ParticleColumns.Numbers angle = _columns.Need("rlnDefocusAngle");
        ParticleColumns.Numbers? phase = _columns.Find("rlnPhaseShift"), b = _columns.Find("rlnCtfBfactor");
        ParticleColumns.Numbers? scale = _columns.Find("rlnCtfScalefactor");
        CtfParameters[] ctfs = new CtfParameters[_particles.RowCount];
        for (int i = 0; i < ctfs.Length; i++)
        {
            ctfs[i] = new CtfParameters(u[i], v[i], angle[i], phase?[i] ?? 0, b?[i] ?? 0, scale?[i] ?? 1);
        }
        return ctfs;
    }

    private Pose?[]? ReadPoses(double[] pixelSizes) =>
        PoseColumns.Read(_particles, Origins("rlnOriginX", pixelSizes), Origins("rlnOriginY", pixelSizes), options.IsOfPickles, _warnings);

    // Pixels were the unit before 3.1; with an optics table RELION itself reads only the angstrom columns.
    private double[] Origins(string column, double[] pixelSizes)
    {
        bool hasPixels = _particles.Has(column);
        double[]? angstrom = _particles.Has(column + "Angst") ? _particles.GetDoubles(column + "Angst") : null;
        if (!hasPixels) return angstrom ?? new double[pixelSizes.Length];
        double[] pixels = _particles.GetDoubles(column);
        for (int i = 0; i < pixels.Length; i++) pixels[i] *= pixels[i] == PoseColumns.None ? 1 : pixelSizes[i];
        if (angstrom is null)
        {
            if (_optics is not null)
            {
                Warn($"{path}: _{column} stands beside data_optics, where RELION 3.1 and later look for _{column}Angst only. It is read, in pixels.");
            }
            return pixels;
        }
        int other = 0;
        while (other < pixels.Length && Math.Abs(pixels[other] - angstrom[other]) <= WorthSaying * pixelSizes[other]) other++;
        if (other < pixels.Length) Warn($"{_particles.Where(other)}: _{column} and _{column}Angst differ; the one in angstrom is taken.");
        return angstrom;
    }

    private void Refuse(string code, InputException fault)
    {
        if (Tolerate is null) throw fault;
        Tolerate(code, fault);
    }

    private void Warn(FormattableString text) => _warnings.Add(FormattableString.Invariant(text));
}
