using System.Numerics.Tensors;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// Scores a handful of rotations of one image with every shift at once, so that no network needs to predict a translation. Per worker.
/// </summary>
internal sealed class CandidateScorer(FrequencyDisc disc, ShiftGrid shifts, int mostRotations)
{
    private readonly float[] _slices = new float[mostRotations * 2 * disc.PaddedCount];
    private readonly float[] _rows = new float[shifts.Shifts.Length * 2 * disc.PaddedCount];
    private readonly float[] _scores = new float[mostRotations * shifts.Shifts.Length];
    private readonly float[] _re = new float[disc.PaddedCount];
    private readonly float[] _im = new float[disc.PaddedCount];
    private readonly Candidate[] _fits = new Candidate[mostRotations];

    /// <summary>Writes the best rotations with their best shifts, best first.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="image">The image.</param>
    /// <param name="rotations">At most as many as announced.</param>
    /// <param name="top">Receives the best; its length says how many, at most as many as there are rotations.</param>
    /// <param name="order">Receives which rotation each of <paramref name="top"/> was.</param>
    public void Best(FourierLattice lattice, ImageOnDisc image, ReadOnlySpan<Rotation> rotations, Span<Candidate> top, Span<int> order)
    {
        int k = disc.PaddedCount, count = shifts.Shifts.Length;
        TensorPrimitives.Multiply(image.Real, image.Ctf, _re);
        TensorPrimitives.Multiply(image.Imaginary, image.Ctf, _im);
        for (int s = 0; s < count; s++) shifts.Apply(s, _re, _im, _rows.AsSpan(s * 2 * k, k), _rows.AsSpan((s * 2 + 1) * k, k));
        for (int r = 0; r < rotations.Length; r++)
        {
            CentralSlice.Sample(lattice, disc, rotations[r], _slices.AsSpan(r * 2 * k, k), _slices.AsSpan((r * 2 + 1) * k, k));
        }
        MatrixProduct.MultiplyTransposed(
            null, _slices.AsSpan(0, rotations.Length * 2 * k), rotations.Length, 2 * k, _rows, count, _scores.AsSpan(0, rotations.Length * count), alpha: 2);
        for (int r = 0; r < rotations.Length; r++)
        {
            ReadOnlySpan<float> scores = _scores.AsSpan(r * count, count);
            int s = TensorPrimitives.IndexOfMax(scores);
            TensorPrimitives.Multiply(_slices.AsSpan(r * 2 * k, k), image.Ctf, _re);
            TensorPrimitives.Multiply(_slices.AsSpan((r * 2 + 1) * k, k), image.Ctf, _im);
            double power = TensorPrimitives.SumOfSquares<float>(_re) + TensorPrimitives.SumOfSquares<float>(_im);
            _fits[r] = new Candidate(rotations[r], shifts.Shifts[s].X, shifts.Shifts[s].Y, scores[s] - power);
        }
        for (int t = 0; t < top.Length; t++)
        {
            int best = 0;
            for (int r = 1; r < rotations.Length; r++)
            {
                if (_fits[r].LogLikelihood > _fits[best].LogLikelihood) best = r;
            }
            top[t] = _fits[best];
            order[t] = best;
            _fits[best] = _fits[best] with { LogLikelihood = double.NegativeInfinity };
        }
    }
}
