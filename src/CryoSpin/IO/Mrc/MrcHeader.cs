using System.Buffers.Binary;
using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Mrc;

/// <summary>
/// The part of an MRC2014 header that reading needs (Cheng et al., J. Struct. Biol. 192, 146-150, 2015; CCP-EM's MRC2014 page).
/// </summary>
public sealed partial record MrcHeader
{
    /// <summary>Bytes of the main header.</summary>
    public const int Bytes = 1024;

    private const int ImodStamp = 1146047817;
    private const double SquareTolerance = 0.01;
    private const double RightAngleTolerance = 0.1;

    private MrcHeader()
    {
    }

    /// <summary>NX: samples along the fastest file axis (columns).</summary>
    public int Columns { get; private init; }

    /// <summary>NY: samples along the second file axis (rows).</summary>
    public int Rows { get; private init; }

    /// <summary>NZ: samples along the slowest file axis (sections; images of a stack).</summary>
    public int Sections { get; private init; }

    /// <summary>Type of the samples.</summary>
    public MrcMode Mode { get; private init; }

    /// <summary>True when the file's numbers are big-endian.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>MAPC: which of x = 1, y = 2, z = 3 runs along columns.</summary>
    public int AxisOfColumns { get; private init; }

    /// <summary>MAPR: which axis runs along rows.</summary>
    public int AxisOfRows { get; private init; }

    /// <summary>MAPS: which axis runs along sections.</summary>
    public int AxisOfSections { get; private init; }

    /// <summary>CELLA.x / MX: voxel edge along x in angstrom; 0 where the header does not say.</summary>
    public double PixelSizeXAngstrom { get; private init; }

    /// <summary>CELLA.y / MY: voxel edge along y in angstrom; 0 where the header does not say.</summary>
    public double PixelSizeYAngstrom { get; private init; }

    /// <summary>CELLA.z / MZ: voxel edge along z in angstrom; 0 where the header does not say.</summary>
    public double PixelSizeZAngstrom { get; private init; }

    /// <summary>CELLB: angles of the cell (alpha, beta, gamma) in degrees; 90 where the header does not say.</summary>
    public (double Alpha, double Beta, double Gamma) CellAnglesDegrees { get; private init; } = (90, 90, 90);

    /// <summary>True where the axes of the cell are at right angles: only then are x, y and z distances.</summary>
    public bool HasRightAngles =>
        IsRight(CellAnglesDegrees.Alpha) && IsRight(CellAnglesDegrees.Beta) && IsRight(CellAnglesDegrees.Gamma);

    /// <summary>ISPG: 0 for a stack of images, 1 for a volume, 401 for a stack of volumes; other values are crystal space groups.</summary>
    public int SpaceGroup { get; private init; }

    /// <summary>NSYMBT: bytes between the main header and the samples.</summary>
    public int ExtendedHeaderBytes { get; private init; }

    /// <summary>DMIN as the file says; not checked.</summary>
    public float Minimum { get; private init; }

    /// <summary>DMAX as the file says; not checked.</summary>
    public float Maximum { get; private init; }

    /// <summary>DMEAN as the file says; not checked.</summary>
    public float Mean { get; private init; }

    /// <summary>RMS deviation from the mean as the file says; not checked.</summary>
    public float Rms { get; private init; }

    /// <summary>True when bytes 208-211 are 'MAP '; older writers leave them zero.</summary>
    public bool HasMapMark { get; private init; }

    /// <summary>True for mode 0 with IMOD's mark and without its flag for signed bytes: the samples then go from 0 to 255.</summary>
    public bool HasUnsignedBytes { get; private init; }

    /// <summary>The labels that hold text, as far as it is printable ASCII; other characters are shown as question marks.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    /// <summary>Faults that may change what the samples mean, as sentences; reading goes on.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Departures from MRC2014 that change nothing, as sentences.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Bytes of one sample.</summary>
    public int BytesPerSample => Mode switch { MrcMode.SByte => 1, MrcMode.Single => 4, _ => 2 };

    /// <summary>First byte of the samples.</summary>
    public long DataOffset => Bytes + (long)ExtendedHeaderBytes;

    /// <summary>Bytes of one section; meaningful once the length of the file was found to agree.</summary>
    public long SectionBytes => (long)Columns * Rows * BytesPerSample;

    /// <summary>Where the samples end: what the length of the file should be.</summary>
    public Int128 DataEnd => DataOffset + ((Int128)Columns * Rows * Sections * BytesPerSample);

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The first 1024 bytes of the file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InputException">This is not MRC, or of a kind that cannot be read.</exception>
    public static MrcHeader Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < Bytes)
        {
            throw new InputException(
                path, $"the file has {Plural.Of(bytes.Length, "byte")}, fewer than the {Bytes} of an MRC header.", "Copy or download it again.");
        }
        bool bigFirst = bytes[212] == 0x11 || (bytes[212] != 0x44 && HasSmallerSizes(bytes, big: true));
        bool big = IsPlausible(bytes, bigFirst) ? bigFirst : !bigFirst;
        if (!IsPlausible(bytes, big))
        {
            int x = Int32(bytes, 0, bigFirst), y = Int32(bytes, 4, bigFirst), z = Int32(bytes, 8, bigFirst), m = Int32(bytes, 12, bigFirst);
            throw new InputException(
                path, $"this is not an MRC file (sizes {x} x {y} x {z}, mode {m}).", "Give an .mrc, .mrcs or .map file (MRC2014 or CCP4).");
        }
        int mode = Int32(bytes, 12, big);
        if (!Enum.IsDefined((MrcMode)mode))
        {
            throw new InputException(
                path, $"MRC mode {mode} cannot be read{ReasonAgainst(mode)}.",
                "Convert the file to mode 2 (32-bit float); modes 0, 1, 2, 6 and 12 can be read.");
        }
        int extended = Int32(bytes, 92, big);
        if (extended < 0)
        {
            throw new InputException(
                path, $"the extended header has {Plural.Of(extended, "byte")} (NSYMBT).", "The header is damaged; copy the file again.");
        }
        (int c, int r, int s) = ParseAxes(bytes, big, path);
        return new MrcHeader
        {
            Columns = Int32(bytes, 0, big),
            Rows = Int32(bytes, 4, big),
            Sections = Int32(bytes, 8, big),
            Mode = (MrcMode)mode,
            IsBigEndian = big,
            AxisOfColumns = c,
            AxisOfRows = r,
            AxisOfSections = s,
            PixelSizeXAngstrom = PixelSize(Single(bytes, 40, big), Int32(bytes, 28, big)),
            PixelSizeYAngstrom = PixelSize(Single(bytes, 44, big), Int32(bytes, 32, big)),
            PixelSizeZAngstrom = PixelSize(Single(bytes, 48, big), Int32(bytes, 36, big)),
            CellAnglesDegrees = (Angle(Single(bytes, 52, big)), Angle(Single(bytes, 56, big)), Angle(Single(bytes, 60, big))),
            SpaceGroup = Int32(bytes, 88, big),
            ExtendedHeaderBytes = extended,
            Minimum = Single(bytes, 76, big),
            Maximum = Single(bytes, 80, big),
            Mean = Single(bytes, 84, big),
            Rms = Single(bytes, 216, big),
            HasMapMark = bytes.Slice(208, 3).SequenceEqual("MAP"u8),
            HasUnsignedBytes = mode == 0 && Int32(bytes, 152, big) == ImodStamp && (Int32(bytes, 156, big) & 1) == 0,
            Labels = ReadLabels(bytes, Int32(bytes, 220, big)),
            Warnings = FindWarnings(bytes, big),
            Notes = FindNotes(bytes, big, (c, r, s)),
        };
    }

    /// <summary>The number of samples along x (0), y (1) or z (2), whatever the order of the file's axes.</summary>
    internal int SizeAlong(int axis) => axis + 1 == AxisOfColumns ? Columns : axis + 1 == AxisOfRows ? Rows : Sections;

    // Machine stamps are often zero or wrong, so that the order is believed only where it gives a header that makes sense.
    private static bool IsPlausible(ReadOnlySpan<byte> bytes, bool big) =>
        Int32(bytes, 0, big) > 0 && Int32(bytes, 4, big) > 0 && Int32(bytes, 8, big) > 0 && Int32(bytes, 12, big) is >= 0 and <= 101;

    // Without a stamp, a size read in the wrong order is huge.
    private static bool HasSmallerSizes(ReadOnlySpan<byte> bytes, bool big) =>
        IsPlausible(bytes, big) && (!IsPlausible(bytes, !big) || Samples(bytes, big) < Samples(bytes, !big));

    private static Int128 Samples(ReadOnlySpan<byte> bytes, bool big) =>
        (Int128)Int32(bytes, 0, big) * Int32(bytes, 4, big) * Int32(bytes, 8, big);

    private static string ReasonAgainst(int mode) => mode switch
    {
        3 or 4 => ": its samples are complex numbers, a Fourier transform and not an image",
        7 => ": its samples are 32-bit integers, which MRC2014 does not know",
        16 => ": its samples are colours",
        101 => ": its samples are 4-bit integers, as in movies",
        _ => "",
    };

    private static (int C, int R, int S) ParseAxes(ReadOnlySpan<byte> bytes, bool big, string path)
    {
        int c = Int32(bytes, 64, big), r = Int32(bytes, 68, big), s = Int32(bytes, 72, big);
        if ((c, r, s) == (0, 0, 0)) return (1, 2, 3);
        bool permutation = c is >= 1 and <= 3 && r is >= 1 and <= 3 && s is >= 1 and <= 3 && c != r && r != s && c != s;
        return permutation
            ? (c, r, s)
            : throw new InputException(
                path, $"the axes are {c}, {r}, {s} (MAPC, MAPR, MAPS).", "They must be 1, 2, 3 in some order; the header is damaged.");
    }

    private static List<string> FindWarnings(ReadOnlySpan<byte> bytes, bool big)
    {
        List<string> warnings = [];
        byte stamp = bytes[212];
        if (stamp is 0x11 or 0x44 && stamp == 0x11 != big)
        {
            string order = big ? "big" : "little";
            warnings.Add($"The machine stamp is wrong: the sizes make sense only as {order}-endian numbers, and are read as such.");
        }
        ReadOnlySpan<float> cell = [Single(bytes, 40, big), Single(bytes, 44, big), Single(bytes, 48, big)];
        foreach (float edge in cell)
        {
            if (float.IsFinite(edge) && edge >= 0) continue;
            warnings.Add(FormattableString.Invariant($"The cell has an edge of {edge} angstrom; its pixel size is not used."));
            break;
        }
        double x = PixelSize(cell[0], Int32(bytes, 28, big)), y = PixelSize(cell[1], Int32(bytes, 32, big));
        if (x > 0 && y > 0 && Math.Abs((x / y) - 1) > SquareTolerance)
        {
            warnings.Add(FormattableString.Invariant($"The pixels are {x:G6} x {y:G6} angstrom, not square; the first is used."));
        }
        return warnings;
    }

    private static string[] ReadLabels(ReadOnlySpan<byte> bytes, int count)
    {
        List<string> labels = [];
        for (int i = 0; i < Math.Clamp(count, 0, 10); i++)
        {
            ReadOnlySpan<byte> label = bytes.Slice(224 + i * MrcLabel.Bytes, MrcLabel.Bytes).TrimEnd((byte)0).TrimEnd((byte)' ');
            if (label.Length > 0) labels.Add(string.Create(label.Length, label, (text, source) =>
            {
                for (int c = 0; c < text.Length; c++) text[c] = source[c] is >= 32 and <= 126 ? (char)source[c] : '?';
            }));
        }
        return [.. labels];
    }

    private static List<string> FindNotes(ReadOnlySpan<byte> bytes, bool big, (int C, int R, int S) axes)
    {
        List<string> notes = [];
        if (axes != (1, 2, 3)) notes.Add($"The file's columns, rows and sections run along axes {axes.C}, {axes.R}, {axes.S} (x = 1, y = 2, z = 3).");
        if (Int32(bytes, 88, big) is > 1 and < 400 and var group) notes.Add($"The space group is {group}: a crystal's map.");
        // NSTART counts along the file's axes, MX along x, y, z. Of images MX says nothing.
        int intervals = Int32(bytes, 28 + 4 * (axes.C - 1), big);
        if (Int32(bytes, 88, big) is >= 1 and < 400 && intervals > Int32(bytes, 0, big))
        {
            notes.Add($"The file holds a part of the cell, from voxel {Int32(bytes, 16, big)}, {Int32(bytes, 20, big)}, {Int32(bytes, 24, big)} on.");
        }
        if (!bytes.Slice(208, 3).SequenceEqual("MAP"u8)) notes.Add("The word MAP is missing from the header.");
        if (bytes[212] is not (0x11 or 0x44)) notes.Add("The machine stamp is missing; the byte order was found from the sizes.");
        return notes;
    }

    // A float's shortest decimal is what its writer meant: 272.64f / 64 is then 4.26 and not 4.26000023.
    private static double PixelSize(float cell, int intervals) =>
        float.IsFinite(cell) && cell > 0 && intervals > 0
            ? double.Parse(cell.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) / intervals
            : 0;

    private static double Angle(float degrees) => float.IsFinite(degrees) && degrees is > 0 and < 180 ? degrees : 90;

    private static bool IsRight(double degrees) => Math.Abs(degrees - 90) < RightAngleTolerance;

    private static int Int32(ReadOnlySpan<byte> b, int at, bool big) =>
        big ? BinaryPrimitives.ReadInt32BigEndian(b[at..]) : BinaryPrimitives.ReadInt32LittleEndian(b[at..]);

    private static float Single(ReadOnlySpan<byte> b, int at, bool big) =>
        big ? BinaryPrimitives.ReadSingleBigEndian(b[at..]) : BinaryPrimitives.ReadSingleLittleEndian(b[at..]);
}
