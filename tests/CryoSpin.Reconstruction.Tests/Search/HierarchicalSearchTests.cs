using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

public class HierarchicalSearchTests
{
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(0, 2.5)]
    [InlineData(1, 1.5)]
    public void The_exhaustive_level_keeps_the_best_of_a_double_loop_score_by_score(int order, double maxShift)
    {
        using SearchScene scene = new(6, band: 5, snr: 0.2);
        HierarchicalGrid grid = new() { Order = order, ShiftsPerAxis = 3, Kept = 5, Subdivisions = 0 };
        Rotation offset = RandomRotations.Next(new Random(order + 7));
        int[] particles = [3, 0, 5, 1];
        Candidate[][] found = Find(scene, grid, maxShift, particles, offset, 5, 5);
        Rotation[] rotations = So3Grid.Healpix(order, offset);
        (double X, double Y)[] shifts = new ShiftCells(maxShift, 3).First();
        Assert.Equal(maxShift == 0 ? 1 : 9, shifts.Length);
        for (int slot = 0; slot < particles.Length; slot++)
        {
            Reference[] expected = [.. rotations.Select(r => BestShift(scene, particles[slot], r, shifts)).OrderByDescending(f => f.Score)];
            Same(expected, found[slot]);
        }
    }

    [Fact]
    public void Each_level_keeps_the_best_children_of_a_double_loop_score_by_score()
    {
        using SearchScene scene = new(5, band: 5, snr: 0.2);
        HierarchicalGrid grid = new() { Order = 0, ShiftsPerAxis = 3, Kept = 3, Subdivisions = 2 };
        int[] particles = [4, 2, 1];
        Rotation offset = RandomRotations.Next(new Random(9));
        Candidate[][] found = Find(scene, grid, 2.5, particles, offset, 5, 5);
        ShiftCells cells = new(2.5, 3);
        for (int slot = 0; slot < particles.Length; slot++)
        {
            int particle = particles[slot];
            Reference[] kept = [.. So3Grid.Healpix(0, offset).Select(r => BestShift(scene, particle, r, cells.First()))
                .OrderByDescending(f => f.Score).Take(3)];
            for (int level = 1; level <= 2; level++)
            {
                List<Reference> children = [];
                foreach (Reference parent in kept)
                {
                    List<(double, double)> shifts = [];
                    cells.Subdivide(parent.X, parent.Y, level, shifts);
                    Rotation[] rotations = So3Grid.Subdivide(parent.Rotation, 60.0 / (1 << (level - 1)));
                    children.AddRange(rotations.Select(r => BestShift(scene, particle, r, [.. shifts])));
                }
                kept = [.. children.OrderByDescending(f => f.Score).Take(3)];
            }
            Same(kept, found[slot]);
        }
    }

    [Fact]
    public void The_last_level_compares_in_the_last_band()
    {
        using SearchScene scene = new(3, band: 6, snr: 0.2);
        HierarchicalGrid grid = new() { Order = 1, ShiftsPerAxis = 3, Kept = 4, Subdivisions = 2 };
        Candidate[][] found = Find(scene, grid, 1.5, [0, 1, 2], Rotation.Identity, 3, 6);
        for (int i = 0; i < 3; i++)
        {
            Assert.All(found[i], f => Assert.Equal(
                scene.LogLikelihood(i, f.Rotation, f.OriginX, f.OriginY), f.LogLikelihood, 1e-3 * Math.Abs(f.LogLikelihood) + 1e-2));
        }
    }

    [Fact]
    public void Children_stay_within_the_spacing_of_their_parents()
    {
        using SearchScene scene = new(2, band: 5);
        foreach (int levels in new[] { 1, 2, 3, 4 })
        {
            // One pose is kept, so its whole line of parents is known: each step is at most half a cell's diagonal.
            HierarchicalGrid grid = new() { Order = 0, ShiftsPerAxis = 5, Kept = 1, Subdivisions = levels };
            Candidate parent = Find(scene, grid with { Subdivisions = levels - 1 }, 3, [1], Rotation.Identity, 5, 5)[0][0];
            Candidate child = Find(scene, grid, 3, [1], Rotation.Identity, 5, 5)[0][0];
            double spacing = grid.SpacingDegrees(levels - 1), turned = child.Rotation.AngleToDegrees(parent.Rotation);
            Assert.Equal(Math.Sqrt(3) * spacing / 4, turned, 1e-6);
            Assert.InRange(turned, 0, spacing);
            double width = 6.0 / 5 / (1 << (levels - 1));
            Assert.Equal(width / 4, Math.Abs(child.OriginX - parent.OriginX), 1e-9);
            Assert.Equal(width / 4, Math.Abs(child.OriginY - parent.OriginY), 1e-9);
        }
    }

    [Fact]
    public void On_clean_slices_it_finds_what_an_exhaustive_search_of_the_finest_grid_finds()
    {
        using SearchScene scene = new(8, band: 7, snr: 1e4, maxShift: 0);
        int[] particles = [.. Enumerable.Range(0, 8)];
        Candidate[][] found = Find(scene, new HierarchicalGrid { Subdivisions = 1 }, 0, particles, Rotation.Identity, 7, 7);
        // All children of all rotations: what the levels would score if every pose were kept.
        Rotation[] finest = [.. So3Grid.Healpix(2).SelectMany(r => So3Grid.Subdivide(r, 15))];
        DenseSearch dense = new(scene.Disc, scene.Shifts(0, 1), scene.Team);
        dense.SetModel(scene.Lattice, finest);
        Rotation[] best = new Rotation[8];
        dense.Score(
            scene.View, particles, (slot, _, scores, _, _) => best[slot] = finest[System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(scores)]);
        Assert.All(particles, i => Assert.Equal(0, found[i][0].Rotation.AngleToDegrees(best[i]), 1e-5));
    }

    [Fact]
    public void Four_subdivisions_come_near_the_truth()
    {
        using SearchScene scene = new(10, band: 9, snr: 100);
        Candidate[][] found = Find(scene, new HierarchicalGrid(), 2, [.. Enumerable.Range(0, 10)], RandomRotations.Next(new Random(2)), 6, 9);
        // A box of 24 pixels says no more.
        Assert.InRange(TinyDataset.Median(found.Select((f, i) => f[0].Rotation.AngleToDegrees(scene.Set.Poses[i].Rotation))), 0, 3);
        for (int i = 0; i < 10; i++)
        {
            Assert.InRange(found[i][0].Rotation.AngleToDegrees(scene.Set.Poses[i].Rotation), 0, 8);
            Assert.InRange(found[i][0].OriginX - scene.Set.Poses[i].OriginX, -0.2, 0.2);
            Assert.InRange(found[i][0].OriginY - scene.Set.Poses[i].OriginY, -0.2, 0.2);
            Assert.Equal(8, found[i].Select(f => f.Rotation).Distinct().Count());
            Assert.Equal(found[i].OrderByDescending(f => f.LogLikelihood), found[i]);
        }
    }

    [Fact]
    public void Cells_of_origins_tile_the_disc()
    {
        ShiftCells cells = new(3.5, 7);
        (double X, double Y)[] first = cells.First();
        // The square's corners alone do not reach into the disc.
        Assert.Equal(45, first.Length);
        List<(double X, double Y)> all = [.. first];
        for (int level = 1; level <= 3; level++)
        {
            List<(double X, double Y)> next = [];
            foreach ((double x, double y) in all) cells.Subdivide(x, y, level, next);
            all = next;
        }
        double width = cells.Width(3);
        Assert.Equal(0.125, width, 1e-12);
        Assert.Equal(all.Count, all.Distinct().Count());
        Random random = new(4);
        for (int i = 0; i < 200; i++)
        {
            Candidate probe = TinyDataset.RandomPose(random, 3.5);
            Assert.Single(all, c => Math.Abs(c.X - probe.OriginX) <= width / 2 && Math.Abs(c.Y - probe.OriginY) <= width / 2);
        }
        Assert.Equal([(0.0, 0.0)], new ShiftCells(0, 7).First());
    }

    [Fact]
    public void It_stops_when_asked()
    {
        using SearchScene scene = new(60);
        using CancellationTokenSource source = new();
        HierarchicalSearch search = new(scene.Store, new HierarchicalGrid { Order = 0, Subdivisions = 1 }, PoseSpace.C1, 1, scene.Team);
        search.UseBands(5, 5);
        int found = 0;
        TinyDataset.AssertCancelled(() => search.Find(
            scene.Lattice, Enumerable.Range(0, 60).ToArray(), Rotation.Identity,
            (_, _) =>
            {
                Interlocked.Increment(ref found);
                source.Cancel();
            },
            source.Token));
        Assert.InRange(found, 1, DenseSearch.ImagesPerProduct);
    }

    private readonly record struct Reference(Rotation Rotation, double X, double Y, double Score);

    private static Reference BestShift(SearchScene scene, int particle, Rotation rotation, (double X, double Y)[] shifts) =>
        shifts.Select(s => new Reference(rotation, s.X, s.Y, scene.LogLikelihood(particle, rotation, s.X, s.Y))).MaxBy(f => f.Score);

    private static void Same(Reference[] expected, Candidate[] actual)
    {
        for (int k = 0; k < actual.Length; k++)
        {
            Assert.Equal(expected[k].Score, actual[k].LogLikelihood, 1e-3 * Math.Abs(expected[k].Score) + 1e-3);
            // Poses that score the same to single precision may change places.
            if (k + 1 < expected.Length && expected[k].Score - expected[k + 1].Score < 1e-2) continue;
            if (k > 0 && expected[k - 1].Score - expected[k].Score < 1e-2) continue;
            Assert.Equal(0, expected[k].Rotation.AngleToDegrees(actual[k].Rotation), 1e-5);
            Assert.Equal(expected[k].X, actual[k].OriginX, 1e-9);
            Assert.Equal(expected[k].Y, actual[k].OriginY, 1e-9);
        }
    }

    private static Candidate[][] Find(
        SearchScene scene, HierarchicalGrid grid, double maxShift, int[] particles, Rotation offset, double first, double last)
    {
        HierarchicalSearch search = new(scene.Store, grid, PoseSpace.C1, maxShift, scene.Team);
        search.UseBands(first, last);
        Candidate[][] found = new Candidate[particles.Length][];
        search.Find(scene.Lattice, particles, offset, (slot, kept) => found[slot] = kept);
        return found;
    }
}
