using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles.CryoSparc;

/// <summary>
/// Particles of cryoSPARC (.cs, .csg), turned into the tables that RELION would have of them: units, signs and names are RELION's then, and
/// everything after goes the way of a star file. The uid is kept as the column csparcUid.
/// </summary>
internal sealed class CryoSparcParticles
{
    private readonly List<string> _warnings;

    private readonly IReadOnlyList<string> _files;

    private CryoSparcParticles(RecordTable records, IReadOnlyList<string> files, List<string> warnings) =>
        (Records, _files, _warnings) = (records, files, warnings);

    /// <summary>All fields, files joined on uid.</summary>
    public RecordTable Records { get; }

    /// <summary>Whether a path names a file of cryoSPARC's.</summary>
    public static bool IsOne(string path) => Path.GetExtension(path).ToLowerInvariant() is ".cs" or ".csg";

    /// <summary>Reads a dataset or a result group.</summary>
    /// <param name="path">The .cs or .csg.</param>
    /// <param name="passthrough">Further .cs files with fields of the same particles.</param>
    /// <exception cref="InputException">A file cannot be read, or files do not belong together.</exception>
    public static CryoSparcParticles Read(string path, IReadOnlyList<string> passthrough)
    {
        List<string> warnings = [];
        List<string> files = [];
        RecordTable records = CryoSparcRecords.Read(path, passthrough, files, warnings);
        if (records.RowCount == 0) throw new InputException(path, "there are no particles.", "Was the selection empty?");
        return new CryoSparcParticles(records, files, warnings);
    }

    /// <summary>Reads the particles as a set.</summary>
    /// <exception cref="InputException">A file, field or value is missing or wrong.</exception>
    public static ParticleSet Load(string path, ParticleLoadOptions options)
    {
        CryoSparcParticles particles = Read(path, options.Passthrough ?? []);
        ParticleSet set = ParticleSet.FromStar(particles.ToStar(), path, options);
        return new ParticleSet(
            set.Data with
            {
                CryoSparcRecords = particles.Records,
                Warnings = [.. particles._warnings, .. set.Warnings],
                TableFiles = [.. particles._files, .. set.Data.TableFiles],
            });
    }

    /// <summary>The tables data_optics and data_particles of RELION 3.1.</summary>
    /// <exception cref="InputException">A field is missing or wrong.</exception>
    public StarFile ToStar()
    {
        StarTable particles = new("particles", isLoop: true, Records.Source);
        SetImages(particles);
        StarTable optics = SetOptics(particles);
        SetDefocus(particles);
        SetAlignment(particles);
        CryoSparcLocations.ToColumns(Records, particles);
        if (Records.Has(CryoSparcFields.Uid)) particles.SetColumn(CryoSparcFields.UidColumn, Records.Find(CryoSparcFields.Uid)!.ToTexts());
        StarFile file = new(Records.Source);
        file.Add(optics);
        file.Add(particles);
        return file;
    }

    private void SetImages(StarTable particles)
    {
        string[] paths = Records.Texts(CryoSparcFields.Path);
        double[] indices = Records.Doubles(CryoSparcFields.Index);
        string[] names = new string[paths.Length];
        // Rows may share one long path; as names of images each has it for itself.
        ReadBudget budget = new(Records.Source, _files.Where(File.Exists).Sum(f => new FileInfo(f).Length));
        for (int i = 0; i < names.Length; i++)
        {
            if (paths[i].Length == 0 || indices[i] is < 0 or > int.MaxValue - 1 || indices[i] % 1 != 0)
            {
                throw new InputException(
                    Records.Where(i), FormattableString.Invariant($"image {indices[i]} of '{paths[i]}' cannot be."),
                    "Export the file again.");
            }
            string stack = RelionStackName.Of(FromOwnFolder(paths[i]));
            budget.Take(sizeof(char) * (long)stack.Length);
            names[i] = string.Create(CultureInfo.InvariantCulture, $"{(int)indices[i] + 1:D6}@{stack}");
        }
        particles.SetColumn(ImageNames.Column, names);
        if (Records.Has(CryoSparcFields.Sign) && Records.Doubles(CryoSparcFields.Sign) is { } signs && Array.Exists(signs, s => s < 0))
        {
            particles.SetColumn(CryoSparcFields.SignColumn, [.. signs.Select(s => s < 0 ? -1 : 1)]);
        }
    }

    // A leading > stands for the dataset's own folder.
    private static string FromOwnFolder(string path)
    {
        string rest = path.TrimStart('>');
        return rest == path || System.IO.Path.IsPathRooted(rest) || rest.StartsWith("./", StringComparison.Ordinal) ? rest : "./" + rest;
    }

    /// <summary>Groups the particles by exposure group and by whatever else stands in data_optics; returns that table.</summary>
    private StarTable SetOptics(StarTable particles)
    {
        List<(string Column, string[] Values)> columns = [];
        bool hasGroups = Records.Has(CryoSparcFields.ExposureGroup);
        string[] exposure = hasGroups
            ? Records.Numbers(CryoSparcFields.ExposureGroup).ToTexts()
            : [.. Enumerable.Repeat("0", Records.RowCount)];
        Copy(columns, "rlnVoltage", CryoSparcFields.Voltage);
        Copy(columns, "rlnSphericalAberration", CryoSparcFields.Aberration);
        Copy(columns, "rlnAmplitudeContrast", CryoSparcFields.AmplitudeContrast);
        Copy(columns, "rlnImagePixelSize", CryoSparcFields.PixelSize);
        // Without the field the stacks' headers tell, as for a star file without rlnImageSize.
        if (Records.Has(CryoSparcFields.Shape)) columns.Add(("rlnImageSize", ImageSizes()));
        if (IsPositive(CryoSparcFields.MicrographPixelSize)) Copy(columns, CryoSparcLocations.PixelSizeColumn, CryoSparcFields.MicrographPixelSize);
        AddTilt(columns);
        AddMagnification(columns);
        Dictionary<string, int> groupOf = new(StringComparer.Ordinal);
        List<int> firsts = [];
        int[] numbers = new int[Records.RowCount];
        for (int i = 0; i < numbers.Length; i++)
        {
            string key = string.Join(' ', columns.Select(c => c.Values[i]).Prepend(exposure[i]));
            if (!groupOf.TryGetValue(key, out numbers[i]))
            {
                firsts.Add(i);
                groupOf.Add(key, numbers[i] = firsts.Count);
            }
        }
        StarTable optics = new("optics", isLoop: true, Records.Source);
        optics.SetColumn("rlnOpticsGroup", [.. Enumerable.Range(1, firsts.Count)]);
        optics.SetColumn("rlnOpticsGroupName", GroupNames(firsts, exposure));
        foreach ((string column, string[] values) in columns) optics.SetColumn(column, [.. firsts.Select(f => values[f])]);
        optics.SetColumn("rlnImageDimensionality", [.. firsts.Select(_ => 2)]);
        particles.SetColumn("rlnOpticsGroup", numbers);
        return optics;
    }

    private static string[] GroupNames(List<int> firsts, string[] exposure)
    {
        Dictionary<string, int> used = new(StringComparer.Ordinal);
        return
        [
            .. firsts.Select(f =>
            {
                int n = used[exposure[f]] = used.GetValueOrDefault(exposure[f]) + 1;
                string name = CryoSparcFields.GroupPrefix + exposure[f];
                return n == 1 ? name : FormattableString.Invariant($"{name}_{n}");
            }),
        ];
    }

    private string[] ImageSizes()
    {
        if (Records.Find(CryoSparcFields.Shape) is { Width: 3 })
        {
            throw new InputException(
                Records.Source, $"the particles are volumes (subtomograms): {CryoSparcFields.Shape} has three numbers.",
                "Give two-dimensional images of single particles.");
        }
        TypedArray shape = Records.Numbers(CryoSparcFields.Shape, 2);
        string[] sizes = new string[Records.RowCount];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (shape.GetDouble(2 * i) != shape.GetDouble(2 * i + 1))
            {
                throw new InputException(
                    $"{Records.Where(i)}, field {CryoSparcFields.Shape}",
                    $"the image is {shape.GetText(2 * i + 1)} x {shape.GetText(2 * i)} pixels.", "Particles must be square.");
            }
            sizes[i] = shape.GetText(2 * i);
        }
        return sizes;
    }

    // cryoSPARC states the tilt as Cs times its sine, in angstrom; RELION in milliradians.
    private void AddTilt(List<(string Column, string[] Values)> columns)
    {
        if (!IsUsed(CryoSparcFields.Tilt, 2) || !Records.Has(CryoSparcFields.Aberration)) return;
        double[] tilt = Records.Doubles(CryoSparcFields.Tilt, 2), cs = Records.Doubles(CryoSparcFields.Aberration);
        for (int axis = 0; axis < 2; axis++)
        {
            int a = axis;
            string[] values = Texts(i => cs[i] == 0 ? 0 : 1e3 * Math.Asin(Math.Clamp(tilt[2 * i + a] / (cs[i] * 1e7), -1, 1)));
            columns.Add((a == 0 ? "rlnBeamTiltX" : "rlnBeamTiltY", values));
        }
    }

    // cryoSPARC's four numbers are 0 where nothing is distorted: what the matrix has beyond the identity. Other programs write the matrix.
    private void AddMagnification(List<(string Column, string[] Values)> columns)
    {
        if (!IsUsed(CryoSparcFields.Magnification, 4)) return;
        double[] m = Records.Doubles(CryoSparcFields.Magnification, 4);
        for (int k = 0; k < 4; k++)
        {
            int place = k;
            string[] values = Texts(i => m[4 * i + place] + (place is 0 or 3 && m[4 * i] + m[4 * i + 3] < 1 ? 1 : 0));
            columns.Add(($"rlnMagMat{k / 2}{k % 2}", values));
        }
        _warnings.Add($"{Records.Source}: {CryoSparcFields.Magnification} is taken for rlnMagMat minus the identity.");
    }

    private void SetDefocus(StarTable particles)
    {
        if (!Records.Has(CryoSparcFields.DefocusU))
        {
            _warnings.Add($"{Records.Source}: there are no defoci ({CryoSparcFields.DefocusU}); give the passthrough file, if any.");
            return;
        }
        particles.SetColumn("rlnDefocusU", Plain(CryoSparcFields.DefocusU));
        particles.SetColumn("rlnDefocusV", Plain(CryoSparcFields.DefocusV));
        particles.SetColumn("rlnDefocusAngle", Degrees(CryoSparcFields.AstigmatismAngle));
        if (Records.Has(CryoSparcFields.PhaseShift)) particles.SetColumn("rlnPhaseShift", Degrees(CryoSparcFields.PhaseShift));
        if (Records.Has(CryoSparcFields.BFactor)) particles.SetColumn("rlnCtfBfactor", Plain(CryoSparcFields.BFactor));
        if (Records.Has(CryoSparcFields.Scale)) particles.SetColumn("rlnCtfScalefactor", Plain(CryoSparcFields.Scale));
        if (Records.Has(CryoSparcFields.CtfFit)) particles.SetColumn("rlnCtfMaxResolution", Plain(CryoSparcFields.CtfFit));
        if (Records.Has(CryoSparcFields.CtfScore)) particles.SetColumn("rlnCtfFigureOfMerit", Plain(CryoSparcFields.CtfScore));
        foreach ((string field, int width) in new[]
        {
            (CryoSparcFields.Trefoil, 2), (CryoSparcFields.Tetrafoil, 4), (CryoSparcFields.ImageShift, 2), (CryoSparcFields.ScaleConstant, 1),
        })
        {
            if (IsUsed(field, width)) _warnings.Add($"{Records.Source}: {field} has no counterpart in a star file and is ignored.");
        }
    }

    private void SetAlignment(StarTable particles)
    {
        if (CryoSparcAlignment.Find(Records) is not { } alignment) return;
        if (alignment.Described is { } chosen) _warnings.Add($"{Records.Source}: {chosen}.");
        PoseColumns.Set(particles, alignment.Poses);
        if (Array.Exists(alignment.Classes, c => c != 0)) particles.SetColumn("rlnClassNumber", [.. alignment.Classes.Select(c => c + 1)]);
        if (alignment.RandomSubsets is { } halves) particles.SetColumn("rlnRandomSubset", halves);
        if (alignment.Alpha() is { } alpha) particles.SetColumn(CryoSparcFields.AlphaColumn, alpha);
    }

    private void Copy(List<(string Column, string[] Values)> columns, string column, string field)
    {
        if (Records.Has(field)) columns.Add((column, Plain(field)));
    }

    private bool IsPositive(string field) => Records.Has(field) && Array.TrueForAll(Records.Doubles(field), v => v > 0);

    private bool IsUsed(string field, int width) => Records.Has(field) && Array.Exists(Records.Doubles(field, width), v => v != 0);

    // The digits of the single precision that the file has, not those of the double nearest to it.
    private string[] Plain(string field)
    {
        Records.Doubles(field);
        return Records.Find(field)!.ToTexts();
    }

    private string[] Degrees(string field)
    {
        double[] radians = Records.Doubles(field);
        return Texts(i => radians[i] * (180 / Math.PI));
    }

    private string[] Texts(Func<int, double> value)
    {
        string[] texts = new string[Records.RowCount];
        for (int i = 0; i < texts.Length; i++) texts[i] = value(i).ToString("0.########", CultureInfo.InvariantCulture);
        return texts;
    }
}
