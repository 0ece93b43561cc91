using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Star;
using CryoSpin.Optics;

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

    public ParticleSet Load()
    {
        _warnings.AddRange(EarlierWarnings);
        _optics = file.Find("optics");
        StarTable all = FindParticles();
        if (all.RowCount == 0) throw new InputException(path, $"block data_{all.Name} has no particles.", "Was the selection empty?");
        _particles = options.Subset is { } subset ? all.Select(subset.Rows(all.RowCount, path, _warnings)) : all;
        _images = ImageNames.Parse(_particles);
        string[] stacks = new StackLocator(path, options.DataDirectory) { OwnFolderFirst = IsStackList && StackList.IsList(path) }
            .Resolve(_images.Stacks, options.RequireImages);
        RefuseUnwritable(stacks);
        _headers = new StackHeaders(stacks);
        _opticsRowOf = MatchOptics();
        _columns = new ParticleColumns(path, _particles, _optics, _opticsRowOf);
        RefuseSubtomograms();
        bool hasCtf = _particles.Has("rlnDefocusU") || _particles.Has("rlnDefocusV") || _particles.Has("rlnDefocusAngle");
        double[] pixelSizes = PixelSizes();
        (IReadOnlyList<OpticsGroup> groups, int[] groupOf) = new OpticsGroupReader(_particles, _optics, _opticsRowOf, _columns)
        {
            Headers = _headers,
            StackPaths = stacks,
            StackOf = _images.StackOf,
            RequireImages = options.RequireImages,
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
            Poses = ReadPoses(pixelSizes),
            RandomSubsets = _particles.Has("rlnRandomSubset") ? _particles.GetInt32s("rlnRandomSubset") : null,
            StackNames = _images.Stacks,
            StackPaths = stacks,
            StackOf = _images.StackOf,
            ImageIndex = _images.Index,
            PixelSizeGiven = options.PixelSizeAngstrom is not null,
            Warnings = _warnings,
            TableFiles = options.Subset?.File is { } list ? [list] : [],
        });
    }

    // Where results are written elsewhere, the way to a stack from there stands in them.
    private void RefuseUnwritable(string[] stacks)
    {
        if (Array.Find(stacks, s => !StarFormatter.CanHold(Path.GetFullPath(s))) is not { } stack) return;
        throw new InputException(
            path, $"the path of the stack '{Path.GetFullPath(stack)}' cannot stand in a STAR file, as which results are written.",
            "Rename the folder or file that has a line break or two kinds of quotes in its name.");
    }

    private StarTable FindParticles() =>
        file.Find("particles") ?? file.Tables.FirstOrDefault(t => t.Name != "optics" && t.Has(ImageNames.Column))
        ?? throw new InputException(
            path,
            $"no block has a column _{ImageNames.Column}; the blocks are {string.Join(", ", file.Tables.Select(t => "data_" + t.Name))}.",
            "Give the star file of particles (e.g. particles.star or run_data.star).");

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
                path, "the particles are not two-dimensional (_rlnImageDimensionality).", "Give images, not subtomograms.");
        }
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
        if (_columns.Find("rlnImagePixelSize") is { } direct)
        {
            for (int i = 0; i < n; i++) sizes[i] = direct[i];
        }
        else if (_columns.Find("rlnDetectorPixelSize") is { } detector && _columns.Find("rlnMagnification") is { } magnification)
        {
            // Micrometres on the detector over the magnification: 1 um = 1e4 angstrom.
            for (int i = 0; i < n; i++) sizes[i] = Math.Round(detector[i] * 1e4 / magnification[i], 9);
        }
        else if (_columns.Find("rlnPixelSize") is { } plain)
        {
            for (int i = 0; i < n; i++) sizes[i] = plain[i];
        }
        else
        {
            TakeFromHeaders(sizes);
            return sizes;
        }
        for (int i = 0; i < n; i++)
        {
            if (!(sizes[i] > 0 && double.IsFinite(sizes[i])))
            {
                throw new InputException(
                    _particles.Where(i), FormattableString.Invariant($"the pixel size is {sizes[i]} angstrom."),
                    "Correct _rlnImagePixelSize or _rlnMagnification.");
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

    private Pose[]? ReadPoses(double[] pixelSizes)
    {
        if (!_particles.Has("rlnAngleRot") || !_particles.Has("rlnAngleTilt") || !_particles.Has("rlnAnglePsi")) return null;
        double[] rot = _particles.GetDoubles("rlnAngleRot");
        double[] tilt = _particles.GetDoubles("rlnAngleTilt");
        double[] psi = _particles.GetDoubles("rlnAnglePsi");
        double[] x = Origins("rlnOriginX", pixelSizes), y = Origins("rlnOriginY", pixelSizes);
        Pose[] poses = new Pose[rot.Length];
        for (int i = 0; i < poses.Length; i++) poses[i] = new Pose(new EulerAngles(rot[i], tilt[i], psi[i]).ToRotation(), x[i], y[i]);
        return poses;
    }

    // Pixels were the unit before 3.1; with an optics table RELION reads only the angstrom columns.
    private double[] Origins(string column, double[] pixelSizes)
    {
        if (_particles.Has(column + "Angst")) return _particles.GetDoubles(column + "Angst");
        if (_optics is not null || !_particles.Has(column)) return new double[pixelSizes.Length];
        double[] pixels = _particles.GetDoubles(column);
        for (int i = 0; i < pixels.Length; i++) pixels[i] *= pixelSizes[i];
        return pixels;
    }

    private void Warn(FormattableString text) => _warnings.Add(FormattableString.Invariant(text));
}
