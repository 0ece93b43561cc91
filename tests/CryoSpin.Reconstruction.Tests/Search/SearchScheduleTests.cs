using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Tests.Search;

public sealed class SearchScheduleTests
{
    private static readonly SearchSchedule s_schedule = new() { Batches = 8, MostBatches = 20, SettlingBatches = 4, LeastGain = 0.01 };

    [Fact]
    public void Without_further_mini_batches_the_number_is_fixed()
    {
        SearchSchedule schedule = new() { Batches = 3 };
        Assert.False(schedule.HasEnded([1, 2]));
        Assert.True(schedule.HasEnded([1, 2, 30]));
    }

    [Fact]
    public void It_ends_where_the_evidence_has_settled()
    {
        Assert.False(s_schedule.HasEnded([10, 10, 10, 10, 10, 10, 10]));
        Assert.True(s_schedule.HasEnded([10, 10, 10, 10, 10, 10, 10, 10]));
        Assert.True(s_schedule.HasEnded([10, 10, 10, 10, 9, 9, 9, 9]));
    }

    [Fact]
    public void It_goes_on_while_the_evidence_rises_and_looks_again_after_as_many_mini_batches()
    {
        double[] rising = [.. Enumerable.Range(0, 20).Select(i => 10.0 + i)];
        Assert.All(Enumerable.Range(8, 12), n => Assert.False(s_schedule.HasEnded(rising[..n])));
        Assert.True(s_schedule.HasEnded(rising));
        double[] settling = [10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11];
        Assert.False(s_schedule.HasEnded(settling[..8]));
        Assert.False(s_schedule.HasEnded(settling[..10]));
        Assert.True(s_schedule.HasEnded(settling));
    }

    [Fact]
    public void The_band_stays_at_its_end()
    {
        Assert.Equal(s_schedule.LastBand, s_schedule.BandAt(19));
        Assert.Equal(s_schedule.FirstBand, s_schedule.BandAt(0));
    }
}
