using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Inspection;

/// <summary>What a map or a stack of images holds, with statistics of the values themselves, not of the header's word.</summary>
internal static class MrcInspection
{
    private const int MostImages = 1000;
    private const int VolumeStack = 401;

    /// <summary>Reads the file; of a long stack, a thousand images spread over it.</summary>
    public static FactSheet Read(string path)
    {
        MrcVolume? map = null;
        MrcHeader header;
        List<string> warnings = [];
        Statistics statistics = new();
        int imagesRead = 0;
        MrcHeader read = MrcVolumeIO.ReadHeader(path);
        // Only images are read one by one: a compressed file, or one whose axes are turned, is read as a whole.
        if (!IsPlain(path) || (read.AxisOfColumns, read.AxisOfRows, read.AxisOfSections) != (1, 2, 3) || read.SpaceGroup == VolumeStack)
        {
            map = MrcVolumeIO.Read(path);
            header = map.Header;
            warnings.AddRange(header.Warnings);
            statistics.Add(map.Voxels);
        }
        else
        {
            using MrcStackReader stack = MrcStackReader.Open(path);
            header = stack.Header;
            warnings.AddRange(stack.Warnings);
            imagesRead = AddImages(stack, statistics);
        }
        bool isStack = IsStack(path, header), isTurned = map is not null && !isStack;
        FactSheet sheet = new();
        sheet.Add("file", "file", path);
        sheet.Add("kind", "kind", isStack ? "stack" : "map", header.SpaceGroup == VolumeStack ? "stack of volumes" : isStack ? "stack of images" : "map");
        sheet.Add("columns", null, header.Columns);
        sheet.Add("rows", null, header.Rows);
        sheet.Add("sections", "size", header.Sections, isTurned ? $"{map!.Nx} x {map.Ny} x {map.Nz} voxels" : Size(header, isStack));
        sheet.Add(
            "mode", "mode", (int)header.Mode, $"{(int)header.Mode} ({Words(header.Mode)}){(header.IsBigEndian ? ", big-endian" : "")}");
        sheet.Add("isBigEndian", null, header.IsBigEndian);
        sheet.Add("pixelSizeAngstrom", "pixel size", header.PixelSizeXAngstrom, PixelSize(header, warnings));
        sheet.Add("labels", header.Labels.Count > 0 ? "labels" : null, header.Labels.ToArray(), string.Join("; ", header.Labels));
        sheet.Add("axes", null, new[] { header.AxisOfColumns, header.AxisOfRows, header.AxisOfSections });
        sheet.Add("spaceGroup", null, header.SpaceGroup);
        if (isStack)
        {
            sheet.Add("imagesRead", "images read", imagesRead, imagesRead < header.Sections ? $"{imagesRead} of {header.Sections}" : null);
        }
        statistics.AddTo(sheet);
        if (statistics.NotFinite > 0) warnings.Add($"{Plural.Of(statistics.NotFinite, "value")} {Plural.Choose(statistics.NotFinite, "is not a finite number", "are not finite numbers")}.");
        sheet.Add("notes", header.Notes.Count > 0 ? "notes" : null, header.Notes.ToArray());
        sheet.Add("warnings", warnings.Count > 0 ? "warnings" : null, warnings.ToArray());
        return sheet;
    }

    private static int AddImages(MrcStackReader stack, Statistics statistics)
    {
        int count = Math.Min(stack.Count, MostImages);
        float[] image = new float[stack.Width * stack.Height];
        for (int i = 0; i < count; i++)
        {
            stack.Read((int)((long)i * stack.Count / count), image);
            statistics.Add(image);
        }
        return count;
    }

    private static bool IsPlain(string path) => !MrcVolumeIO.IsPacked(path);

    // Many writers leave the space group of a stack at 1, so the shape and the name have a say.
    private static bool IsStack(string path, MrcHeader header) =>
        Path.GetExtension(InputNames.WithoutCompression(path)).ToLowerInvariant() is ".mrcs" or ".st" || (header.SpaceGroup == 0 && header.Sections != header.Columns)
        || (header.Columns == header.Rows && header.Sections > 4 * header.Columns);

    private static string Size(MrcHeader h, bool isStack) =>
        isStack ? $"{Plural.Of(h.Sections, "image")} of {h.Columns} x {h.Rows} pixels" : $"{h.Columns} x {h.Rows} x {h.Sections} voxels";

    private static string PixelSize(MrcHeader header, List<string> warnings)
    {
        double size = header.PixelSizeXAngstrom;
        if (size is 0 or 1)
        {
            warnings.Add(FormattableString.Invariant($"The header says {size} Å per pixel, which often means that nobody set it."));
        }
        return Wording.Number(size, 4) + " Å";
    }

    private static string Words(MrcMode mode) => mode switch
    {
        MrcMode.SByte => "8-bit integers",
        MrcMode.Int16 => "16-bit integers",
        MrcMode.UInt16 => "unsigned 16-bit integers",
        MrcMode.Half => "16-bit floats",
        _ => "32-bit floats",
    };

    private sealed class Statistics
    {
        private long _count;
        private double _sum, _squares;
        private float _low = float.PositiveInfinity, _high = float.NegativeInfinity;

        public long NotFinite { get; private set; }

        public void Add(ReadOnlySpan<float> values)
        {
            foreach (float v in values)
            {
                if (!float.IsFinite(v))
                {
                    NotFinite++;
                    continue;
                }
                _count++;
                _sum += v;
                _squares += (double)v * v;
                if (v < _low) _low = v;
                if (v > _high) _high = v;
            }
        }

        public void AddTo(FactSheet sheet)
        {
            double mean = _sum / Math.Max(_count, 1);
            double deviation = Math.Sqrt(Math.Max(_squares / Math.Max(_count, 1) - mean * mean, 0));
            sheet.Add("minimum", null, _low);
            sheet.Add("maximum", null, _high);
            sheet.Add("mean", null, mean);
            sheet.Add("standardDeviation", "values", deviation,
                string.Create(CultureInfo.InvariantCulture, $"{_low:G5} to {_high:G5}, mean {mean:G4}, s.d. {deviation:G4}"));
            sheet.Add("notFinite", null, NotFinite);
        }
    }
}
