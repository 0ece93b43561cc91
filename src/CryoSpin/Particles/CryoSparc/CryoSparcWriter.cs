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

    public static void Write(ParticleSet set, string path, IReadOnlyList<Pose>? poses, IReadOnlyList<int>? randomSubset)
    {
        if (poses is not null && poses.Count != set.Count) throw new ArgumentException("One pose per particle is needed.", nameof(poses));
        if (randomSubset is not null && randomSubset.Count != set.Count)
        {
            throw new ArgumentException("One half-set per particle is needed.", nameof(randomSubset));
        }
        RecordTable? kept = Kept(set, path);
        RecordTable table = kept ?? Made(set, path);
        if (set.Data.PixelSizeGiven) table.Set(PixelSize, Floats(set, i => set.Optics(i).PixelSizeAngstrom));
        // Nothing new to say of poses: what the input says of them, to the last bit, stays.
        bool unchanged = kept is not null && poses is null && randomSubset is null && table.Has(Alignment + "/pose");
        if (poses is null && set.HasPoses) poses = [.. Enumerable.Range(0, set.Count).Select(i => set.Pose(i)!.Value)];
        if (randomSubset is null && set.RandomSubset(0) is not null)
        {
            randomSubset = [.. Enumerable.Range(0, set.Count).Select(i => set.RandomSubset(i)!.Value)];
        }
        if (poses is not null && !unchanged) SetAlignment(set, table, poses, randomSubset);
        NpyWriter.Write(path, table);
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
        table.Set(Shape, TypedArray.Of([.. Enumerable.Range(0, 2 * set.Count).Select(k => (uint)set.Optics(k / 2).BoxSize)], set.Count, 2));
        table.Set(PixelSize, Floats(set, i => set.Optics(i).PixelSizeAngstrom));
        // RELION's images are light on dark; those that came from cryoSPARC once need not be.
        table.Set(Sign, Floats(set, Column(set, SignColumn) ?? (_ => 1)));
        table.Set(ImportSignature, TypedArray.Of(new ulong[set.Count]));
        if (set.HasCtf) SetCtf(set, table);
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
    }

    private static Func<int, double>? Column(ParticleSet set, string column)
    {
        if (!set.Data.Particles.Has(column)) return null;
        double[] values = set.Data.Particles.GetDoubles(column);
        return i => values[i];
    }

    private static uint GroupNumber(ParticleSet set, int particle)
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

    private static void SetAlignment(ParticleSet set, RecordTable table, IReadOnlyList<Pose> poses, IReadOnlyList<int>? randomSubset)
    {
        const string group = Alignment + "/";
        RotationVector[] vectors = [.. poses.Select(p => So3.Log(p.Rotation.Transpose()))];
        uint[] split = randomSubset is null ? new uint[set.Count] : [.. randomSubset.Select(s => (uint)Math.Max(0, s - 1))];
        table.Set(group + "split", TypedArray.Of(split));
        table.Set(group + "shift", Vectors(set, 2, (i, axis) =>
            (axis == 0 ? poses[i].OriginXAngstrom : poses[i].OriginYAngstrom) / set.Optics(i).PixelSizeAngstrom));
        table.Set(group + "pose", Vectors(set, 3, (i, axis) => axis switch
        {
            0 => vectors[i].X,
            1 => vectors[i].Y,
            _ => vectors[i].Z,
        }));
        table.Set(group + "psize_A", Floats(set, i => set.Optics(i).PixelSizeAngstrom));
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
        table.Set(group + "class", TypedArray.Of(new uint[set.Count]));
        table.Set(group + "class_ess", Floats(set, _ => 1));
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
    private static ulong Hash(string text)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 0x100000001b3;
        return hash;
    }

    private static TypedArray Floats(ParticleSet set, Func<int, double> value) => TypedArray.Of(Each(set, i => (float)value(i)));

    private static TypedArray Vectors(ParticleSet set, int width, Func<int, int, double> value)
    {
        float[] values = new float[set.Count * width];
        for (int i = 0; i < values.Length; i++) values[i] = (float)value(i / width, i % width);
        return TypedArray.Of(values, set.Count, width);
    }

    private static T[] Each<T>(ParticleSet set, Func<int, T> value)
    {
        T[] values = new T[set.Count];
        for (int i = 0; i < values.Length; i++) values[i] = value(i);
        return values;
    }
}
