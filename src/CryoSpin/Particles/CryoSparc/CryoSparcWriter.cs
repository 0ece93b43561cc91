using System.Globalization;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.Optics;
using static CryoSpin.Particles.CryoSparc.CryoSparcFields;

namespace CryoSpin.Particles.CryoSparc;

/// <summary>Writes a particle set as a cryoSPARC dataset.</summary>
internal static class CryoSparcWriter
{
    private const double Radian = Math.PI / 180;

    // A turn by nothing means no pose; one this small is further from it than single precision, and nearer than any measurement.
    private const double LeastAngle = 1e-7;

    public static void Write(ParticleSet set, string path, NewPoses? newPoses, IReadOnlyList<int>? randomSubset)
    {
        if (randomSubset is not null && randomSubset.Count != set.Count)
        {
            throw new ArgumentException("One half-set per particle is needed.", nameof(randomSubset));
        }
        RecordTable? kept = Kept(set, path);
        RecordTable table = kept ?? Made(set, path);
        if (kept is not null) Complete(set, table);
        // Nothing new to say of poses: what the input says of them, to the last bit, stays.
        bool unchanged = kept is not null && newPoses is null && randomSubset is null && table.Has(Alignment + "/pose");
        Pose?[]? poses = newPoses?.Poses ?? set.Data.Poses;
        if (newPoses is not null) ForgetClasses(table);
        randomSubset ??= set.Data.RandomSubsets;
        if (poses is not null && !unchanged)
        {
            // A mirror or turn of the map leaves what the alignment says besides the pose.
            bool isWhole = newPoses?.Change is null || !table.Has(Alignment + "/pose");
            if (isWhole) SetSplit(set, table, randomSubset);
            SetPoses(set, table, poses);
            if (isWhole) SetAlignment(set, table, newPoses is null);
        }
        NpyWriter.Write(path, table);
    }

    // What the records lack and the images say; and with another pixel size, that of every alignment, whose shifts count pixels.
    private static void Complete(ParticleSet set, RecordTable table)
    {
        if (!table.Has(Shape) && set.OpticsGroups.All(g => g.BoxSize > 0)) table.Set(Shape, Boxes(set));
        if (set.Data.PixelSizeGiven && table.Has(PixelSize)) ScaleAlignments(set, table, table.Doubles(PixelSize));
        if (set.Data.PixelSizeGiven || !table.Has(PixelSize)) table.Set(PixelSize, Floats(set, i => set.Optics(i).PixelSizeAngstrom));
    }

    private static void ScaleAlignments(ParticleSet set, RecordTable table, double[] before)
    {
        foreach (string field in table.Columns.Where(c => c.StartsWith("alignments", StringComparison.Ordinal)).ToArray())
        {
            if (!field.EndsWith("/psize_A", StringComparison.Ordinal) || table.Find(field) is not { Element.IsNumber: true } sizes) continue;
            int width = sizes.Width;
            double Ratio(int i) => before[i] > 0 ? set.Optics(i).PixelSizeAngstrom / before[i] : 1;
            float[] scaled = [.. sizes.ToDoubles().Select((s, k) => (float)(s * Ratio(k / width)))];
            table.Set(field, TypedArray.Of(scaled, [.. sizes.Shape]));
        }
    }

    private static TypedArray Boxes(ParticleSet set) =>
        TypedArray.Of([.. Enumerable.Range(0, 2 * set.Count).Select(k => (uint)set.Optics(k / 2).BoxSize)], set.Count, 2);

    // Poses in each of several classes are those of the alignment before; beside new ones they would be a second truth.
    private static void ForgetClasses(RecordTable table)
    {
        foreach (string column in table.Columns.Where(c => CryoSparcAlignment.IsOfClasses(c)).ToArray()) table.Remove(column);
    }

    /// <summary>The records that the particles were read from, in the particles' order; null where there are none.</summary>
    private static RecordTable? Kept(ParticleSet set, string path)
    {
        if (set.Data.CryoSparcRecords is not { } records) return null;
        TypedArray uids = records.Find(Uid)!;
        Dictionary<string, int> rowOf = new(StringComparer.Ordinal);
        for (int i = 0; i < uids.Count; i++) rowOf[uids.GetText(i)] = i;
        // Particles may have been left out or put in another order since: the uid, not the row, says which is which.
        string[] wanted = set.Data.Particles.GetTexts(UidColumn);
        RecordTable table = records.Take([.. wanted.Select(u => rowOf[u])]);
        KeepPaths(set, table, path);
        return table;
    }

    // As cryoSPARC had them, but for those that would lead to another stack from the new file's folder.
    private static void KeepPaths(ParticleSet set, RecordTable table, string path)
    {
        StackRenaming renaming = new(path, set.Source);
        bool[] misleads = [.. set.StackPaths.Select((found, s) => renaming.Misleads(RelionStackName.File(set.Data.StackNames[s]), found))];
        if (Array.TrueForAll(misleads, m => !m)) return;
        string[] paths = table.Texts(CryoSparcFields.Path);
        for (int i = 0; i < paths.Length; i++)
        {
            if (misleads[set.StackOf(i)]) paths[i] = renaming.Relative(set.ImagePath(i));
        }
        table.Set(CryoSparcFields.Path, new TypedArray(paths));
    }

    private static RecordTable Made(ParticleSet set, string path)
    {
        if (set.OpticsGroups.Any(g => g.BoxSize == 0))
        {
            throw new CryoSpinException($"{set.Source}: the size of the images is not known, which {path} must state. Put them in reach.");
        }
        RecordTable table = new(path, set.Count);
        table.Set(Uid, TypedArray.Of(Uids(set)));
        table.Set(CryoSparcFields.Path, new TypedArray(ImagePaths(set, path)));
        table.Set(CryoSparcFields.Index, TypedArray.Of(Each(set, i => (uint)set.ImageIndex(i))));
        table.Set(Shape, Boxes(set));
        table.Set(PixelSize, Floats(set, i => set.Optics(i).PixelSizeAngstrom));
        // RELION's images are light on dark; those that came from cryoSPARC once need not be.
        table.Set(Sign, Floats(set, Column(set, SignColumn) ?? (_ => 1)));
        table.Set(ImportSignature, TypedArray.Of(new ulong[set.Count]));
        if (set.HasCtf) SetCtf(set, table);
        CryoSparcLocations.ToFields(set, table);
        return table;
    }

    private static string[] ImagePaths(ParticleSet set, string path)
    {
        StackRenaming renaming = new(path, set.Source);
        string[] relative = [.. set.StackPaths.Select(s => File.Exists(s) ? renaming.Relative(s) : s)];
        return Each(set, i => relative[set.StackOf(i)]);
    }

    private static void SetCtf(ParticleSet set, RecordTable table)
    {
        CtfParameters Of(int i) => set.Ctf(i)!.Value;
        table.Set(CtfType, new TypedArray(Each(set, _ => "imported")));
        table.Set(ExposureGroup, TypedArray.Of(Each(set, i => GroupNumber(set, i))));
        table.Set(Voltage, Floats(set, i => set.Optics(i).VoltageKilovolts));
        table.Set(Aberration, Floats(set, i => set.Optics(i).SphericalAberrationMillimeters));
        table.Set(AmplitudeContrast, Floats(set, i => set.Optics(i).AmplitudeContrast));
        table.Set(DefocusU, Floats(set, i => Of(i).DefocusUAngstrom));
        table.Set(DefocusV, Floats(set, i => Of(i).DefocusVAngstrom));
        table.Set(AstigmatismAngle, Floats(set, i => Of(i).AstigmatismAngleDegrees * Radian));
        table.Set(PhaseShift, Floats(set, i => Of(i).PhaseShiftDegrees * Radian));
        table.Set(Scale, Floats(set, i => Of(i).Scale));
        table.Set(ScaleConstant, Floats(set, _ => 0));
        table.Set(ImageShift, Vectors(set, 2, (_, _) => 0));
        table.Set(Tilt, Vectors(set, 2, (i, axis) => TiltAngstrom(set.Optics(i), axis)));
        table.Set(Trefoil, Vectors(set, 2, (_, _) => 0));
        table.Set(Tetrafoil, Vectors(set, 4, (_, _) => 0));
        table.Set(Magnification, Vectors(set, 4, (i, place) => BeyondIdentity(set.Optics(i).Magnification, place)));
        table.Set(BFactor, Floats(set, i => Of(i).BFactorAngstromSquared));
        if (Column(set, "rlnCtfMaxResolution") is { } fit) table.Set(CtfFit, Floats(set, fit));
        if (Column(set, "rlnCtfFigureOfMerit") is { } score) table.Set(CtfScore, Floats(set, score));
    }

    private static Func<int, double>? Column(ParticleSet set, string column)
    {
        if (!set.Data.Particles.Has(column)) return null;
        double[] values = set.Data.Particles.GetDoubles(column);
        return i => values[i];
    }

    internal static uint GroupNumber(ParticleSet set, int particle)
    {
        string name = set.Optics(particle).Name;
        return name.StartsWith(GroupPrefix, StringComparison.Ordinal)
            && uint.TryParse(name.AsSpan(GroupPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
                ? number
                : (uint)set.OpticsGroupOf(particle) + 1;
    }

    private static double TiltAngstrom(OpticsGroup optics, int axis) =>
        optics.SphericalAberrationMillimeters * 1e7
        * Math.Sin(1e-3 * (axis == 0 ? optics.BeamTiltXMilliradians : optics.BeamTiltYMilliradians));

    private static double BeyondIdentity(MagnificationMatrix m, int place) => place switch
    {
        0 => m.XX - 1,
        1 => m.XY,
        2 => m.YX,
        _ => m.YY - 1,
    };

    private static void SetPoses(ParticleSet set, RecordTable table, Pose?[] poses)
    {
        const string group = Alignment + "/";
        RotationVector[] vectors = [.. poses.Select(Vector)];
        table.Set(group + "shift", Vectors(set, 2, (i, axis) =>
            ((axis == 0 ? poses[i]?.OriginXAngstrom : poses[i]?.OriginYAngstrom) ?? 0) / set.Optics(i).PixelSizeAngstrom));
        table.Set(group + "pose", Vectors(set, 3, (i, axis) => axis switch
        {
            0 => vectors[i].X,
            1 => vectors[i].Y,
            _ => vectors[i].Z,
        }));
        table.Set(group + "psize_A", Floats(set, i => set.Optics(i).PixelSizeAngstrom));
    }

    private static void SetSplit(ParticleSet set, RecordTable table, IReadOnlyList<int>? randomSubset)
    {
        // 0 for all is cryoSPARC's word for particles that were not split, which a half-set of some other number means too.
        bool isSplit = randomSubset?.All(s => s is 1 or 2) == true && randomSubset.Contains(1) && randomSubset.Contains(2);
        uint[] split = isSplit ? [.. randomSubset!.Select(s => (uint)s - 1)] : new uint[set.Count];
        table.Set(Alignment + "/split", TypedArray.Of(split));
    }

    private static void SetAlignment(ParticleSet set, RecordTable table, bool keepClasses)
    {
        const string group = Alignment + "/";
        // What these measure belongs to an earlier alignment; cryoSPARC wants the fields to be there and fills them itself.
        foreach (string name in new[]
        {
            "error", "error_min", "resid_pow", "slice_pow", "image_pow", "cross_cor", "weight", "pose_ess", "shift_ess",
        })
        {
            table.Set(group + name, Floats(set, _ => 0));
        }
        if (!table.Has(group + "alpha")) table.Set(group + "alpha", Floats(set, Column(set, AlphaColumn) ?? (_ => 1)));
        table.Set(group + "class_posterior", Floats(set, _ => 1));
        Func<int, double>? classes = keepClasses ? Column(set, "rlnClassNumber") : null;
        table.Set(group + "class", TypedArray.Of(Each(set, i => (uint)Math.Clamp((classes?.Invoke(i) ?? 1) - 1, 0, uint.MaxValue))));
        table.Set(group + "class_ess", Floats(set, _ => 1));
    }

    private static RotationVector Vector(Pose? pose)
    {
        if (pose is not { } known) return default;
        RotationVector w = So3.Log(known.Rotation.Transpose());
        return w.Angle < LeastAngle ? new RotationVector(LeastAngle, 0, 0) : w;
    }

    /// <summary>The uids that the star file carries, or else made of the image names, so that the same particle gets the same one
    /// again.</summary>
    private static ulong[] Uids(ParticleSet set)
    {
        ulong[] uids = new ulong[set.Count];
        HashSet<ulong> used = [];
        string[]? kept = set.Data.Particles.Has(UidColumn) ? set.Data.Particles.GetTexts(UidColumn) : null;
        for (int i = 0; i < uids.Length; i++)
        {
            if (kept is null)
            {
                uids[i] = Hash(FormattableString.Invariant($"{set.ImageIndex(i)}@{System.IO.Path.GetFileName(set.ImagePath(i))}"));
                while (uids[i] == 0 || !used.Add(uids[i])) uids[i]++;
            }
            else if (!ulong.TryParse(kept[i], NumberStyles.None, CultureInfo.InvariantCulture, out uids[i]) || !used.Add(uids[i]))
            {
                throw new InputException(
                    $"{set.Where(i)}, column _{UidColumn}", $"'{kept[i]}' is not a uid, or not the only one of its kind.",
                    "Remove the column to have new ones made.");
            }
        }
        return uids;
    }

    // FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/.
    internal static ulong Hash(string text)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 0x100000001b3;
        return hash;
    }

    private static float Single(ParticleSet set, int particle, double value) =>
        float.IsFinite((float)value)
            ? (float)value
            : throw new InputException(
                set.Where(particle), FormattableString.Invariant($"{value} does not fit the single precision of a cryoSPARC dataset."),
                "Correct the value: cryospin validate says which one it is.");

    private static TypedArray Floats(ParticleSet set, Func<int, double> value) => TypedArray.Of(Each(set, i => Single(set, i, value(i))));

    private static TypedArray Vectors(ParticleSet set, int width, Func<int, int, double> value)
    {
        float[] values = new float[set.Count * width];
        for (int i = 0; i < values.Length; i++) values[i] = Single(set, i / width, value(i / width, i % width));
        return TypedArray.Of(values, set.Count, width);
    }

    private static T[] Each<T>(ParticleSet set, Func<int, T> value)
    {
        T[] values = new T[set.Count];
        for (int i = 0; i < values.Length; i++) values[i] = value(i);
        return values;
    }
}
