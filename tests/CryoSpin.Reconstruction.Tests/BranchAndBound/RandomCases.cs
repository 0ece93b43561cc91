using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.BranchAndBound;

/// <summary>A random volume, its slices at all leaves of a tree, and random images of it: what a search must find is found by looking at
/// everything.</summary>
internal sealed class RandomCases
{
    public const int Box = 24;
    private readonly Random _random;
    private readonly FrequencyDisc _disc;
    private readonly float[] _slices;
    private readonly float[] _powers;

    public RandomCases(int seed, PoseTree tree, WorkerTeam team)
    {
        _random = new Random(seed);
        Tree = tree;
        _disc = tree.Discs[^1];
        BlobParticle particle = new(Box, 4, [.. Enumerable.Range(0, 8).Select(_ => Blob())]);
        VolumeModel model = new(Box, 4, 0.8 * Box * 4, team);
        model.Set(particle.Map(), _disc.Radius);
        Lattice = model.Lattice;
        Leaves = [.. tree.Roots];
        for (int level = 0; level < tree.Levels - 1; level++)
        {
            int at = level;
            Leaves = [.. Leaves.SelectMany(r => Enumerable.Range(0, tree.PartsOf(at)).Select(part => tree.Part(r, at, part)))];
        }
        int k = _disc.PaddedCount;
        _slices = new float[Leaves.Length * 2 * k];
        _powers = new float[Leaves.Length * k];
        team.ForEach(Leaves.Length, (i, _) =>
        {
            Span<float> re = _slices.AsSpan(2 * i * k, k), im = _slices.AsSpan((2 * i + 1) * k, k);
            CentralSlice.Sample(Lattice, _disc, Leaves[i], re, im);
            for (int p = 0; p < k; p++) _powers[i * k + p] = re[p] * re[p] + im[p] * im[p];
        });
    }

    public PoseTree Tree { get; }

    public FourierLattice Lattice { get; }

    /// <summary>All rotations of the finest grid.</summary>
    public Rotation[] Leaves { get; }

    /// <summary>Fills an image: a slice at a random pose times a random transfer function, plus noise of variance 1.</summary>
    /// <param name="information">Power of the noise-free image: the expected log likelihood ratio of the true pose.</param>
    /// <param name="image">Receives it.</param>
    public void Next(double information, (float[] Real, float[] Imaginary, float[] Ctf) image)
    {
        double radius = Tree.MaxShiftPixels * Math.Sqrt(_random.NextDouble()), angle = 2 * Math.PI * _random.NextDouble();
        (double x, double y) = (radius * Math.Cos(angle), radius * Math.Sin(angle));
        double phase = 2 * Math.PI * _random.NextDouble(), bend = 0.15 * _random.NextDouble(), astigmatism = 0.2 * _random.NextDouble();
        int k = _disc.PaddedCount;
        float[] re = new float[k], im = new float[k];
        CentralSlice.Sample(Lattice, _disc, RandomRotations.Next(_random), re, im);
        double power = 0;
        for (int p = 0; p < _disc.Count; p++)
        {
            double kx = _disc.Kx[p], ky = _disc.Ky[p];
            image.Ctf[p] = kx == 0 && ky == 0 ? 0 : (float)Math.Cos(phase + bend * (kx * kx + ky * ky) + astigmatism * (kx * kx - ky * ky) / 10);
            power += image.Ctf[p] * image.Ctf[p] * (re[p] * re[p] + im[p] * im[p]);
        }
        float scale = (float)Math.Sqrt(information / power);
        for (int p = 0; p < _disc.Count; p++)
        {
            image.Ctf[p] *= scale;
            (double sin, double cos) = Math.SinCos(2 * Math.PI * (_disc.Kx[p] * x + _disc.Ky[p] * y) / Box);
            image.Real[p] = (float)(image.Ctf[p] * (re[p] * cos - im[p] * sin) + Math.Sqrt(0.5) * TinyDataset.Normal(_random));
            image.Imaginary[p] = (float)(image.Ctf[p] * (im[p] * cos + re[p] * sin) + Math.Sqrt(0.5) * TinyDataset.Normal(_random));
        }
    }

    /// <summary>Scores of all leaves, [cell of origins][rotation].</summary>
    public float[] Exhaustive((float[] Real, float[] Imaginary, float[] Ctf) image, WorkerTeam team)
    {
        int k = _disc.PaddedCount;
        IReadOnlyList<(int X, int Y)> cells = Tree.Cells(Tree.Levels - 1);
        float[] rows = new float[cells.Count * 2 * k], squares = [.. image.Ctf.Select(c => c * c)];
        for (int c = 0; c < cells.Count; c++)
        {
            (double x, double y) = Tree.Origin(Tree.Levels - 1, cells[c].X, cells[c].Y);
            for (int p = 0; p < _disc.Count; p++)
            {
                (double sin, double cos) = Math.SinCos(2 * Math.PI * (_disc.Kx[p] * x + _disc.Ky[p] * y) / Box);
                rows[2 * c * k + p] = (float)(image.Ctf[p] * (image.Real[p] * cos + image.Imaginary[p] * sin));
                rows[(2 * c + 1) * k + p] = (float)(image.Ctf[p] * (image.Imaginary[p] * cos - image.Real[p] * sin));
            }
        }
        float[] scores = new float[cells.Count * Leaves.Length], norms = new float[Leaves.Length];
        MatrixProduct.MultiplyTransposed(team, rows, cells.Count, 2 * k, _slices, Leaves.Length, scores, alpha: 2);
        MatrixProduct.MultiplyTransposed(team, squares, 1, k, _powers, Leaves.Length, norms);
        for (int i = 0; i < scores.Length; i++) scores[i] -= norms[i % Leaves.Length];
        return scores;
    }

    private BlobParticle.Blob Blob() =>
        new(Position(), Position(), Position(), 1.1 + _random.NextDouble(), 0.5 + _random.NextDouble());

    private double Position() => 10 * _random.NextDouble() - 5;
}
