using System.Globalization;
using System.Text.RegularExpressions;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;

namespace CryoSpin.Particles.CryoSparc;

/// <summary>
/// The poses in a dataset, each particle's taken from its most probable class: <c>alignments3D/*</c> after a refinement,
/// <c>alignments3D_multi/*</c> with one value per class after heterogeneous refinement, <c>alignments_class_0/*</c> and so on after ab
/// initio.
/// </summary>
internal sealed partial class CryoSparcAlignment
{
    private readonly RecordTable _table;

    private CryoSparcAlignment(RecordTable table, Pose?[] poses, int[] classes, string? described)
    {
        _table = table;
        Poses = poses;
        Classes = classes;
        Described = described;
    }

    /// <summary>Null in the places of particles that have none, (0, 0, 0).</summary>
    public Pose?[] Poses { get; }

    /// <summary>From 0; the class that the pose belongs to.</summary>
    public int[] Classes { get; }

    /// <summary>What the user should know of the choice; null where there was none.</summary>
    public string? Described { get; }

    /// <summary>Half-set 1 or 2 per particle; null where the dataset has none or only one.</summary>
    public int[]? RandomSubsets { get; private init; }

    /// <summary>Finds the poses; null where the dataset has none, or only (0, 0, 0), which cryoSPARC means for none.</summary>
    /// <exception cref="InputException">A field is missing or wrong.</exception>
    public static CryoSparcAlignment? Find(RecordTable table)
    {
        Source[] sources = Sources(table);
        if (sources.Length == 0) return null;
        int[] best = BestClass(table, sources);
        double[][] poses = [.. sources.Select(s => s.Poses())], shifts = [.. sources.Select(s => s.Shifts())];
        double[][] pixels = [.. sources.Select(s => s.PixelSizes())];
        Pose?[] result = new Pose?[table.RowCount];
        for (int i = 0; i < result.Length; i++)
        {
            int c = best[i];
            RotationVector w = new(poses[c][3 * i], poses[c][3 * i + 1], poses[c][3 * i + 2]);
            // A turn by nothing is cryoSPARC's word for a particle that was not aligned.
            if (w.Angle == 0) continue;
            result[i] = new Pose(So3.Exp(w).Transpose(), shifts[c][2 * i] * pixels[c][i], shifts[c][2 * i + 1] * pixels[c][i]);
        }
        if (Array.TrueForAll(result, p => p is null)) return null;
        List<string> remarks = [];
        if (sources.Length > 1) remarks.Add($"of {sources.Length} classes, the pose in each particle's most probable one is taken");
        if (IsOneHalf(table, sources[0])) remarks.Add($"{sources[0].Name}/split is 1 for every particle, so that half-sets are drawn");
        string? described = remarks.Count > 0 ? string.Join("; ", remarks) : null;
        return new CryoSparcAlignment(table, result, [.. best.Select(c => sources[c].Class)], described)
        {
            RandomSubsets = HalfSets(table, sources[0]),
        };
    }

    /// <summary>cryoSPARC's contrast scale per particle as text, or null.</summary>
    public string[]? Alpha() =>
        _table.Find($"{CryoSparcFields.Alignment}/alpha") is { Width: 1, Element.IsNumber: true } alpha ? alpha.ToTexts() : null;

    /// <summary>Whether a dataset has poses: fields of them that are not (0, 0, 0), not aligned, throughout.</summary>
    public static bool HasPoses(RecordTable table) => table.Columns.Any(
        c => c.EndsWith("/pose", StringComparison.Ordinal) && IsAlignment(c) && table.Find(c) is { Element.IsNumber: true } poses
            && Array.Exists(poses.ToDoubles(), v => v != 0));

    /// <summary>Whether a field says the poses in one of several classes.</summary>
    public static bool IsOfClasses(string column) =>
        column.StartsWith($"{CryoSparcFields.Alignment}_multi/", StringComparison.Ordinal) || ClassField().IsMatch(column);

    /// <summary>Whether a field belongs to an alignment in three dimensions.</summary>
    public static bool IsAlignment(string column) =>
        column.StartsWith($"{CryoSparcFields.Alignment}/", StringComparison.Ordinal) || IsOfClasses(column);

    private static Source[] Sources(RecordTable table)
    {
        if (table.Has($"{CryoSparcFields.Alignment}/pose")) return [new Source(table, CryoSparcFields.Alignment, 0, 0, 1)];
        const string many = $"{CryoSparcFields.Alignment}_multi";
        if (table.Find($"{many}/pose") is { } pose)
        {
            int classes = pose.Width / 3;
            return [.. Enumerable.Range(0, classes).Select(k => new Source(table, many, k, k, classes))];
        }
        return
        [
            .. from column in table.Columns
               let match = ClassPose().Match(column)
               where match.Success
               let number = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
               orderby number
               select new Source(table, match.Groups[1].Value, number, 0, 1),
        ];
    }

    private static int[] BestClass(RecordTable table, Source[] sources)
    {
        int[] best = new int[table.RowCount];
        if (sources.Length == 1) return best;
        double[][] posteriors = [.. sources.Select(s => s.Posteriors())];
        for (int i = 0; i < best.Length; i++)
        {
            for (int c = 1; c < sources.Length; c++)
            {
                if (posteriors[c][i] > posteriors[best[i]][i]) best[i] = c;
            }
        }
        return best;
    }

    private static bool IsOneHalf(RecordTable table, Source source)
    {
        string field = $"{source.Name}/split";
        return table.Find(field) is { Width: 1 } && Array.TrueForAll(table.Doubles(field), s => s == 1);
    }

    // cryoSPARC writes 0 for all where it has not split the particles.
    private static int[]? HalfSets(RecordTable table, Source source)
    {
        string field = $"{source.Name}/split";
        if (table.Find(field) is not { Width: 1 }) return null;
        double[] split = table.Doubles(field);
        return split.All(s => s is 0 or 1) && split.Contains(0) && split.Contains(1) ? [.. split.Select(s => (int)s + 1)] : null;
    }

    [GeneratedRegex(@"^(alignments(?!2D)\w*_([0-9]{1,4}))/pose$")]
    private static partial Regex ClassPose();

    [GeneratedRegex(@"^alignments(?!2D)\w*_[0-9]{1,4}/")]
    private static partial Regex ClassField();

    /// <summary>The fields of one class: a group of its own, or one place in every array of a common group.</summary>
    private sealed record Source(RecordTable Table, string Name, int Class, int Place, int Places)
    {
        public double[] Poses() => Part("pose", 3);

        public double[] Shifts() => Table.Has($"{Name}/shift") ? Part("shift", 2) : new double[2 * Table.RowCount];

        // The images may have been aligned at another size than they have on the disk: the shifts count those pixels.
        public double[] PixelSizes()
        {
            string field = $"{Name}/psize_A";
            if (!Table.Has(field)) return Table.Doubles(CryoSparcFields.PixelSize);
            double[] sizes = Table.Find(field)!.Width == 1 ? Table.Doubles(field) : Part("psize_A", 1);
            int wrong = Array.FindIndex(sizes, s => s <= 0);
            if (wrong < 0) return sizes;
            throw new InputException(
                $"{Table.Where(wrong)}, field {field}", FormattableString.Invariant($"{sizes[wrong]} angstrom cannot be."),
                "Export the particles again.");
        }

        public double[] Posteriors()
        {
            if (Table.Has($"{Name}/class_posterior")) return Part("class_posterior", 1);
            throw new InputException(
                Table.Source, $"there are several classes but no field {Name}/class_posterior that says which one a particle is in.",
                "Export the particles of one class from cryoSPARC.");
        }

        private double[] Part(string field, int width)
        {
            double[] all = Table.Doubles($"{Name}/{field}", width * Places);
            if (Places == 1) return all;
            double[] part = new double[Table.RowCount * width];
            for (int i = 0; i < Table.RowCount; i++)
            {
                all.AsSpan((i * Places + Place) * width, width).CopyTo(part.AsSpan(i * width));
            }
            return part;
        }
    }
}
