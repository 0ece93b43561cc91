using CryoSpin.Geometry;

namespace CryoSpin.Evaluation;

/// <summary>
/// C_i = P_i^T T_i of estimate and truth: P_i Q is near T_i S where Q S^T is near C_i, and tr((P_i Q)^T T_i S) = (C_i, Q S^T), nine
/// products for each particle and element of the symmetry group instead of two matrix products.
/// </summary>
internal sealed class RelativeRotations
{
    private const double KeptShare = 0.6;
    private const int Refinements = 10;
    private readonly double[] _c;
    private readonly PointGroup _group;

    public RelativeRotations(ReadOnlySpan<Rotation> estimated, ReadOnlySpan<Rotation> truth, PointGroup group)
    {
        _c = new double[9 * estimated.Length];
        _group = group;
        for (int i = 0; i < estimated.Length; i++) Store(estimated[i].Transpose() * truth[i], _c.AsSpan(9 * i, 9));
    }

    public int Count => _c.Length / 9;

    public Rotation this[int i] => Load(_c.AsSpan(9 * i, 9));

    /// <summary>The particle's own answer among <paramref name="references"/> that leaves the least median error.</summary>
    public Rotation BestReference(int references)
    {
        double[] traces = new double[Count];
        int[] which = new int[Count];
        double best = double.MinValue;
        Rotation answer = Rotation.Identity;
        int tried = Math.Min(references, Count);
        for (int j = 0; j < tried; j++)
        {
            // The particles come in random order, so that the first ones are as good a sample as any.
            Rotation q = this[j];
            Traces(q, traces, which);
            double median = OrderStatistics.Median(traces);
            if (median > best) (best, answer) = (median, q);
        }
        return answer;
    }

    /// <summary>Chordal mean of the best 60 % of the particles, repeated from the frame it gave.</summary>
    public Rotation Refine(Rotation q)
    {
        double[] traces = new double[Count];
        double[] sorted = new double[Count];
        int[] which = new int[Count];
        double[] sum = new double[9];
        double[] m = new double[9];
        for (int iteration = 0; iteration < Refinements; iteration++)
        {
            Traces(q, traces, which);
            traces.CopyTo(sorted, 0);
            Array.Sort(sorted);
            double threshold = sorted[Count - 1 - (int)(KeptShare * (Count - 1))];
            Array.Clear(sum);
            for (int i = 0; i < Count; i++)
            {
                if (traces[i] < threshold) continue;
                Store(this[i] * _group.Elements[which[i]], m);
                for (int k = 0; k < 9; k++) sum[k] += m[k];
            }
            Rotation next = RotationMean.Nearest(sum);
            bool settled = next.AngleToDegrees(q) < 1e-7;
            q = next;
            if (settled) break;
        }
        return q;
    }

    /// <summary>Median of the traces 1 + 2 cos(error): the larger, the better.</summary>
    public double MedianTrace(in Rotation q)
    {
        double[] traces = new double[Count];
        Traces(q, traces, new int[Count]);
        return OrderStatistics.Median(traces);
    }

    /// <summary>For each particle the best trace over the group and the element that gives it.</summary>
    public void Traces(in Rotation q, Span<double> traces, Span<int> which)
    {
        traces.Fill(double.MinValue);
        Span<double> m = stackalloc double[9];
        for (int s = 0; s < _group.Order; s++)
        {
            Store(q * _group.Elements[s].Transpose(), m);
            double m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4], m5 = m[5], m6 = m[6], m7 = m[7], m8 = m[8];
            for (int i = 0; i < traces.Length; i++)
            {
                ReadOnlySpan<double> c = _c.AsSpan(9 * i, 9);
                double t = m0 * c[0] + m1 * c[1] + m2 * c[2] + m3 * c[3] + m4 * c[4] + m5 * c[5] + m6 * c[6] + m7 * c[7] + m8 * c[8];
                if (t > traces[i]) (traces[i], which[i]) = (t, s);
            }
        }
    }

    private static void Store(in Rotation r, Span<double> m)
    {
        (m[0], m[1], m[2]) = (r.M00, r.M01, r.M02);
        (m[3], m[4], m[5]) = (r.M10, r.M11, r.M12);
        (m[6], m[7], m[8]) = (r.M20, r.M21, r.M22);
    }

    private static Rotation Load(ReadOnlySpan<double> m) => new(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]);
}
