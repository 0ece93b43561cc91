using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Particles;

public class ParticleSourceTests
{
    private const string Head = "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n";
    private const string SizedHead = Head + "_rlnImageSize\n";

    [Fact]
    public void Images_come_from_the_right_stack_and_place_on_many_threads()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 5, 5);
        folder.Stack("b.mrcs", 2, 5, start: 0.5f);
        string star = folder.Star("p.star", Head + "5@a.mrcs 2\n2@b.mrcs 2\n1@a.mrcs 2\n");
        using ParticleSource source = ParticleSource.Open(star);
        Assert.Equal(3, source.Set.Count);
        float[] firsts = [4000, 1000.5f, 0];
        int wrong = 0;
        Parallel.For(0, 600, k =>
        {
            float[] image = new float[25];
            source.ReadImage(k % 3, image);
            for (int p = 0; p < 25; p++)
            {
                if (image[p] != firsts[k % 3] + p) Interlocked.Increment(ref wrong);
            }
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void All_problems_are_named_at_once()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        folder.Stack("small.mrcs", 2, 4);
        folder.Stack("wide.mrcs", 2, 6, 5);
        string cut = folder.Stack("cut.mrcs", 3, 6);
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^10]);
        string[] names = ["1@a.mrcs", "4@a.mrcs", "1@small.mrcs", "1@wide.mrcs", "1@cut.mrcs", "2000000000@a.mrcs"];
        string star = folder.Star("p.star", SizedHead + string.Concat(names.Select(n => n + " 2.5 6\n")));
        InputException e = Assert.Throws<InputException>(() => ParticleSource.Open(star));
        Assert.Equal(star, e.Where);
        foreach (string expected in new[]
            {
                "5 problems", "row 2 (line 7): image 4 of", "which has 3", "row 3 (line 8)", "4 x 4 pixels", "row 4 (line 9)", "6 x 5",
                "row 5 (line 10)", "promises", "row 6 (line 11): image 2000000000",
            })
        {
            Assert.Contains(expected, e.What);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Pixels_that_are_not_finite_are_named_with_their_particle(float bad)
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 3, 6);
        byte[] bytes = File.ReadAllBytes(stack);
        BitConverter.TryWriteBytes(bytes.AsSpan(1024 + (4 * ((36 * 1) + (6 * 4) + 2))), bad);
        File.WriteAllBytes(stack, bytes);
        using ParticleSource source = ParticleSource.Open(folder.Star("p.star", Head + "1@a.mrcs 2.5\n2@a.mrcs 2.5\n"));
        float[] image = new float[36];
        source.ReadImage(0, image);
        InputException e = Assert.Throws<InputException>(() => source.ReadImage(1, image));
        Assert.Contains("row 2 (line 6)", e.Where);
        Assert.Contains("2@", e.Where);
        Assert.Contains("(2, 4)", e.What);
    }

    [Fact]
    public void A_bare_stack_is_enough()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 3, 6, pixelSize: 0);
        using ParticleSource source = ParticleSource.Open(stack);
        Assert.Equal((3, 6, 1.0), (source.Set.Count, source.Set.BoxSize, source.Set.PixelSizeAngstrom));
        Assert.Single(source.Warnings);
        float[] image = new float[36];
        source.ReadImage(2, image);
        Assert.Equal(2035, image[^1]);
        Assert.Throws<InputException>(() => ParticleSource.Open(folder.Stack("wide.mrcs", 1, 6, 4)));
        Assert.Throws<ArgumentException>(() => source.ReadImage(0, new float[35]));
    }

    [SharedTheory("data/B_particles", "data/stacks")]
    [InlineData("stacks/spike64/particles.star", 5000, 64, 4.26, true, false)]
    [InlineData("stacks/spike64/truth.star", 5000, 64, 4.26, true, true)]
    [InlineData("B_particles/tomodrgn/10076_classE_32_sim.star", 720, 32, 13.1, true, true)]
    [InlineData("B_particles/cryodrgn/empiar_10076_7.star", 7, 320, 1.3099979040033535, true, false)]
    public void Shared_sets_are_read_whole(string name, int count, int box, double pixelSize, bool ctf, bool poses)
    {
        using ParticleSource source = ParticleSource.Open(SharedData.Path("data/" + name));
        ParticleSet set = source.Set;
        Assert.Equal((count, box, ctf, poses), (set.Count, set.BoxSize, set.HasCtf, set.HasPoses));
        Assert.Equal(pixelSize, set.PixelSizeAngstrom, 6);
        float[] image = new float[box * box];
        for (int i = 0; i < count; i++) source.ReadImage(i, image);
        using MrcStackReader stack = MrcStackReader.Open(set.ImagePath(count - 1));
        float[] direct = new float[box * box];
        stack.Read(set.ImageIndex(count - 1), direct);
        Assert.Equal(direct, image);
    }

    [SharedFact("data/B_particles/tomodrgn/10076_classE_32_sim.star")]
    public void Shared_values_are_those_of_the_file()
    {
        ParticleSet set = ParticleSet.Load(SharedData.Path("data/B_particles/tomodrgn/10076_classE_32_sim.star"));
        Assert.Equal(7929.53, set.Ctf(1)!.Value.DefocusUAngstrom);
        Assert.Equal(90, set.Ctf(1)!.Value.PhaseShiftDegrees);
        Assert.Equal(-24, set.Ctf(1)!.Value.BFactorAngstromSquared);
        Assert.Equal(0.9986295, set.Ctf(1)!.Value.Scale);
        Assert.Equal(2.8573956 * 13.1, set.Pose(1)!.Value.OriginYAngstrom, 9);
    }

    [SharedTheory("data/B_particles/aspire", "data/C_formats/empiar10028")]
    [InlineData("B_particles/aspire/sample_particles_relion30.star", 17, 1.338)]
    [InlineData("B_particles/aspire/sample_particles_relion31.star", 17, 1.4)]
    [InlineData("C_formats/empiar10028/particles_1000_128.star", 1000, 3.768736)]
    public void Shared_metadata_are_read_without_images(string name, int count, double pixelSize)
    {
        ParticleSet set = ParticleSet.Load(SharedData.Path("data/" + name), new ParticleLoadOptions(RequireImages: false));
        Assert.Equal(count, set.Count);
        Assert.Equal(pixelSize, set.PixelSizeAngstrom, 6);
        Assert.True(set.HasCtf && set.HasPoses);
    }
}
