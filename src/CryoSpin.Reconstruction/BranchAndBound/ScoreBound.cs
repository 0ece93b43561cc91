using System.Numerics.Tensors;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>Which bound prunes the search.</summary>
internal enum BoundKind
{
    /// <summary>Holds for every image and every leaf whatever the noise, by the inequality of Cauchy and Schwarz.</summary>
    Certain,

    /// <summary>Holds but for a tail of the noise, as published: the unexplained part of the image is taken for noise of known variance.</summary>
    Probable,
}

/// <summary>How the search prunes.</summary>
/// <param name="Kind">Which bound.</param>
/// <param name="Deviations">Of the probable bound: standard deviations of the noise that are allowed for.</param>
/// <param name="CellShare">
/// Of the probable bound: share of the greatest squared distance between slices of a node and of its leaves that is allowed for. 0 is as
/// published: a node's slice stands for all of its leaves'.
/// </param>
internal readonly record struct BoundOptions(BoundKind Kind, double Deviations = 4, double CellShare = 1);

/// <summary>
/// For one image: how much more a leaf below a node can score than the node. Docs: docs/design/methods.md.
/// </summary>
internal sealed class ScoreBound
{
    private readonly BoundOptions _options;
    private readonly SliceDeviations _slices;
    private readonly PoseTree _tree;
    private readonly int _box;
    private readonly double[] _power;
    private readonly float[][] _weights;
    private readonly double[][] _dataBeyond;
    private readonly double[] _ctf;
    private readonly double[] _count;

    public ScoreBound(PoseTree tree, SliceDeviations slices, int box, BoundOptions options)
    {
        (_tree, _slices, _box, _options) = (tree, slices, box, options);
        _power = new double[tree.Levels];
        _weights = [.. tree.Discs.Select(_ => new float[SliceDeviations.Kinds * slices.PaddedShells])];
        _dataBeyond = [.. tree.Discs.Select(_ => new double[slices.Shells])];
        _ctf = new double[2 * slices.Shells];
        _count = new double[2 * slices.Shells];
    }

    /// <summary>What bounds the leaves below a rotation of some level.</summary>
    /// <param name="Within">Of the certain bound: norm of what leaves can add within the level's band.</param>
    /// <param name="Beyond">What they can gain else.</param>
    public readonly record struct Reach(double Within, double Beyond);

    /// <summary>Takes an image.</summary>
    /// <param name="real">Real parts, whitened, over the whole band.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="ctf">Whitened transfer function.</param>
    public void SetImage(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf)
    {
        for (int level = 0; level < _tree.Levels - 1; level++) SetLevel(level, real, imaginary, ctf);
    }

    /// <summary>The bound of a rotation, whatever the origin.</summary>
    /// <param name="level">Its level; not that of the leaves, which have nothing below them.</param>
    /// <param name="rotation">Its number.</param>
    public Reach ReachOf(int level, int rotation)
    {
        ReadOnlySpan<float> node = _slices.Node(level, rotation);
        float[] weights = _weights[level];
        if (_options.Kind == BoundKind.Probable)
        {
            double all = TensorPrimitives.Dot(node, weights);
            return new Reach(0, all + _options.Deviations * Math.Sqrt(2 * all));
        }
        int n = _slices.PaddedShells;
        double inside = 0, gain = 0, reach = ShiftReach(level);
        for (int s = 0; s < _slices.Shells; s++)
        {
            double moved = Math.Min(2, (s + 0.5) * reach) * Math.Sqrt(node[2 * n + s]), step = Math.Sqrt(node[s]) + moved;
            inside += weights[s] * step * step;
            gain += Gain(Math.Sqrt(weights[n + s] * node[n + s]), Math.Sqrt(_dataBeyond[level][s]));
        }
        return new Reach(Math.Sqrt(inside), gain);
    }

    /// <summary>An upper bound of the score of every leaf below a node.</summary>
    /// <param name="level">The node's level.</param>
    /// <param name="reach">What bounds the node's rotation.</param>
    /// <param name="score">Its score within the level's band.</param>
    public double Upper(int level, in Reach reach, double score) => score + reach.Beyond
        + (_options.Kind == BoundKind.Probable ? 0 : Gain(reach.Within, Math.Sqrt(Math.Max(0, _power[level] - score))));

    /// <summary>
    /// Most that sum 2 Re(conj(e) r) - |e|^2 can be for a deviation e of at most some norm from a model that leaves a residual r.
    /// </summary>
    private static double Gain(double deviation, double residual) =>
        deviation <= residual ? 2 * deviation * residual - deviation * deviation : residual * residual;

    /// <summary>Greatest phase by which origins below a node differ from its own, radians for each shell.</summary>
    private double ShiftReach(int level) => 2 * Math.PI * _tree.ShiftReach(level) / _box;

    private void SetLevel(int level, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf)
    {
        Array.Clear(_ctf);
        Array.Clear(_count);
        Array.Clear(_dataBeyond[level]);
        FrequencyDisc disc = _tree.Discs[^1];
        double band = _tree.Discs[level].Radius;
        bool probable = _options.Kind == BoundKind.Probable;
        double power = 0;
        for (int p = 0; p < disc.Count; p++)
        {
            int s = disc.Shell[p];
            double data = (double)real[p] * real[p] + (double)imaginary[p] * imaginary[p], c = (double)ctf[p] * ctf[p];
            bool within = disc.Kx[p] * disc.Kx[p] + disc.Ky[p] * disc.Ky[p] <= band * band;
            if (within) power += data;
            else _dataBeyond[level][s] += data;
            int at = within ? s : _slices.Shells + s;
            _ctf[at] = probable ? _ctf[at] + c : Math.Max(_ctf[at], c);
            _count[at]++;
        }
        _power[level] = power;
        double reach = ShiftReach(level);
        float[] weights = _weights[level];
        int n = _slices.PaddedShells;
        for (int s = 0; s < _slices.Shells; s++)
        {
            double within = probable ? _ctf[s] / Math.Max(1, _count[s]) : _ctf[s];
            double beyond = probable ? _ctf[_slices.Shells + s] / Math.Max(1, _count[_slices.Shells + s]) : _ctf[_slices.Shells + s];
            // A slice moved by an origin turns each phase by at most the angle k . d, and a chord is shorter than its arc.
            double moved = Math.Min(2, (s + 0.5) * reach);
            // Turns and shifts of a slice are uncorrelated, but for accidents, which only the certain bound has to allow for. That the
            // power of a shell lies along the shift, where the angle is greatest, is none: a long particle's does.
            weights[s] = (float)(probable ? _options.CellShare * within : within);
            weights[n + s] = (float)beyond;
            weights[2 * n + s] = (float)(_options.CellShare * within * moved * moved);
        }
    }
}
