using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

/// <summary>The first file that exists is not taken without a look at what else would answer.</summary>
public class StackPlacesTests
{
    private const string Head = "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n";

    [Theory]
    [InlineData("")]
    [InlineData("./")]
    [InlineData("stacks/")]
    public void The_star_files_folder_comes_before_the_working_folder_and_both_are_told(string sub)
    {
        using ParticleFolder folder = new();
        string name = $"cryospin-test-{Guid.NewGuid():N}.mrcs", there = folder.Stack($"set/{sub}{name}", 1, 6);
        string here = Path.GetFullPath(sub + name);
        Directory.CreateDirectory(Path.GetDirectoryName(here)!);
        File.Copy(there, here);
        try
        {
            ParticleSet set = ParticleSet.Load(folder.Star("set/p.star", Head + $"1@{sub}{name} 2.5\n"));
            Assert.Equal(Path.GetFullPath(there), Path.GetFullPath(Assert.Single(set.StackPaths)));
            string warning = Assert.Single(set.Warnings);
            Assert.Contains(Path.GetFullPath(there), warning.Replace("/./", "/", StringComparison.Ordinal));
            Assert.Contains($"{here} has that name too", warning);
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void Two_files_for_one_name_are_told_wherever_they_lie()
    {
        using ParticleFolder folder = new();
        string data = folder.Stack("data/sub/a.mrcs", 1, 6), above = folder.Stack("sub/a.mrcs", 1, 6);
        string star = folder.Star("set/p.star", Head + "1@sub/a.mrcs 2.5\n");
        Assert.Empty(ParticleSet.Load(star).Warnings);
        ParticleSet set = ParticleSet.Load(star, new ParticleLoadOptions(DataDirectory: folder.File("data")));
        Assert.Equal([data], set.StackPaths);
        Assert.Contains(above, Assert.Single(set.Warnings));
        // One file under two paths is one file.
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateSymbolicLink(folder.File("linked"), folder.Path);
        Assert.Empty(ParticleSet.Load(star, new ParticleLoadOptions(DataDirectory: folder.File("linked"))).Warnings);
    }

    [Theory]
    [InlineData("Extract/job1/a.mrcs", "Extract/job2/a.mrcs")]
    [InlineData("/gone/job1/a.mrcs", "/gone/job2/a.mrcs")]
    [InlineData("C:\\gone\\job1\\a.mrcs", "C:\\gone\\job2\\a.mrcs")]
    [InlineData("a.mrcs", "Extract/job2/a.mrcs")]
    public void Two_names_do_not_become_one_file_by_a_guess(string first, string second)
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string star = folder.Star("p.star", Head + $"1@{first} 2.5\n2@{second} 2.5\n");
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(star));
        Assert.Contains($"{first} and {second}", e.What);
        Assert.Contains("--data-dir", e.Remedy);
        ParticleSet set = ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false));
        Assert.False(File.Exists(set.StackPaths[1]));
        Assert.Contains(set.Warnings, w => w.Contains($"{first} and {second}", StringComparison.Ordinal));
    }

    [Fact]
    public void Stacks_of_cryosparc_are_held_apart_alike()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrc", 6, 6);
        CryoSpin.IO.Npy.RecordTable records = CryoSparc.Records.Blob([1, 2]);
        records.Set("blob/path", new CryoSpin.IO.Npy.TypedArray(["J1/imported/a.mrc", "J2/imported/a.mrc"]));
        string path = folder.File("p.cs");
        CryoSpin.IO.Npy.NpyWriter.Write(path, records);
        Assert.Contains("two names end at one file", Assert.Throws<InputException>(() => ParticleSet.Load(path)).What);
        // A leading > means the dataset's own folder, wherever the program is.
        records.Set("blob/path", new CryoSpin.IO.Npy.TypedArray([">a.mrc", ">a.mrc"]));
        CryoSpin.IO.Npy.NpyWriter.Write(path, records);
        Assert.Equal(folder.File("a.mrc"), Path.GetFullPath(Assert.Single(ParticleSet.Load(path).StackPaths)));
    }

    [Theory]
    [InlineData("/old/place/project/Extract/job007/a.mrcs")]
    [InlineData("D:\\data\\project\\Extract\\job007\\a.mrcs")]
    [InlineData("../../elsewhere/Extract/job007/a.mrcs")]
    public void A_project_that_was_moved_is_found_by_the_longest_end_of_its_names_and_told(string name)
    {
        using ParticleFolder folder = new();
        string right = folder.Stack("project/Extract/job007/a.mrcs", 1, 6);
        folder.Stack("project/Refine3D/job012/a.mrcs", 1, 6);
        ParticleSet set = ParticleSet.Load(folder.Star("project/Refine3D/job012/p.star", Head + $"1@{name} 2.5\n"));
        Assert.Equal([right], set.StackPaths);
        string warning = Assert.Single(set.Warnings);
        Assert.Contains("1 of 1 stack is not where its name says", warning);
        Assert.Contains(name, warning);
    }

    [Fact]
    public void A_star_file_that_is_a_link_lies_in_both_folders()
    {
        if (OperatingSystem.IsWindows()) return;
        using ParticleFolder folder = new();
        string beside = folder.Stack("project/Refine3D/job1/b.mrcs", 1, 6), inner = folder.Stack("project/Extract/job2/a.mrcs", 1, 6);
        string star = folder.Star("project/Refine3D/job1/p.star", Head + "1@Extract/job2/a.mrcs 2.5\n1@b.mrcs 2.5\n");
        string link = folder.File("links/best.star");
        File.CreateSymbolicLink(link, star);
        Assert.Equal([inner, beside], ParticleSet.Load(link).StackPaths);
    }

    [Fact]
    public void Two_links_to_one_stack_are_told()
    {
        if (OperatingSystem.IsWindows()) return;
        using ParticleFolder folder = new();
        string real = folder.Stack("job1/a.mrcs", 2, 6);
        File.CreateSymbolicLink(folder.File("job2/a.mrcs"), real);
        string star = folder.Star("p.star", Head + "1@job1/a.mrcs 2.5\n1@job2/a.mrcs 2.5\n");
        IReadOnlyList<string> warnings = ParticleSet.Load(star).Warnings;
        Assert.Contains(warnings, w => w.Contains("job1/a.mrcs and job2/a.mrcs are one file", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("1 image is named more than once", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_hold_from_a_folder_that_is_a_link_and_past_links_that_are_climbed()
    {
        if (OperatingSystem.IsWindows()) return;
        using ParticleFolder folder = new();
        string stack = folder.Stack("disk/images/a.mrcs", 1, 6, start: 5);
        // The system climbs from where a link leads: here/../images is disk/images.
        Directory.CreateDirectory(folder.File("disk/deep/out"));
        Directory.CreateSymbolicLink(folder.File("here"), folder.File("disk/deep"));
        ParticleSet set = ParticleSet.Load(folder.Star("disk/deep/p.star", Head + "1@../images/a.mrcs 2.5\n"));
        ParticleSet byLink = ParticleSet.Load(folder.File("here/p.star"));
        foreach (ParticleSet read in new[] { set, byLink })
        {
            read.WriteStar(folder.File("here/out/q.star"), null);
            ParticleSet again = ParticleSet.Load(folder.File("here/out/q.star"));
            Assert.Empty(again.Warnings);
            Assert.Equal(CryoSpin.IO.RealPath.Of(stack), CryoSpin.IO.RealPath.Of(again.ImagePath(0)));
        }
        Assert.Equal(CryoSpin.IO.RealPath.Of(stack), CryoSpin.IO.RealPath.Of(folder.File("here") + "/../images/./a.mrcs"));
    }

    [Fact]
    public void A_name_that_is_written_does_not_mean_another_stack_of_the_new_folder()
    {
        using ParticleFolder folder = new();
        string name = $"cryospin-test-{Guid.NewGuid():N}.mrcs", here = Path.GetFullPath(name);
        File.Copy(folder.Stack("raw/a.mrcs", 1, 6), here);
        try
        {
            folder.Stack($"other/{name}", 1, 6);
            ParticleSet set = ParticleSet.Load(folder.Star("set/p.star", Head + $"1@{name} 2.5\n"));
            Assert.Equal(name, Assert.Single(set.StackPaths));
            set.WriteStar(folder.File("other/q.star"), null);
            ParticleSet again = ParticleSet.Load(folder.File("other/q.star"));
            Assert.Equal(CryoSpin.IO.RealPath.Of(here), CryoSpin.IO.RealPath.Of(again.ImagePath(0)));
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void A_name_that_climbs_goes_on_meaning_the_same_place_where_the_stack_is_away()
    {
        using ParticleFolder folder = new();
        ParticleSet set = ParticleSet.Load(
            folder.Star("run/p.star", Head + "1@../away/a.mrcs 2.5\n"), new ParticleLoadOptions(RequireImages: false));
        set.WriteStar(folder.File("some/where/q.star"), null);
        Assert.Equal("1@../../away/a.mrcs", StarFile.Read(folder.File("some/where/q.star")).Get("particles").GetText("rlnImageName", 0));
    }
}
