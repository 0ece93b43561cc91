using CryoSpin.Geometry;
using CryoSpin.Projection;
using FsCheck;
using FsCheck.Fluent;

namespace CryoSpin.Tests.Projection;

/// <summary>Adjointness over cases that shrink: to a small disc, few values that are not 0, and angles near 0.</summary>
[Trait("Category", "Kernel")]
public sealed class SlicePropertyTests
{
    /// <summary>A lattice, a pose, and what is put into a slice; values are at places that follow from their order.</summary>
    public sealed record Case(byte Radius, byte Oversampling, int Rot, int Tilt, int Psi, int[] Lattice, int[] Slice);

    [Fact]
    public void Inserting_a_slice_is_the_transpose_of_sampling_it() => Prop.ForAll(ArbMap.Default.ArbFor<Case>(), c =>
    {
        Scene s = new(c);
        FourierLattice inserted = new(s.Disc.Radius, s.Lattice.Oversampling);
        CentralSlice.Insert(inserted, s.Disc, s.Rotation, s.Real, s.Imaginary);
        double right = 0;
        for (int i = 0; i < inserted.Values.Length; i++) right += (double)inserted.Values[i] * s.Lattice.Values[i];
        return Math.Abs(s.Product(out double size) - right) <= 1e-5 * size + 1e-6;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sampling_is_linear_and_a_turn_in_the_plane_moves_frequencies_alone() => Prop.ForAll(ArbMap.Default.ArbFor<Case>(), c =>
    {
        Scene s = new(c);
        Rotation quarter = new(0, -1, 0, 1, 0, 0, 0, 0, 1);
        (float[] re, float[] im) = s.Sampled(s.Rotation);
        (float[] turnedRe, float[] turnedIm) = s.Sampled(quarter * s.Rotation);
        for (int i = 0; i < s.Lattice.Values.Length; i++) s.Lattice.Values[i] *= -2;
        (float[] twiceRe, _) = s.Sampled(s.Rotation);
        double scale = 1e-4 * (1 + c.Lattice.Sum(v => Math.Abs((double)v)));
        return Enumerable.Range(0, s.Disc.Count).All(p =>
        {
            // Disc entries are a half plane: the partner's value at -k stands elsewhere in the lattice.
            int to = At(s.Disc, -s.Disc.Ky[p], s.Disc.Kx[p]);
            return Math.Abs(twiceRe[p] + 2 * re[p]) <= scale
                && (to < 0 || (Math.Abs(turnedRe[to] - re[p]) <= scale && Math.Abs(turnedIm[to] - im[p]) <= scale));
        });
    }).QuickCheckThrowOnFailure();

    private static int At(FrequencyDisc disc, float kx, float ky)
    {
        for (int p = 0; p < disc.Count; p++)
        {
            if (disc.Kx[p] == kx && disc.Ky[p] == ky) return p;
        }
        return -1;
    }

    private sealed class Scene
    {
        public Scene(Case c)
        {
            Disc = new FrequencyDisc(2 + c.Radius % 60 / 10.0);
            Lattice = new FourierLattice(Disc.Radius, 1 + c.Oversampling % 3 / 2.0);
            Rotation = new EulerAngles(c.Rot, c.Tilt, c.Psi).ToRotation();
            (Real, Imaginary) = (new float[Disc.PaddedCount], new float[Disc.PaddedCount]);
            // A stride without a common factor spreads few values over the whole.
            for (int i = 0; i < c.Lattice.Length; i++) Lattice.Values[(int)(7919L * (i + 1) % Lattice.Values.Length)] = c.Lattice[i];
            for (int i = 0; i < c.Slice.Length; i++) (i % 2 == 0 ? Real : Imaginary)[(int)(31L * i % Disc.Count)] = c.Slice[i];
        }

        public FrequencyDisc Disc { get; }

        public FourierLattice Lattice { get; }

        public Rotation Rotation { get; }

        public float[] Real { get; }

        public float[] Imaginary { get; }

        public (float[] Real, float[] Imaginary) Sampled(Rotation rotation)
        {
            float[] re = new float[Disc.PaddedCount], im = new float[Disc.PaddedCount];
            CentralSlice.Sample(Lattice, Disc, rotation, re, im);
            return (re, im);
        }

        /// <summary>The sampled slice times the given one.</summary>
        public double Product(out double size)
        {
            (float[] re, float[] im) = Sampled(Rotation);
            double product = 0;
            size = 0;
            for (int i = 0; i < Disc.Count; i++)
            {
                product += (double)re[i] * Real[i] + (double)im[i] * Imaginary[i];
                size += Math.Abs((double)re[i] * Real[i]) + Math.Abs((double)im[i] * Imaginary[i]);
            }
            return product;
        }
    }
}
