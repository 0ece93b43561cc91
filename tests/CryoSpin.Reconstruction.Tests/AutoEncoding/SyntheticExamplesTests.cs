using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Search;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class SyntheticExamplesTests
{
    [Fact]
    public void Without_noise_the_answer_reproduces_the_data()
    {
        using SearchScene scene = new(6);
        SyntheticExamples examples = new(scene.View, 6, 0);
        ImageOnDisc b = new(scene.Disc, scene.Set.Box);
        double[][] ctfs = [.. Enumerable.Range(0, 6).Select(i => scene.Read(i).Ctf)];
        Random random = new(3);
        for (int i = 0; i < 5; i++)
        {
            Rotation answer = examples.Next(scene.Lattice, b, random, 0);
            Complex[] slice = scene.Slice(answer);
            for (int p = 0; p < slice.Length; p++)
            {
                Assert.Equal(b.Ctf[p] * slice[p].Real, b.Real[p], 1e-4);
                Assert.Equal(b.Ctf[p] * slice[p].Imaginary, b.Imaginary[p], 1e-4);
            }
            // The optics are those of a particle.
            Assert.Contains(ctfs, c => c.Zip(b.Ctf, (u, v) => Math.Abs(u - v)).Max() < 1e-6);
        }
    }

    [Fact]
    public void Shifts_lie_in_their_disc()
    {
        using SearchScene scene = new(3);
        SyntheticExamples examples = new(scene.View, 3, 2);
        ImageOnDisc b = new(scene.Disc, scene.Set.Box);
        Random random = new(4);
        double farthest = 0;
        for (int i = 0; i < 40; i++)
        {
            Rotation answer = examples.Next(scene.Lattice, b, random, 0);
            Candidate found = new PoseRefiner(scene.Lattice, b).Refine(new Candidate(answer, 0, 0, 0), new PoseRefinementLimits(20, 6, 10));
            double r = Math.Sqrt(found.OriginX * found.OriginX + found.OriginY * found.OriginY);
            Assert.InRange(r, 0, 2.05);
            Assert.InRange(found.Rotation.AngleToDegrees(answer), 0, 1);
            farthest = Math.Max(farthest, r);
            // Moved back to the centre the data are those of the answer.
            double power = 0;
            for (int p = 0; p < scene.Disc.Count; p++) power += b.Real[p] * b.Real[p] + b.Imaginary[p] * b.Imaginary[p];
            Assert.Equal(1, found.LogLikelihood / power, 1e-3);
        }
        Assert.InRange(farthest, 1.5, 2.05);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    public void Noise_has_the_asked_variance_per_coefficient(float noise)
    {
        using SearchScene scene = new(3);
        SyntheticExamples examples = new(scene.View, 3, 0);
        ImageOnDisc b = new(scene.Disc, scene.Set.Box);
        Random random = new(5);
        double real = 0, imaginary = 0, cross = 0, mean = 0;
        int n = 0;
        for (int i = 0; i < 100; i++)
        {
            Complex[] slice = scene.Slice(examples.Next(scene.Lattice, b, random, noise));
            for (int p = 0; p < scene.Disc.Count; p++, n++)
            {
                Complex e = new Complex(b.Real[p], b.Imaginary[p]) - b.Ctf[p] * slice[p];
                real += e.Real * e.Real;
                imaginary += e.Imaginary * e.Imaginary;
                cross += e.Real * e.Imaginary;
                mean += e.Real + e.Imaginary;
            }
            for (int p = scene.Disc.Count; p < scene.Disc.PaddedCount; p++) Assert.Equal((0f, 0f), (b.Real[p], b.Imaginary[p]));
        }
        double variance = noise * noise;
        Assert.Equal(1, (real + imaginary) / n / variance, 0.06);
        Assert.Equal(0.5, real / n / variance, 0.05);
        Assert.Equal(0, cross / n / variance, 0.04);
        Assert.Equal(0, mean / n / noise, 0.06);
    }

    [Fact]
    public void The_same_stream_gives_the_same_example()
    {
        using SearchScene scene = new(3);
        SyntheticExamples examples = new(scene.View, 3, 2);
        ImageOnDisc a = new(scene.Disc, scene.Set.Box), b = new(scene.Disc, scene.Set.Box);
        Assert.Equal(examples.Next(scene.Lattice, a, new Random(7), 1), examples.Next(scene.Lattice, b, new Random(7), 1));
        Assert.Equal(a.Real, b.Real);
        Assert.Equal(a.Imaginary, b.Imaginary);
        Assert.NotEqual(examples.Next(scene.Lattice, a, new Random(8), 1), examples.Next(scene.Lattice, b, new Random(7), 1));
    }
}
