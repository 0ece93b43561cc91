using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Poses;
using Xunit.Abstractions;

namespace CryoSpin.Reconstruction.Tests.BranchAndBound;

/// <summary>Branch and bound against looking at every pose of the finest grid.</summary>
public sealed class TreeSearchTests(ITestOutputHelper output) : IDisposable
{
    private static readonly BoundOptions[] s_bounds = [new(BoundKind.Certain), new(BoundKind.Probable)];
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void The_best_of_all_poses_is_never_lost_in_1000_random_cases()
    {
        Tally[] fine = Tallies(), coarse = Tallies(), moved = Tallies();
        // 36,864 rotations 7.5 degrees apart; 4,608 of 15 degrees; 576 of 30 degrees times 4 origins.
        Compare(new PoseTree(PoseSpace.C1, 1, [4.4, 6.4, 6.4], 0, 1, Offset(0)), 0, 20, fine);
        for (int volume = 1; volume < 6; volume++) Compare(new PoseTree(PoseSpace.C1, 1, [4.4, 6.4], 0, 1, Offset(volume)), volume, 36, coarse);
        for (int volume = 6; volume < 10; volume++) Compare(new PoseTree(PoseSpace.C1, 0, [4.4, 6.4], 2, 4.1, Offset(volume)), volume, 200, moved);
        for (int b = 0; b < s_bounds.Length; b++)
        {
            output.WriteLine($"{s_bounds[b].Kind}: 7.5 degrees {fine[b]}; 15 degrees {coarse[b]}; 30 degrees and origins {moved[b]}");
            Assert.Equal(1000, fine[b].Cases + coarse[b].Cases + moved[b].Cases);
            Assert.Equal(0, fine[b].Lost + coarse[b].Lost + moved[b].Lost);
        }
        // What it saves: much for the probable bound, little for the certain one, which must allow for noise that looks like any slice.
        Assert.InRange(fine[0].Share, 0.01, 0.6);
        Assert.InRange(fine[1].Share, 1e-4, 0.1);
        Assert.True(coarse[1].Share < 0.7 * coarse[0].Share);
    }

    [Fact]
    [Trait("Category", "Kernel")]
    public void The_best_of_all_poses_is_not_lost_where_levels_divide_rotations_origins_or_nothing()
    {
        Tally[] tallies = Tallies();
        for (int volume = 10; volume < 14; volume++)
        {
            PoseTree tree = new(PoseSpace.C1, 0, [4.4, 6.4, 6.4, 6.4], 2, 2.1, Offset(volume), [Division.None, Division.Rotations, Division.Both]);
            Compare(tree, volume, 100, tallies);
        }
        for (int b = 0; b < s_bounds.Length; b++)
        {
            output.WriteLine($"{s_bounds[b].Kind}: {tallies[b]}");
            Assert.Equal(400, tallies[b].Cases);
            Assert.Equal(0, tallies[b].Lost);
        }
        Assert.InRange(tallies[1].Share, 1e-4, 0.9);
        Assert.True(tallies[1].Share < tallies[0].Share);
    }

    [Fact]
    public void A_known_pose_takes_part_and_never_makes_the_answer_worse()
    {
        PoseTree tree = new(PoseSpace.C1, 1, [4.4, 6.4, 6.4], 1.5, 1.6, Offset(3), [Division.Rotations, Division.Both]);
        RandomCases random = new(3, tree, _team);
        SliceDeviations slices = new(random.Lattice, tree, _team);
        TreeSearch search = new(tree, random.Lattice, slices, RandomCases.Box, new BoundOptions(BoundKind.Probable));
        int taken = 0;
        long without = 0, with = 0;
        for (int i = 0; i < 30; i++)
        {
            random.Next(200, search.Image);
            long[] before = [.. search.Count.Scored];
            Candidate best = search.Search([], 1, 10)[0];
            long[] between = [.. search.Count.Scored];
            // Next to the best leaf, off the grid: better than it or worse.
            Candidate near = best.Moved(new RotationVector(0.02, -0.02, 0.01), 0.1, -0.1, 1.5);
            Candidate[] found = search.Search([], 2, 0, near);
            without += between[1..].Sum() - before[1..].Sum();
            with += search.Count.Scored[1..].Sum() - between[1..].Sum();
            Assert.True(found[0].LogLikelihood >= best.LogLikelihood);
            if (found[0].Rotation != near.Rotation) Assert.Equal(best, found[0]);
            else taken++;
            // A pose that need not be on the grid is scored by other code: on the grid both must agree.
            Assert.Equal(best.LogLikelihood, search.Search([], 1, 10, best)[0].LogLikelihood, 1e-2);
        }
        Assert.InRange(taken, 1, 29);
        Assert.True(with < without, $"{with} comparisons with, {without} without.");
    }

    [Fact]
    public void Root_scores_made_elsewhere_lead_to_the_same_poses()
    {
        PoseTree tree = new(PoseSpace.C1, 0, [4.4, 6.4, 6.4], 1.5, 1.6, Offset(3));
        RandomCases random = new(3, tree, _team);
        SliceDeviations slices = new(random.Lattice, tree, _team);
        TreeSearch search = new(tree, random.Lattice, slices, RandomCases.Box, new BoundOptions(BoundKind.Probable));
        PoseTree roots = new(PoseSpace.C1, 0, [4.4], 1.5, 1.6, Offset(3));
        random.Next(150, search.Image);
        Candidate[] own = search.Search([], 4, 25);
        Assert.Equal(4, own.Length);
        Assert.Equal(own.OrderByDescending(p => p.LogLikelihood), own);
        for (int i = 1; i < 4; i++) Assert.All(own[..i], p => Assert.True(p.Rotation.AngleToDegrees(own[i].Rotation) >= 25));
        float[] scores = [.. from c in tree.Cells(0) from r in Enumerable.Range(0, tree.Roots.Length) select Score(c, r)];
        Assert.Equal(own, search.Search(scores, 4, 25));
        Assert.Equal(own[0], search.Search(scores, 1, 25, own[0])[0] with { LogLikelihood = own[0].LogLikelihood });

        float Score((int X, int Y) cell, int r)
        {
            double sum = 0;
            (double ox, double oy) = roots.Origin(0, cell.X, cell.Y);
            CryoSpin.Projection.FrequencyDisc disc = tree.Discs[0], full = tree.Discs[^1];
            float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
            CryoSpin.Projection.CentralSlice.Sample(random.Lattice, disc, tree.Roots[r], re, im);
            for (int p = 0; p < disc.Count; p++)
            {
                int at = full.IndexOf((int)disc.Kx[p], (int)disc.Ky[p]);
                double c = search.Image.Ctf[at], theta = 2 * Math.PI * (disc.Kx[p] * ox + disc.Ky[p] * oy) / RandomCases.Box;
                System.Numerics.Complex a = new System.Numerics.Complex(search.Image.Real[at], search.Image.Imaginary[at])
                    * System.Numerics.Complex.FromPolarCoordinates(1, -theta);
                sum += 2 * c * (re[p] * a.Real + im[p] * a.Imaginary) - c * c * (re[p] * re[p] + im[p] * im[p]);
            }
            return (float)sum;
        }
    }

    private static Rotation Offset(int seed) => RandomRotations.Next(new Random(seed));

    private static Tally[] Tallies() => [.. s_bounds.Select(_ => new Tally())];

    private void Compare(PoseTree tree, int seed, int cases, Tally[] tallies)
    {
        RandomCases random = new(seed, tree, _team);
        SliceDeviations slices = new(random.Lattice, tree, _team);
        TreeSearch[] searches = [.. s_bounds.Select(b => new TreeSearch(tree, random.Lattice, slices, RandomCases.Box, b))];
        IReadOnlyList<(int X, int Y)> cells = tree.Cells(tree.Levels - 1);
        int[] lost = new int[searches.Length];
        for (int i = 0; i < cases; i++)
        {
            // From hopeless to clear images.
            random.Next(10 * Math.Pow(40, i / (double)cases), searches[0].Image);
            float[] scores = random.Exhaustive(searches[0].Image, _team);
            int best = Array.IndexOf(scores, scores.Max());
            (int x, int y) = cells[best / random.Leaves.Length];
            for (int b = 0; b < searches.Length; b++)
            {
                Copy(searches[0], searches[b]);
                Candidate found = searches[b].Search([], 1, 10)[0];
                Assert.InRange(found.LogLikelihood, double.NegativeInfinity, scores[best] + 1e-2);
                bool same = found.Rotation == random.Leaves[best % random.Leaves.Length]
                    && (found.OriginX, found.OriginY) == tree.Origin(tree.Levels - 1, x, y);
                // Two leaves whose scores agree to rounding are one and the same answer.
                if (!same && found.LogLikelihood < scores[best] - 1e-3) lost[b]++;
            }
        }
        for (int b = 0; b < searches.Length; b++) tallies[b].Add(lost[b], cases, searches[b].Count.LeafShare(tree.Leaves));
    }

    private static void Copy(TreeSearch from, TreeSearch to)
    {
        from.Image.Real.CopyTo(to.Image.Real, 0);
        from.Image.Imaginary.CopyTo(to.Image.Imaginary, 0);
        from.Image.Ctf.CopyTo(to.Image.Ctf, 0);
    }

    private sealed class Tally
    {
        private double _shares;

        public int Cases { get; private set; }

        public int Lost { get; private set; }

        /// <summary>Mean share of the leaves that were scored.</summary>
        public double Share => _shares / Cases;

        public void Add(int lost, int cases, double share)
        {
            Lost += lost;
            Cases += cases;
            _shares += share * cases;
        }

        public override string ToString() => $"{Lost} of {Cases} lost, {100 * Share:G3} % of the leaves scored";
    }
}
