using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.Search;

public class DenseSearchTests
{
    [Fact]
    public void Scores_are_the_log_likelihoods_of_all_poses()
    {
        // More images than one product takes, in an order of their own.
        using SearchScene scene = new(30, band: 4.3);
        ShiftGrid shifts = scene.Shifts(1.5, 1);
        Rotation[] grid = ViewGrid.Make(7, 3, new Random(2));
        DenseSearch search = new(scene.Disc, shifts, scene.Team);
        search.SetModel(scene.Lattice, grid);
        int[] particles = [.. Enumerable.Range(0, 29).Select(i => 29 - i)];
        float[][] scores = new float[particles.Length][];
        search.Score(scene.View, particles, (slot, worker, s, rows, ctf) =>
        {
            Assert.Null(scores[slot]);
            Assert.InRange(worker, 0, 1);
            scores[slot] = s.ToArray();
            CheckRows(scene, shifts, particles[slot], rows, ctf);
        });
        foreach (int slot in (int[])[0, 5, 23, 24, 28])
        {
            double[] expected = [.. shifts.Shifts.SelectMany(s => grid.Select(r => scene.LogLikelihood(particles[slot], r, s.X, s.Y)))];
            Numbers.Close(expected, [.. scores[slot].Select(v => (double)v)], 1e-4, $"image {slot}");
        }
        Assert.DoesNotContain(null, scores);
    }

    [Fact]
    public void A_second_model_replaces_the_first()
    {
        using SearchScene scene = new(3, band: 4);
        DenseSearch search = new(scene.Disc, scene.Shifts(0, 1), scene.Team);
        search.SetModel(scene.Lattice, ViewGrid.Make(6, 2, new Random(1)));
        Rotation[] grid = ViewGrid.Make(5, 4, new Random(3));
        search.SetModel(scene.Lattice, grid);
        Assert.Same(grid, search.Grid);
        int seen = 0;
        search.Score(scene.View, new[] { 2 }, (slot, _, scores, _, _) =>
        {
            seen++;
            Numbers.Close(
                [.. grid.Select(r => scene.LogLikelihood(2, r, 0, 0))], [.. scores.ToArray().Select(v => (double)v)], 1e-4, "scores");
        });
        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(3.0)]
    public void Posterior_sums_are_those_of_a_brute_force_maximisation(double temperature)
    {
        using SearchScene scene = new(12, band: 4, snr: 0.02);
        ShiftGrid shifts = scene.Shifts(1, 1);
        Rotation[] grid = ViewGrid.Make(10, 4, new Random(4));
        DenseSearch search = new(scene.Disc, shifts, scene.Team);
        search.SetModel(scene.Lattice, grid);
        PosteriorSums sums = new(scene.Team) { Temperature = temperature };
        sums.Begin(search);
        var found = new (int Rotation, int Shift, double LogLikelihood, double Evidence, double EffectiveCount)[12];
        search.Score(scene.View, Enumerable.Range(0, 12).ToArray(), (slot, _, s, _, _) => found[slot] = sums.Weigh(slot, s), sums.Add);
        BackProjection actual = new(4, VolumeModel.Oversampling), expected = new(4, VolumeModel.Oversampling);
        sums.InsertInto(actual);

        double spread = 0;
        for (int i = 0; i < 12; i++)
        {
            double[] scores = [.. shifts.Shifts.SelectMany(s => grid.Select(r => scene.LogLikelihood(i, r, s.X, s.Y)))];
            double max = scores.Max();
            double[] w = [.. scores.Select(s => Math.Exp((s - max) / temperature))];
            double total = w.Sum();
            // Poses a thousand times less likely than the best are left out of the sums.
            double[] weights = [.. w.Select(v => v > 1e-3 ? v / w.Where(u => u > 1e-3).Sum() : 0)];
            Assert.Equal(1, weights.Sum(), 1e-9);
            int best = Array.IndexOf(scores, max);
            Assert.Equal((best % grid.Length, best / grid.Length), (found[i].Rotation, found[i].Shift));
            Assert.Equal(max, found[i].LogLikelihood, 1e-3);
            Assert.Equal(max + Math.Log(total), found[i].Evidence, 0.1);
            Assert.Equal(1 / weights.Sum(v => v * v), found[i].EffectiveCount, 0.02 / weights.Sum(v => v * v));
            spread = Math.Max(spread, found[i].EffectiveCount);
            Insert(scene, expected, i, grid, shifts, weights);
        }
        Assert.True(spread > 3, "The posterior is too sharp for this test to say anything.");
        Numbers.Close(expected.MeanWeights(), actual.MeanWeights(), 1e-3, "weights");
        double[] ridge = [.. expected.MeanWeights()];
        MapTransform transform = new(scene.Set.Box, 6, VolumeModel.Oversampling, scene.Team);
        Numbers.Close(Voxels(expected), Voxels(actual), 5e-3, "map");

        // Inserting empties the sums.
        BackProjection nothing = new(4, VolumeModel.Oversampling);
        sums.InsertInto(nothing);
        Assert.All(nothing.MeanWeights(), v => Assert.Equal(0, v));

        double[] Voxels(BackProjection sum) => [.. transform.Reconstruct(sum, ridge).Voxels.Select(v => (double)v)];
    }

    private static void CheckRows(SearchScene scene, ShiftGrid shifts, int particle, ReadOnlySpan<float> rows, ReadOnlySpan<float> ctf)
    {
        int k = scene.Disc.PaddedCount;
        Assert.Equal(shifts.Shifts.Length * 2 * k, rows.Length);
        (Complex[] data, double[] c) = scene.Read(particle);
        for (int s = 0; s < shifts.Shifts.Length; s++)
        {
            Complex[] shifted = scene.Shifted(data, shifts.Shifts[s].X, shifts.Shifts[s].Y);
            for (int p = 0; p < data.Length; p++)
            {
                Assert.Equal(c[p] * shifted[p].Real, rows[s * 2 * k + p], 1e-5);
                Assert.Equal(c[p] * shifted[p].Imaginary, rows[(s * 2 + 1) * k + p], 1e-5);
                Assert.Equal(c[p], ctf[p], 1e-7);
            }
        }
    }

    private static void Insert(SearchScene scene, BackProjection sum, int particle, Rotation[] grid, ShiftGrid shifts, double[] weights)
    {
        (Complex[] data, double[] ctf) = scene.Read(particle);
        int k = scene.Disc.PaddedCount;
        float[] re = new float[k], im = new float[k], weight = new float[k];
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            Complex[] shifted = scene.Shifted(data, shifts.Shifts[i / grid.Length].X, shifts.Shifts[i / grid.Length].Y);
            for (int p = 0; p < data.Length; p++)
            {
                re[p] = (float)(weights[i] * ctf[p] * shifted[p].Real);
                im[p] = (float)(weights[i] * ctf[p] * shifted[p].Imaginary);
                weight[p] = (float)(weights[i] * ctf[p] * ctf[p]);
            }
            sum.Insert(scene.Disc, grid[i % grid.Length], re, im, weight);
        }
    }
}
