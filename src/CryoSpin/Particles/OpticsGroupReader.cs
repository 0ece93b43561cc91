using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Optics;

namespace CryoSpin.Particles;

/// <summary>
/// Gathers the particles that share everything an optics group says. Groups may differ in pixel size and box; older files say the same
/// values in every particle's row.
/// </summary>
internal sealed class OpticsGroupReader(StarTable particles, StarTable? optics, int[]? opticsRowOf, ParticleColumns columns)
{
    private readonly Dictionary<Key, int> _known = [];
    private readonly List<OpticsGroup> _groups = [];

    /// <summary>Widths by stack for the images whose size the tables do not say; see <see cref="Read"/>.</summary>
    public required StackHeaders Headers { get; init; }

    public required IReadOnlyList<string> StackPaths { get; init; }

    public required int[] StackOf { get; init; }

    /// <summary>True when a stack that cannot be read is a fault already here; otherwise a box that nothing tells is 0.</summary>
    public required bool RequireImages { get; init; }

    /// <summary>Receives a value that cannot be, with the code that validation gives it; throws, or goes on as if it could.</summary>
    public required Action<string, InputException> Refuse { get; init; }

    /// <summary>The groups in the order of their first particle, and each particle's.</summary>
    /// <param name="pixelSizes">Per particle, angstrom.</param>
    /// <param name="hasCtf">Whether voltage, spherical aberration and amplitude contrast are needed.</param>
    /// <exception cref="InputException">A value is missing or impossible, or images are not what the table says.</exception>
    public (IReadOnlyList<OpticsGroup> Groups, int[] GroupOf) Read(double[] pixelSizes, bool hasCtf)
    {
        ParticleColumns.Numbers? voltage = Constant("rlnVoltage"), aberration = Constant("rlnSphericalAberration");
        ParticleColumns.Numbers? contrast = Constant("rlnAmplitudeContrast"), size = columns.Find("rlnImageSize");
        ParticleColumns.Numbers? tiltX = columns.Find("rlnBeamTiltX"), tiltY = columns.Find("rlnBeamTiltY");
        ParticleColumns.Numbers? flipped = columns.Find("rlnCtfDataArePhaseFlipped");
        ParticleColumns.Numbers? product = columns.Find("rlnCtfDataAreCtfPremultiplied");
        ParticleColumns.Numbers?[] magnification =
        [
            columns.Find("rlnMagMat00"), columns.Find("rlnMagMat01"), columns.Find("rlnMagMat10"), columns.Find("rlnMagMat11"),
        ];
        int[]? numbers = optics is null && particles.Has("rlnOpticsGroup") ? particles.GetInt32s("rlnOpticsGroup") : opticsRowOf;
        int[] groupOf = new int[pixelSizes.Length];
        for (int i = 0; i < groupOf.Length; i++)
        {
            Key key = new(
                numbers?[i] ?? 0, voltage?[i] ?? double.NaN, aberration?[i] ?? double.NaN, contrast?[i] ?? double.NaN, pixelSizes[i],
                size is null ? HeaderBox(i) : DeclaredBox(i, size[i]), tiltX?[i] ?? 0, tiltY?[i] ?? 0,
                new MagnificationMatrix(
                    magnification[0]?[i] ?? 1, magnification[1]?[i] ?? 0, magnification[2]?[i] ?? 0, magnification[3]?[i] ?? 1),
                (flipped?[i] ?? 0) != 0, (product?[i] ?? 0) != 0, OwnText("rlnOddZernike", i), OwnText("rlnEvenZernike", i));
            if (_known.TryGetValue(key, out groupOf[i])) continue;
            Check(i, key, hasCtf, size is not null);
            groupOf[i] = _groups.Count;
            _known.Add(key, _groups.Count);
            _groups.Add(Make(i, key));
        }
        return (_groups, groupOf);

        ParticleColumns.Numbers? Constant(string column) => hasCtf ? columns.Need(column) : columns.Find(column);
    }

    // A table of optics groups tells its rows apart by number; only a column of the particles' own must be compared as text.
    private string OwnText(string column, int particle) => particles.Has(column) ? particles.GetText(column, particle) : "";

    private OpticsGroup Make(int i, Key key) =>
        new(GroupName(i), key.Kilovolts, key.Aberration, key.Contrast, key.PixelSize, key.Box)
        {
            BeamTiltXMilliradians = key.TiltX,
            BeamTiltYMilliradians = key.TiltY,
            Magnification = key.Magnification,
            IsPhaseFlipped = key.IsPhaseFlipped,
            IsPremultiplied = key.IsPremultiplied,
            OddZernike = columns.Vector("rlnOddZernike", i),
            EvenZernike = columns.Vector("rlnEvenZernike", i),
        };

    private string GroupName(int particle) =>
        optics?.Has("rlnOpticsGroupName") == true
            ? optics.GetText("rlnOpticsGroupName", opticsRowOf![particle])
            : string.Create(CultureInfo.InvariantCulture, $"opticsGroup{_groups.Count + 1}");

    private int DeclaredBox(int i, double size) =>
        size is >= 1 and <= 65536 && size == Math.Floor(size)
            ? (int)size
            : throw new InputException(
                Where(i), FormattableString.Invariant($"_rlnImageSize is {size}."), "It is the width of the images in pixels.");

    // An unreadable stack takes the first group's box here; it is reported with all others when the images are opened.
    private int HeaderBox(int i) =>
        Headers.Find(StackOf[i]) is { } header && (header.Columns == header.Rows || _groups.Count == 0) ? header.Columns
        : _groups.Count > 0 ? _groups[0].BoxSize
        : 0;

    private void Check(int i, Key key, bool hasCtf, bool boxIsDeclared)
    {
        if (hasCtf && !(key.Kilovolts is >= 10 and <= 3000))
        {
            Refuse("optics.voltage", new InputException(
                particles.Where(i), string.Create(CultureInfo.InvariantCulture, $"the voltage is {key.Kilovolts} kV."),
                "Correct _rlnVoltage; it is in kilovolts."));
        }
        if (hasCtf && !(key.Contrast is >= 0 and <= 1))
        {
            Refuse("optics.amplitudeContrast", new InputException(
                particles.Where(i), string.Create(CultureInfo.InvariantCulture, $"the amplitude contrast is {key.Contrast}."),
                "Correct _rlnAmplitudeContrast; it lies from 0 to 1."));
        }
        MrcHeader? header = Headers.Find(StackOf[i], out InputException? fault);
        if (header is null)
        {
            if (RequireImages && fault is not null && _groups.Count == 0) throw fault;
            return;
        }
        string stack = StackPaths[StackOf[i]];
        if (header.Columns != header.Rows)
        {
            Refuse("stack.size", new InputException(
                stack, $"the images are {header.Columns} x {header.Rows} pixels.",
                "Particles must be square; extract or window them again."));
        }
        if (boxIsDeclared && header.Columns != key.Box)
        {
            Refuse("image.size", new InputException(
                Where(i), $"_rlnImageSize is {key.Box} but {stack} has images of {header.Columns} pixels.",
                "Correct the column, or extract the particles again."));
        }
    }

    private string Where(int i) =>
        optics?.Has("rlnImageSize") == true && !particles.Has("rlnImageSize") ? optics.Where(opticsRowOf![i]) : particles.Where(i);

    private readonly record struct Key(
        int Number, double Kilovolts, double Aberration, double Contrast, double PixelSize, int Box, double TiltX, double TiltY,
        MagnificationMatrix Magnification, bool IsPhaseFlipped, bool IsPremultiplied, string OddZernike, string EvenZernike);
}
