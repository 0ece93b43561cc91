using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>
/// What a volume's slices can do beyond what a node of the tree has looked at, per shell: the power beyond its band, and how far the slices
/// of the leaves below it are from its own. It belongs to the volume and the tree, and serves all images.
/// </summary>
internal sealed class SliceDeviations
{
    private readonly PoseTree _tree;
    private readonly int _shells;

    /// <summary>Measures slices.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="paths">
    /// How many ways from a root to a leaf to draw; null for all of them, which makes the greatest values bounds for every leaf.
    /// </param>
    /// <param name="random">Draws the ways.</param>
    /// <param name="team">Workers.</param>
    public SliceDeviations(FourierLattice lattice, PoseTree tree, int? paths, Random random, WorkerTeam team)
    {
        _tree = tree;
        FrequencyDisc full = tree.Discs[^1];
        _shells = full.Extent + 2;
        int all = tree.Roots.Length << (3 * (tree.Levels - 1)), count = paths ?? all;
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) chosen[i] = paths is null ? i : random.Next(all);
        // Workers have blocks of paths; sums are joined in their order, but a double's last bits would still depend on the blocks.
        double[][] perPath = new double[count][];
        team.ForEach(count, (i, _) => perPath[i] = Measure(lattice, chosen[i]));
        int length = tree.Levels * 2 * _shells;
        Greatest = new double[length];
        Mean = new double[length];
        foreach (double[] path in perPath)
        {
            for (int i = 0; i < length; i++)
            {
                Greatest[i] = Math.Max(Greatest[i], path[i]);
                Mean[i] += path[i] / count;
            }
        }
        GreatestPower = new double[_shells];
        for (int s = 0; s < _shells; s++) GreatestPower[s] = perPath.Max(p => p[length + s]);
    }

    /// <summary>Number of shells.</summary>
    public int Shells => _shells;

    /// <summary>Per shell, greatest power of a slice over the whole band.</summary>
    public double[] GreatestPower { get; }

    /// <summary>
    /// [level][within the level's band, beyond it][shell]: greatest squared distance of a leaf's slice from its ancestor's, which is 0 beyond
    /// the ancestor's band.
    /// </summary>
    private double[] Greatest { get; }

    private double[] Mean { get; }

    /// <summary>Greatest squared distance per shell.</summary>
    public ReadOnlySpan<double> GreatestAt(int level, bool beyond) => Greatest.AsSpan((level * 2 + (beyond ? 1 : 0)) * _shells, _shells);

    /// <summary>Mean squared distance per shell.</summary>
    public ReadOnlySpan<double> MeanAt(int level, bool beyond) => Mean.AsSpan((level * 2 + (beyond ? 1 : 0)) * _shells, _shells);

    private double[] Measure(FourierLattice lattice, int path)
    {
        FrequencyDisc full = _tree.Discs[^1];
        int last = _tree.Levels - 1, k = full.PaddedCount;
        Rotation[] nodes = new Rotation[_tree.Levels];
        nodes[0] = _tree.Roots[path >> (3 * last)];
        for (int l = 0; l < last; l++) nodes[l + 1] = _tree.Part(nodes[l], l, (path >> (3 * (last - 1 - l))) & 7);
        float[] leafRe = new float[k], leafIm = new float[k], re = new float[k], im = new float[k];
        CentralSlice.Sample(lattice, full, nodes[last], leafRe, leafIm);
        double[] squares = new double[(_tree.Levels * 2 + 1) * _shells];
        for (int p = 0; p < full.Count; p++) squares[_tree.Levels * 2 * _shells + full.Shell[p]] += Square(leafRe[p], leafIm[p]);
        for (int l = 0; l <= last; l++)
        {
            double band = _tree.Discs[l].Radius;
            CentralSlice.Sample(lattice, full, nodes[l], re, im);
            Span<double> within = squares.AsSpan(l * 2 * _shells, _shells), beyond = squares.AsSpan((l * 2 + 1) * _shells, _shells);
            for (int p = 0; p < full.Count; p++)
            {
                bool inside = full.Kx[p] * full.Kx[p] + full.Ky[p] * full.Ky[p] <= band * band;
                if (inside) within[full.Shell[p]] += Square(leafRe[p] - re[p], leafIm[p] - im[p]);
                else beyond[full.Shell[p]] += Square(leafRe[p], leafIm[p]);
            }
        }
        return squares;
    }

    private static double Square(float re, float im) => (double)re * re + (double)im * im;
}
