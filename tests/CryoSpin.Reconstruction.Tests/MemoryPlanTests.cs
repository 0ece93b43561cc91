using CryoSpin.Diagnostics;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests;

public sealed class MemoryPlanTests : IDisposable
{
    private readonly TemporaryScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_fits_stays_in_memory()
    {
        MemoryPlan plan = Plan(8L << 30, 10_000, 128);
        Assert.Null(plan.ScratchFolder);
        Assert.Equal(plan.MapBytes + plan.WorkBytes + plan.TableBytes + plan.ParticleBytes, plan.TotalBytes);
        // Half a plane of frequencies of 128 pixels, two numbers of two bytes each.
        Assert.Equal(Math.PI * 64 * 64 / 2 * 4 * 10_000, plan.ParticleBytes, 0.03 * plan.ParticleBytes);
        Assert.Contains("Memory: about", plan.ToString());
    }

    [Fact]
    public void What_does_not_fit_goes_to_the_scratch_folder()
    {
        MemoryPlan plan = Plan(1L << 30, 50_000, 128);
        Assert.Equal(_scratch.Path, plan.ScratchFolder);
        Assert.InRange(plan.TotalBytes, 1, 1L << 30);
        Assert.Contains(_scratch.Path, plan.ToString());
        Assert.Contains("scratch file", plan.ToString());
    }

    [Fact]
    public void The_output_folder_is_the_usual_place_for_scratch()
    {
        ReconstructionOptions options = ReconstructionOptions.Of("p.star", _scratch.Path) with { Resources = new RunResources { MaxMemoryBytes = 1L << 30 } };
        Assert.Equal(_scratch.Path, MemoryPlan.For(options.Method, options.ResourcesInFolder(), 50_000, 128, "p.star").ScratchFolder);
    }

    [Fact]
    public void Too_little_memory_is_refused_with_what_would_do()
    {
        InputException e = Assert.Throws<InputException>(() => Plan(300L << 20, 5_000, 128));
        Assert.Contains("p.star", e.Message);
        Assert.Contains("300 MiB", e.Message);
        string advice = e.Message[(e.Message.IndexOf("--max-memory", StringComparison.Ordinal) + 13)..];
        long enough = long.Parse(advice[..advice.IndexOf('M')]) << 20;
        Assert.InRange(Plan(enough, 5_000, 128).TotalBytes, enough - (2L << 20), enough);
    }

    [Fact]
    public void Too_little_disk_is_refused_before_anything_is_read()
    {
        CryoSpinException e = Assert.Throws<CryoSpinException>(() => Plan(200L << 30, 20_000_000, 256));
        Assert.Contains(_scratch.Path, e.Message);
        Assert.Contains("free", e.Message);
    }

    [Fact]
    public void The_slices_of_branch_and_bound_are_counted()
    {
        long usual = Plan(8L << 30, 10_000, 64).WorkBytes, branchAndBound = Plan(8L << 30, 10_000, 64, ReconstructionMethod.CryoSparc).WorkBytes;
        // 4,608 rotations twice and 36,864 once, two numbers for each of the 240 frequencies within 12 shells; a padded map and its transform.
        Assert.Equal(4 * (2.0 * 240 * (2 * 4_608 + 36_864) + 128.0 * 128 * 258), branchAndBound - usual, 0.15 * (branchAndBound - usual));
    }

    [Fact]
    public void Boxes_beyond_the_programs_arrays_are_refused()
    {
        InputException e = Assert.Throws<InputException>(() => Plan(1L << 40, 100, 1024));
        Assert.Contains("1024 pixels", e.Message);
    }

    private MemoryPlan Plan(long limit, int count, int box, string method = ReconstructionMethod.CryoSpin) => MemoryPlan.For(
        new MethodOptions { Name = method }, new RunResources { MaxMemoryBytes = limit, ScratchDirectory = _scratch.Path }, count, box, "p.star");
}
