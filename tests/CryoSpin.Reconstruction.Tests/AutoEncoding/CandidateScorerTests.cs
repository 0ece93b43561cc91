using CryoSpin.Geometry;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Search;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class CandidateScorerTests
{
    [Fact]
    public void The_best_rotations_come_with_their_best_shifts()
    {
        using SearchScene scene = new(4, band: 4.5);
        ShiftGrid shifts = scene.Shifts(2, 1);
        CandidateScorer scorer = new(scene.Disc, shifts, 20);
        ImageOnDisc image = new(scene.Disc, scene.Set.Box);
        Random random = new(8);
        // Fewer rotations than announced, and a different number each time.
        foreach (int particle in (int[])[0, 3])
        {
            Rotation[] rotations = [.. Enumerable.Range(0, 12 + particle).Select(_ => RandomRotations.Next(random))];
            rotations[5] = scene.Set.Poses[particle].Rotation;
            image.Read(scene.View, particle);
            Candidate[] top = new Candidate[6];
            int[] order = new int[6];
            scorer.Best(scene.Lattice, image, rotations, top, order);
            var expected = rotations
                .Select((r, i) => (
                    Index: i,
                    Fit: shifts.Shifts.Select(s => (s.X, s.Y, Score: scene.LogLikelihood(particle, r, s.X, s.Y))).MaxBy(s => s.Score)))
                .OrderByDescending(e => e.Fit.Score).Take(6).ToArray();
            Assert.Equal(5, order[0]);
            for (int t = 0; t < 6; t++)
            {
                Assert.Equal(expected[t].Index, order[t]);
                Assert.Equal(rotations[order[t]], top[t].Rotation);
                Assert.Equal((expected[t].Fit.X, expected[t].Fit.Y), (top[t].OriginX, top[t].OriginY));
                Assert.Equal(expected[t].Fit.Score, top[t].LogLikelihood, 1e-3 * Math.Abs(expected[t].Fit.Score) + 1e-2);
            }
        }
    }
}
