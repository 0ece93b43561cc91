using CryoSpin.IO.Npy;
using CryoSpin.IO.Star;
using static CryoSpin.Particles.CryoSparc.CryoSparcFields;

namespace CryoSpin.Particles.CryoSparc;

/// <summary>
/// Where particles lie in which micrographs: cryoSPARC's fractions of the micrograph's size (location/*), RELION's pixels. Both count from
/// the first pixel of the file's first row. cryoSPARC wants the micrograph's size, which RELION does not state: it goes through a star file in
/// two columns of its own.
/// </summary>
internal static class CryoSparcLocations
{
    public const string MicrographColumn = "rlnMicrographName";
    public const string XColumn = "rlnCoordinateX";
    public const string YColumn = "rlnCoordinateY";
    public const string ScoreColumn = "rlnAutopickFigureOfMerit";

    /// <summary>Pixel size of the micrograph, a column of data_optics.</summary>
    public const string PixelSizeColumn = "rlnMicrographPixelSize";

    private const string WidthColumn = "csparcMicrographWidth";
    private const string HeightColumn = "csparcMicrographHeight";

    /// <summary>Sets the columns that the records have the fields for.</summary>
    public static void ToColumns(RecordTable records, StarTable particles)
    {
        if (records.Find(MicrographPath) is { Width: 1, Element.IsText: true })
        {
            // A leading > stands for the dataset's own folder.
            particles.SetColumn(MicrographColumn, [.. records.Texts(MicrographPath).Select(p => p.TrimStart('>'))]);
        }
        if (records.Find(PickScore) is { Width: 1, Element.IsNumber: true } scores) particles.SetColumn(ScoreColumn, scores.ToTexts());
        if (!records.Has(CentreX) || !records.Has(CentreY) || !records.Has(MicrographShape)) return;
        double[] x = records.Doubles(CentreX), y = records.Doubles(CentreY), shape = records.Doubles(MicrographShape, 2);
        particles.SetColumn(XColumn, [.. x.Select((f, i) => f * shape[2 * i + 1])], "F2");
        particles.SetColumn(YColumn, [.. y.Select((f, i) => f * shape[2 * i])], "F2");
        particles.SetColumn(WidthColumn, [.. x.Select((_, i) => shape[2 * i + 1])], "F0");
        particles.SetColumn(HeightColumn, [.. x.Select((_, i) => shape[2 * i])], "F0");
    }

    /// <summary>Whether a set says all that cryoSPARC wants of a place in a micrograph.</summary>
    public static bool AreKnown(ParticleSet set) =>
        new[] { MicrographColumn, XColumn, YColumn, WidthColumn, HeightColumn }.All(set.Data.Particles.Has);

    /// <summary>Sets the fields where <see cref="AreKnown"/>.</summary>
    public static void ToFields(ParticleSet set, RecordTable table)
    {
        StarTable particles = set.Data.Particles;
        if (particles.Has(ScoreColumn)) table.Set(PickScore, Floats(particles.GetDoubles(ScoreColumn)));
        if (!AreKnown(set)) return;
        string[] names = particles.GetTexts(MicrographColumn);
        double[] width = particles.GetDoubles(WidthColumn), height = particles.GetDoubles(HeightColumn);
        double[] x = particles.GetDoubles(XColumn), y = particles.GetDoubles(YColumn);
        table.Set(MicrographUid, TypedArray.Of([.. names.Select(n => CryoSparcWriter.Hash(n))]));
        table.Set(MicrographGroup, TypedArray.Of([.. names.Select((_, i) => CryoSparcWriter.GroupNumber(set, i))]));
        table.Set(MicrographPath, new TypedArray(names));
        uint[] shape = [.. Enumerable.Range(0, 2 * set.Count).Select(k => (uint)(k % 2 == 0 ? height : width)[k / 2])];
        table.Set(MicrographShape, TypedArray.Of(shape, set.Count, 2));
        table.Set(CentreX, Floats([.. x.Select((v, i) => v / width[i])]));
        table.Set(CentreY, Floats([.. y.Select((v, i) => v / height[i])]));
        if (set.Data.Optics is not { } optics || !optics.Has(PixelSizeColumn)) return;
        double[] sizes = optics.GetDoubles(PixelSizeColumn);
        table.Set(MicrographPixelSize, Floats([.. set.Data.OpticsRowOf!.Select(r => sizes[r])]));
    }

    private static TypedArray Floats(double[] values) => TypedArray.Of([.. values.Select(v => (float)v)]);
}
