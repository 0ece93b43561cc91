using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

public class StackFindingTests
{
    private const string Head = "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n";

    [Fact]
    public void Paths_that_start_from_the_project_are_found_above_the_star_file()
    {
        using ParticleFolder folder = new();
        string a = folder.Stack("project/Extract/job007/a.mrcs", 1, 6);
        ParticleSet set = ParticleSet.Load(folder.Star("project/Refine3D/job012/run_data.star", Head + "1@Extract/job007/a.mrcs 2\n"));
        Assert.Equal([a], set.StackPaths);
    }

    [Fact]
    public void The_data_folder_is_looked_in_before_the_star_files_own()
    {
        using ParticleFolder folder = new();
        string there = folder.Stack("data/deep/a.mrcs", 1, 6), byName = folder.Stack("data/b.mrcs", 1, 6);
        string here = folder.Stack("star/deep/a.mrcs", 1, 6);
        string star = folder.Star("star/p.star", Head + "1@deep/a.mrcs 2\n1@lost/b.mrcs 2\n");
        Assert.Equal([there, byName], ParticleSet.Load(star, new ParticleLoadOptions(DataDirectory: folder.File("data"))).StackPaths);
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(star));
        foreach (string tried in new[] { "star/lost/b.mrcs", "lost/b.mrcs", "star/b.mrcs" }) Assert.Contains(folder.File(tried), e.What);
        Assert.Contains("--data-dir", e.Remedy);
        Assert.DoesNotContain(here, e.What);
        ParticleLoadOptions nowhere = new(DataDirectory: "nowhere");
        Assert.Contains("data folder", Assert.Throws<InputException>(() => ParticleSet.Load(star, nowhere)).What);
    }

    [Fact]
    public void Of_many_missing_stacks_the_first_are_told_in_full()
    {
        using ParticleFolder folder = new();
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"1@lost/s{i}.mrcs 2\n"));
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(folder.Star("p.star", Head + rows)));
        Assert.Contains("40 of 40", e.What);
        Assert.Contains("s4.mrcs (tried", e.What);
        Assert.DoesNotContain("s5.mrcs", e.What);
        Assert.Contains("and 35 more", e.What);
    }

    [Fact]
    public void A_name_that_is_not_utf8_is_told_as_such()
    {
        using ParticleFolder folder = new();
        string star = folder.File("p.star");
        File.WriteAllBytes(star, [.. System.Text.Encoding.ASCII.GetBytes(Head + "1@caf"), 0xe9, .. ".mrcs 2\n"u8]);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => ParticleSet.Load(star)).Remedy);
        string good = folder.Stack("Bücher/café.mrcs", 1, 6);
        Assert.Equal([good], ParticleSet.Load(folder.Star("q.star", Head + "1@Bücher/café.mrcs 2\n")).StackPaths);
    }

    [Fact]
    public void A_list_of_stacks_is_read_in_its_order_and_written_with_paths_that_hold()
    {
        using ParticleFolder folder = new();
        string b = folder.Stack("lists/x/b.mrcs", 2, 6, start: 5), a = folder.Stack("else/a.mrcs", 1, 6);
        string list = folder.Star("lists/all.txt", $"# stacks\nx/b.mrcs\n\n  {a}  \n");
        using ParticleSource source = ParticleSource.Open(list);
        Assert.Equal((3, 2.5, false), (source.Set.Count, source.Set.PixelSizeAngstrom, source.Set.HasCtf));
        Assert.Equal([b, a], source.Set.StackPaths);
        float[] image = new float[36];
        source.ReadImage(1, image);
        Assert.Equal(1005, image[0]);
        Directory.CreateDirectory(folder.File("out"));
        source.Set.WriteStar(folder.File("out/p.star"), null);
        Assert.Equal([b, a], ParticleSet.Load(folder.File("out/p.star")).StackPaths.Select(Path.GetFullPath));

        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(folder.Star("lists/bad.txt", "x/b.mrcs\ngone.mrcs\n")));
        Assert.Contains(folder.File("lists/gone.mrcs"), e.What);
        Assert.Contains("no stacks", Assert.Throws<InputException>(() => ParticleSet.Load(folder.Star("none.txt", "# nothing\n"))).What);
    }

    [Fact]
    public void Images_named_twice_are_warned_of_even_under_two_names()
    {
        using ParticleFolder folder = new();
        folder.Stack("sub/a.mrcs", 3, 6, pixelSize: 2);
        string once = folder.Star("p.star", Head + "1@sub/a.mrcs 2\n2@sub/a.mrcs 2\n");
        Assert.Empty(ParticleSet.Load(once).Warnings);
        string twice = folder.Star("q.star", Head + "1@sub/a.mrcs 2\n2@sub/a.mrcs 2\n1@a/../sub/a.mrcs 2\n000002@sub/a.mrcs 2\n");
        Directory.CreateDirectory(folder.File("a"));
        string warning = Assert.Single(ParticleSet.Load(twice).Warnings);
        Assert.Contains("2 images", warning);
        Assert.Contains("row 1 (line 5)", warning);
        Assert.Contains("row 3 (line 7)", warning);
    }

    [Fact]
    public void Relions_old_name_for_the_pixel_size_is_known()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 1, 6, pixelSize: 0);
        string star = folder.Star("p.star", "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@a.mrcs 1.25\n");
        Assert.Equal(1.25, ParticleSet.Load(star).PixelSizeAngstrom);
    }
}
