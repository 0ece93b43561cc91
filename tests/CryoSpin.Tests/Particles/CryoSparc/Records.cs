using CryoSpin.IO.Npy;

namespace CryoSpin.Tests.Particles.CryoSparc;

/// <summary>Datasets as cryoSPARC writes them, small.</summary>
internal static class Records
{
    /// <summary>What a passthrough holds: images and CTF of three particles in two exposure groups.</summary>
    public static RecordTable Blob(ulong[] uids, string stack = "J1/extract/a.mrc", float sign = 1)
    {
        int n = uids.Length;
        RecordTable table = new("t", n);
        table.Set("uid", TypedArray.Of(uids));
        table.Set("blob/path", new TypedArray([.. Enumerable.Repeat(stack, n)]));
        table.Set("blob/idx", TypedArray.Of([.. Enumerable.Range(0, n).Select(i => (uint)i)]));
        table.Set("blob/shape", TypedArray.Of([.. Enumerable.Repeat(6u, 2 * n)], n, 2));
        table.Set("blob/psize_A", Floats(n, _ => 2.95f));
        table.Set("blob/sign", Floats(n, _ => sign));
        table.Set("ctf/exp_group_id", TypedArray.Of([.. Enumerable.Range(0, n).Select(i => i == 1 ? 7u : 23)]));
        table.Set("ctf/accel_kv", Floats(n, _ => 300));
        table.Set("ctf/cs_mm", Floats(n, _ => 2.7f));
        table.Set("ctf/amp_contrast", Floats(n, _ => 0.07f));
        table.Set("ctf/df1_A", Floats(n, i => 15301.1f + i));
        table.Set("ctf/df2_A", Floats(n, i => 14916.4f + i));
        table.Set("ctf/df_angle_rad", Floats(n, i => 0.1f * i));
        table.Set("ctf/phase_shift_rad", Floats(n, i => 0.5f * i));
        table.Set("ctf/bfactor", Floats(n, i => 10 * i));
        table.Set("ctf/scale", Floats(n, i => 1 - 0.125f * i));
        return table;
    }

    /// <summary>What a refinement's own file holds.</summary>
    public static RecordTable Alignment(ulong[] uids, float[] poses, float[] shifts, float pixelSize = 5.9f)
    {
        int n = uids.Length;
        RecordTable table = new("t", n);
        table.Set("uid", TypedArray.Of(uids));
        AddAlignment(table, "alignments3D", poses, shifts, pixelSize);
        return table;
    }

    public static void AddAlignment(RecordTable table, string group, float[] poses, float[] shifts, float pixelSize = 5.9f)
    {
        int n = table.RowCount;
        table.Set(group + "/split", TypedArray.Of([.. Enumerable.Range(0, n).Select(i => (uint)(i % 2))]));
        table.Set(group + "/shift", TypedArray.Of(shifts, n, 2));
        table.Set(group + "/pose", TypedArray.Of(poses, n, 3));
        table.Set(group + "/psize_A", Floats(n, _ => pixelSize));
        table.Set(group + "/alpha", Floats(n, i => 1 + 0.25f * i));
    }

    public static TypedArray Floats(int count, Func<int, float> value) => TypedArray.Of([.. Enumerable.Range(0, count).Select(value)]);
}
