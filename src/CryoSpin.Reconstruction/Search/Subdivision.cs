using System.Numerics.Tensors;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// One level of the hierarchical search for one image at a time: every pose handed to it is divided into eight rotations and four shifts,
/// all are scored, the best kept. Per worker.
/// </summary>
internal sealed class Subdivision
{
    private readonly BandView _view;
    private readonly ImageOnDisc _image;
    private readonly HierarchicalGrid _grid;
    private readonly ShiftCells _cells;
    private readonly int _level;
    private readonly float[] _weightedReal;
    private readonly float[] _weightedImaginary;
    private readonly float[] _ctfSquared;
    private readonly float[] _rows;
    private readonly float[] _slice;
    private readonly float[] _power;
    private readonly Candidate[] _kept;
    private readonly List<(double X, double Y)> _shifts = [];

    /// <param name="view">The particles over the level's disc.</param>
    /// <param name="box">Box, pixels, that origins refer to.</param>
    /// <param name="grid">The search's grid.</param>
    /// <param name="cells">Its origins.</param>
    /// <param name="level">From 1.</param>
    public Subdivision(BandView view, int box, HierarchicalGrid grid, ShiftCells cells, int level)
    {
        int k = view.Disc.PaddedCount;
        _view = view;
        _image = new ImageOnDisc(view.Disc, box);
        _grid = grid;
        _cells = cells;
        _level = level;
        _weightedReal = new float[k];
        _weightedImaginary = new float[k];
        _ctfSquared = new float[k];
        _rows = new float[ShiftCells.MostChildren * 2 * k];
        _slice = new float[2 * k];
        _power = new float[k];
        _kept = new Candidate[grid.Kept];
    }

    /// <summary>The best rotations among the children of some poses, each with its best shift; best first.</summary>
    /// <param name="lattice">The map's transform.</param>
    /// <param name="particle">The image.</param>
    /// <param name="parents">Poses of the level before.</param>
    public Candidate[] Refine(FourierLattice lattice, int particle, ReadOnlySpan<Candidate> parents)
    {
        int k = _image.Disc.PaddedCount, kept = 0;
        _image.Read(_view, particle);
        TensorPrimitives.Multiply(_image.Real, _image.Ctf, _weightedReal);
        TensorPrimitives.Multiply(_image.Imaginary, _image.Ctf, _weightedImaginary);
        TensorPrimitives.Multiply(_image.Ctf, _image.Ctf, _ctfSquared);
        (double X, double Y)? shifted = null;
        foreach (Candidate parent in parents)
        {
            // Several rotations mostly share one shift: its phases need not be made again.
            if (shifted != (parent.OriginX, parent.OriginY)) ShiftImage(parent.OriginX, parent.OriginY);
            shifted = (parent.OriginX, parent.OriginY);
            foreach (Rotation child in So3Grid.Subdivide(parent.Rotation, _grid.SpacingDegrees(_level - 1)))
            {
                Candidate fit = BestShift(lattice, child, k);
                kept = Enter(fit, kept);
            }
        }
        return _kept[..kept];
    }

    private void ShiftImage(double x, double y)
    {
        int k = _image.Disc.PaddedCount;
        _shifts.Clear();
        _cells.Subdivide(x, y, _level, _shifts);
        for (int s = 0; s < _shifts.Count; s++)
        {
            PhaseShift.Apply(
                _image.Disc, _image.Box, _weightedReal, _weightedImaginary, _shifts[s].X, _shifts[s].Y,
                _rows.AsSpan(s * 2 * k, k), _rows.AsSpan((s * 2 + 1) * k, k));
        }
    }

    private Candidate BestShift(FourierLattice lattice, in Rotation rotation, int k)
    {
        Span<float> re = _slice.AsSpan(0, k), im = _slice.AsSpan(k, k);
        CentralSlice.Sample(lattice, _image.Disc, rotation, re, im);
        TensorPrimitives.Multiply(re, re, _power);
        TensorPrimitives.MultiplyAdd(im, im, _power, _power);
        float norm = TensorPrimitives.Dot<float>(_power, _ctfSquared), best = float.NegativeInfinity;
        int shift = 0;
        for (int s = 0; s < _shifts.Count; s++)
        {
            float product = TensorPrimitives.Dot<float>(_slice, _rows.AsSpan(s * 2 * k, 2 * k));
            if (product > best) (best, shift) = (product, s);
        }
        return new Candidate(rotation, _shifts[shift].X, _shifts[shift].Y, 2 * best - norm);
    }

    /// <summary>Enters a pose among the kept ones, which stay sorted; of equals the earlier one stands before.</summary>
    private int Enter(in Candidate fit, int count)
    {
        if (count < _kept.Length) count++;
        else if (!(fit.LogLikelihood > _kept[count - 1].LogLikelihood)) return count;
        int at = count - 1;
        for (; at > 0 && fit.LogLikelihood > _kept[at - 1].LogLikelihood; at--) _kept[at] = _kept[at - 1];
        _kept[at] = fit;
        return count;
    }
}
