using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

public class CandidateSearchTests
{
    [Fact]
    public void The_planted_pose_comes_first()
    {
        using SearchScene scene = new(12, band: 7, snr: 2);
        int[] particles = [.. Enumerable.Range(0, 12)];
        ShiftGrid shifts = scene.Shifts(2, 1);
        Candidate[][] found = Find(scene, ViewGrid.ForBand(7, new Random(3)), shifts, particles, 3, 25);
        double[] errors = [.. particles.Select(i => found[i][0].Rotation.AngleToDegrees(scene.Set.Poses[i].Rotation))];
        Assert.InRange(TinyDataset.Median(errors), 0, 14);
        Assert.InRange(errors.Count(e => e < 20), 11, 12);
        foreach (int i in particles)
        {
            if (errors[i] > 20) continue;
            double dx = found[i][0].OriginX - scene.Set.Poses[i].OriginX, dy = found[i][0].OriginY - scene.Set.Poses[i].OriginY;
            Assert.InRange(Math.Sqrt(dx * dx + dy * dy), 0, 1.5);
        }
    }

    [Theory]
    [InlineData(25.0, 6)]
    [InlineData(70.0, 4)]
    public void Candidates_are_sorted_apart_and_the_best_of_what_is_left(double separation, int count)
    {
        using SearchScene scene = new(5);
        Rotation[] grid = ViewGrid.Make(30, 8, new Random(8));
        ShiftGrid shifts = scene.Shifts(1, 1);
        int[] particles = [4, 0, 2];
        Candidate[][] found = Find(scene, grid, shifts, particles, count, separation);
        for (int slot = 0; slot < particles.Length; slot++)
        {
            Candidate[] candidates = found[slot];
            Assert.Equal(count, candidates.Length);
            Assert.Equal(candidates.OrderByDescending(c => c.LogLikelihood), candidates);
            double[] best = [.. grid.Select(r => shifts.Shifts.Max(s => scene.LogLikelihood(particles[slot], r, s.X, s.Y)))];
            for (int c = 0; c < count; c++)
            {
                Assert.All(candidates[..c], earlier => Assert.True(
                    earlier.Rotation.AngleToDegrees(candidates[c].Rotation) > separation - 1e-3));
                double expected = Enumerable.Range(0, grid.Length)
                    .Where(r => candidates[..c].All(e => e.Rotation.AngleToDegrees(grid[r]) >= separation - 1e-3)).Max(r => best[r]);
                Assert.Equal(expected, candidates[c].LogLikelihood, 1e-3 * Math.Abs(expected) + 1e-3);
                Assert.Equal(
                    scene.LogLikelihood(particles[slot], candidates[c].Rotation, candidates[c].OriginX, candidates[c].OriginY),
                    candidates[c].LogLikelihood, 1e-3 * Math.Abs(expected) + 1e-3);
            }
        }
    }

    [Fact]
    public void There_are_no_more_candidates_than_fit_apart()
    {
        using SearchScene scene = new(2);
        Candidate[][] found = Find(scene, ViewGrid.Make(20, 6, new Random(8)), scene.Shifts(0, 1), [1], 50, 100);
        Assert.InRange(found[0].Length, 2, 12);
    }

    private static Candidate[][] Find(SearchScene scene, Rotation[] grid, ShiftGrid shifts, int[] particles, int count, double separation)
    {
        Candidate[][] found = new Candidate[particles.Length][];
        new CandidateSearch(scene.Store, PoseSpace.C1, scene.Team).Find(
            scene.Lattice, scene.Disc, grid, shifts, particles, count, separation, (slot, c) =>
            {
                Assert.Null(found[slot]);
                found[slot] = c;
            });
        return found;
    }
}
