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
    private readonly double[] _within;
    private readonly double[] _beyond;
    private readonly double[] _power;
    private readonly double[] _ctfWithin;
    private readonly double[] _ctfBeyond;
    private readonly double[] _dataBeyond;
    private readonly double[] _count;

    public ScoreBound(PoseTree tree, SliceDeviations slices, int box, BoundOptions options)
    {
        (_tree, _slices, _box, _options) = (tree, slices, box, options);
        _within = new double[tree.Levels];
        _beyond = new double[tree.Levels];
        _power = new double[tree.Levels];
        _ctfWithin = new double[slices.Shells];
        _ctfBeyond = new double[slices.Shells];
        _dataBeyond = new double[slices.Shells];
        _count = new double[2 * slices.Shells];
    }

    /// <summary>Takes an image.</summary>
    /// <param name="real">Real parts, whitened, over the whole band.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="ctf">Whitened transfer function.</param>
    public void SetImage(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf)
    {
        for (int level = 0; level < _tree.Levels; level++) SetLevel(level, real, imaginary, ctf);
    }

    /// <summary>An upper bound of the score of every leaf below a node.</summary>
    /// <param name="level">The node's level.</param>
    /// <param name="score">Its score within the level's band.</param>
    public double Upper(int level, double score) => score + (_options.Kind == BoundKind.Probable
        ? _beyond[level]
        : Gain(_within[level], Math.Sqrt(Math.Max(0, _power[level] - score))) + _beyond[level]);

    /// <summary>
    /// Most that sum 2 Re(conj(e) r) - |e|^2 can be for a deviation e of at most some norm from a model that leaves a residual r.
    /// </summary>
    private static double Gain(double deviation, double residual) =>
        deviation <= residual ? 2 * deviation * residual - deviation * deviation : residual * residual;

    private void SetLevel(int level, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf)
    {
        Array.Clear(_ctfWithin);
        Array.Clear(_ctfBeyond);
        Array.Clear(_dataBeyond);
        Array.Clear(_count);
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
            else _dataBeyond[s] += data;
            double[] to = within ? _ctfWithin : _ctfBeyond;
            to[s] = probable ? to[s] + c : Math.Max(to[s], c);
            _count[2 * s + (within ? 0 : 1)]++;
        }
        _power[level] = power;
        double inside = 0, outside = 0, gain = 0;
        ReadOnlySpan<double> near = _slices.GreatestAt(level, false), far = _slices.GreatestAt(level, true);
        double reach = 2 * Math.PI * _tree.ShiftReach(level) / _box;
        for (int s = 0; s < _slices.Shells; s++)
        {
            double ctfWithin = probable ? _ctfWithin[s] / Math.Max(1, _count[2 * s]) : _ctfWithin[s];
            double ctfBeyond = probable ? _ctfBeyond[s] / Math.Max(1, _count[2 * s + 1]) : _ctfBeyond[s];
            // A slice moved by an origin turns each phase by at most the angle k . d, and a chord is shorter than its arc.
            double moved = Math.Min(2, (s + 0.5) * reach) * Math.Sqrt(_slices.GreatestPower[s]);
            double turned = Math.Sqrt(near[s]);
            // Turns and shifts of a slice are uncorrelated, and its power is spread evenly over a shell, but for accidents, which only the
            // certain bound has to allow for: cos(k . d) is 1 - (k d)^2 / 4 on average over the directions of a short d.
            inside += ctfWithin * (probable ? _options.CellShare * (near[s] + moved * moved / 2) : (turned + moved) * (turned + moved));
            outside += ctfBeyond * far[s];
            gain += Gain(Math.Sqrt(ctfBeyond * far[s]), Math.Sqrt(_dataBeyond[s]));
        }
        _within[level] = Math.Sqrt(inside);
        double all = inside + outside;
        _beyond[level] = probable ? all + _options.Deviations * Math.Sqrt(2 * all) : gain;
    }
}
