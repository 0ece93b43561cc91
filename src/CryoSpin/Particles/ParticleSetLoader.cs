using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Optics;

namespace CryoSpin.Particles;

/// <summary>Maps the tables of a star file to particles.</summary>
/// <param name="file">The tables, read from a file or made in memory.</param>
/// <param name="path">What messages call the file; relative image paths are also looked for in its folder.</param>
/// <param name="options">How to read.</param>
internal sealed class ParticleSetLoader(StarFile file, string path, ParticleLoadOptions options)
{
    private readonly List<string> _warnings = [];
    private StarTable _particles = new("");
    private StarTable? _optics;
    private int[]? _opticsRowOf;

    public ParticleSet Load()
    {
        _optics = file.Find("optics");
        _particles = FindParticles();
        if (_particles.RowCount == 0)
        {
            throw new InputException(path, $"block data_{_particles.Name} has no particles.", "Was the selection empty?");
        }
        ImageNames images = ImageNames.Parse(_particles);
        string[] stacks = images.Resolve(path, options.RequireImages);
        _opticsRowOf = MatchOptics();
        (int box, double headerPixel) = ReadFirstHeader(stacks[0]);
        RejectWhatIsNotSupported();
        bool hasCtf = _particles.Has("rlnDefocusU") || _particles.Has("rlnDefocusV") || _particles.Has("rlnDefocusAngle");
        double[] pixelSizes = PixelSizes(headerPixel);
        (List<OpticsGroup> groups, int[] groupOf) = BuildGroups(pixelSizes, box, hasCtf);
        return new ParticleSet(new ParticleSetData
        {
            Source = path,
            File = file,
            Particles = _particles,
            Optics = _optics,
            BoxSize = box,
            OpticsGroups = groups,
            OpticsGroupOf = groupOf,
            OpticsRowOf = _opticsRowOf,
            Ctfs = hasCtf ? ReadCtfs() : null,
            Poses = ReadPoses(pixelSizes),
            RandomSubsets = _particles.Has("rlnRandomSubset") ? _particles.GetInt32s("rlnRandomSubset") : null,
            StackNames = images.Stacks,
            StackPaths = stacks,
            StackOf = images.StackOf,
            ImageIndex = images.Index,
            PixelSizeGiven = options.PixelSizeAngstrom is not null,
            Warnings = _warnings,
        });
    }

    private StarTable FindParticles() =>
        file.Find("particles") ?? file.Tables.FirstOrDefault(t => t.Name != "optics" && t.Has(ImageNames.Column))
        ?? throw new InputException(
            path,
            $"no block has a column _{ImageNames.Column}; the blocks are {string.Join(", ", file.Tables.Select(t => "data_" + t.Name))}.",
            "Give the star file of particles (e.g. particles.star or run_data.star).");

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

    private (int Box, double PixelSize) ReadFirstHeader(string stack)
    {
        if (!File.Exists(stack))
        {
            return (_optics?.Has("rlnImageSize") == true ? _optics.GetInt32("rlnImageSize", _opticsRowOf![0]) : 0, 0);
        }
        using MrcStackReader reader = MrcStackReader.Open(stack);
        if (reader.Width != reader.Height)
        {
            throw new InputException(
                stack, $"the images are {reader.Width} x {reader.Height} pixels.",
                "Particles must be square; extract or window them again.");
        }
        return (reader.Width, reader.PixelSizeAngstrom);
    }

    private void RejectWhatIsNotSupported()
    {
        if (Find("rlnCtfDataAreCtfPremultiplied") is { } premultiplied && Any(premultiplied, v => v != 0))
        {
            throw new InputException(
                path, "the images are multiplied by their CTF (_rlnCtfDataAreCtfPremultiplied is 1).",
                "Extract the particles again without premultiplication.");
        }
        if (Find("rlnImageDimensionality") is { } dimensions && Any(dimensions, v => v != 2))
        {
            throw new InputException(
                path, "the particles are not two-dimensional (_rlnImageDimensionality).", "Give images, not subtomograms.");
        }
        if (Find("rlnCtfDataArePhaseFlipped") is { } flipped && Any(flipped, v => v != 0))
        {
            throw new InputException(
                path, "the images are phase-flipped (_rlnCtfDataArePhaseFlipped).", "Extract or export them without phase flipping.");
        }
        foreach (string column in new[] { "rlnOddZernike", "rlnEvenZernike" })
        {
            if (_particles.Has(column) || (_optics?.Has(column) ?? false)) _warnings.Add($"{path}: _{column} is ignored.");
        }
        foreach (string column in new[] { "rlnBeamTiltX", "rlnBeamTiltY", "rlnMagMat01", "rlnMagMat10" })
        {
            if (Find(column) is { } values && Any(values, v => v != 0)) _warnings.Add($"{path}: _{column} is not zero and is ignored.");
        }
    }

    private double[] PixelSizes(double header)
    {
        int n = _particles.RowCount;
        if (options.PixelSizeAngstrom is { } given) return Filled(n, given);
        double[] sizes = new double[n];
        if (Find("rlnImagePixelSize") is { } direct)
        {
            for (int i = 0; i < n; i++) sizes[i] = direct[i];
        }
        else if (Find("rlnDetectorPixelSize") is { } detector && Find("rlnMagnification") is { } magnification)
        {
            // Micrometres on the detector over the magnification: 1 um = 1e4 angstrom.
            for (int i = 0; i < n; i++) sizes[i] = Math.Round(detector[i] * 1e4 / magnification[i], 9);
        }
        else if (header > 0 && header != 1)
        {
            Warn($"{path}: the star file has no pixel size; {header} angstrom is taken from the header of the first stack.");
            return Filled(n, header);
        }
        else
        {
            throw new InputException(
                path,
                "there is no pixel size: neither _rlnImagePixelSize, nor _rlnDetectorPixelSize with _rlnMagnification, " +
                "nor one other than 1 in the stack's header.",
                "Add the column or give the pixel size.");
        }
        for (int i = 0; i < n; i++)
        {
            if (!(sizes[i] > 0 && double.IsFinite(sizes[i])))
            {
                throw new InputException(
                    _particles.Where(i), $"the pixel size is {sizes[i]} angstrom.", "Correct _rlnImagePixelSize or _rlnMagnification.");
            }
        }
        if (header > 0 && header != 1 && Math.Abs((header / sizes[0]) - 1) > 0.01)
        {
            Warn($"{path}: the pixel size is {sizes[0]} angstrom but the first stack's header says {header}; the star file is believed.");
        }
        return sizes;
    }

    private (List<OpticsGroup> Groups, int[] GroupOf) BuildGroups(double[] pixelSizes, int box, bool hasCtf)
    {
        Values? voltage = hasCtf ? Need("rlnVoltage") : Find("rlnVoltage");
        Values? aberration = hasCtf ? Need("rlnSphericalAberration") : Find("rlnSphericalAberration");
        Values? contrast = hasCtf ? Need("rlnAmplitudeContrast") : Find("rlnAmplitudeContrast");
        int[]? numbers = _optics is null && _particles.Has("rlnOpticsGroup") ? _particles.GetInt32s("rlnOpticsGroup") : _opticsRowOf;
        Dictionary<(int, double, double, double, double), int> known = [];
        List<OpticsGroup> groups = [];
        int[] groupOf = new int[pixelSizes.Length];
        for (int i = 0; i < groupOf.Length; i++)
        {
            double kv = voltage?[i] ?? double.NaN, cs = aberration?[i] ?? double.NaN, q0 = contrast?[i] ?? double.NaN;
            if (!known.TryGetValue((numbers?[i] ?? 0, kv, cs, q0, pixelSizes[i]), out groupOf[i]))
            {
                if (hasCtf) CheckOptics(i, kv, q0);
                CheckPixelSize(i, pixelSizes);
                CheckImageSize(i, box);
                groupOf[i] = groups.Count;
                known.Add((numbers?[i] ?? 0, kv, cs, q0, pixelSizes[i]), groups.Count);
                groups.Add(new OpticsGroup(GroupName(i, groups.Count + 1), kv, cs, q0, pixelSizes[i], box));
            }
        }
        return (groups, groupOf);
    }

    private string GroupName(int particle, int number) =>
        _optics?.Has("rlnOpticsGroupName") == true
            ? _optics.GetText("rlnOpticsGroupName", _opticsRowOf![particle])
            : string.Create(CultureInfo.InvariantCulture, $"opticsGroup{number}");

    private void CheckOptics(int i, double kilovolts, double contrast)
    {
        if (!(kilovolts is >= 10 and <= 3000))
        {
            throw new InputException(_particles.Where(i), $"the voltage is {kilovolts} kV.", "Correct _rlnVoltage; it is in kilovolts.");
        }
        if (!(contrast is >= 0 and <= 1))
        {
            throw new InputException(
                _particles.Where(i), $"the amplitude contrast is {contrast}.", "Correct _rlnAmplitudeContrast; it lies from 0 to 1.");
        }
    }

    // One grid serves all particles, so that groups may differ in calibration but not in binning.
    private void CheckPixelSize(int i, double[] pixelSizes)
    {
        double ratio = Math.Abs((pixelSizes[i] / pixelSizes[0]) - 1);
        if (ratio > 0.01)
        {
            throw new InputException(
                _particles.Where(i), $"the pixel size is {pixelSizes[i]} angstrom where that of the first particle is {pixelSizes[0]}.",
                "Rescale the images to one pixel size, or process the groups apart.");
        }
        if (ratio > 1e-4)
        {
            Warn($"{_particles.Where(i)}: the pixel size {pixelSizes[i]} differs from the first particle's {pixelSizes[0]} angstrom.");
        }
    }

    private void CheckImageSize(int i, int box)
    {
        if (_optics?.Has("rlnImageSize") != true) return;
        int size = _optics.GetInt32("rlnImageSize", _opticsRowOf![i]);
        if (size != box)
        {
            throw new InputException(
                _optics.Where(_opticsRowOf[i]), $"_rlnImageSize is {size} but the first stack has images of {box} pixels.",
                "All images must have one size; correct the column or process the groups apart.");
        }
    }

    private CtfParameters[] ReadCtfs()
    {
        Values u = Need("rlnDefocusU"), v = Need("rlnDefocusV"), angle = Need("rlnDefocusAngle");
        Values? phase = Find("rlnPhaseShift"), b = Find("rlnCtfBfactor"), scale = Find("rlnCtfScalefactor");
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

    private Values? Find(string column) =>
        _particles.Has(column) ? new Values(_particles.GetDoubles(column), null)
        : _optics?.Has(column) == true ? new Values(_optics.GetDoubles(column), _opticsRowOf)
        : null;

    private Values Need(string column) =>
        Find(column) ?? throw new InputException(
            path, $"there is no column _{column} in data_{_particles.Name}{(_optics is null ? "" : " or data_optics")}.",
            "Add it; the CTF needs defocus, voltage, spherical aberration and amplitude contrast.");

    private void Warn(FormattableString text) => _warnings.Add(FormattableString.Invariant(text));

    private bool Any(Values values, Func<double, bool> test)
    {
        for (int i = 0; i < _particles.RowCount; i++)
        {
            if (test(values[i])) return true;
        }
        return false;
    }

    private static double[] Filled(int count, double value)
    {
        double[] values = new double[count];
        Array.Fill(values, value);
        return values;
    }

    /// <summary>A value per particle, from its own row or from its optics group's.</summary>
    private sealed class Values(double[] rows, int[]? rowOf)
    {
        public double this[int particle] => rows[rowOf is null ? particle : rowOf[particle]];
    }
}
