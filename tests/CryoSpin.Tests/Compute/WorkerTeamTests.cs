using CryoSpin.Compute;

namespace CryoSpin.Tests.Compute;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void A_loop_returns_only_when_every_item_is_done(int workers)
    {
        // More workers than cores: some are always late, which is when a loop could end too early or meet the next one.
        using WorkerTeam team = new(workers);
        int[] done = new int[24];
        for (int loop = 1; loop <= 20_000; loop++)
        {
            if ((loop & 1) == 0) team.ForEach(done.Length, (i, _) => done[i]++);
            else team.ForBlocks(done.Length, (i, _) => done[i]++);
            for (int i = 0; i < done.Length; i++)
            {
                if (done[i] != loop) Assert.Fail($"Item {i} was done {done[i]} times after {loop} loops of {workers} workers.");
            }
        }
    }

    [Fact]
    public void Blocks_are_contiguous_and_fixed()
    {
        using WorkerTeam team = new(3);
        int[] worker = new int[10];
        team.ForBlocks(10, (i, w) => worker[i] = w);
        for (int i = 0; i < 10; i++) Assert.InRange(i, team.BlockStart(10, worker[i]), team.BlockStart(10, worker[i] + 1) - 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_failure_is_thrown_as_it_is_and_the_team_goes_on(int workers)
    {
        using WorkerTeam team = new(workers);
        for (int time = 0; time < 50; time++)
        {
            int bad = time % 30;
            Assert.Throws<InvalidDataException>(() => team.ForEach(30, (i, _) =>
            {
                if (i == bad) throw new InvalidDataException();
            }));
        }
        int sum = 0;
        team.ForEach(100, (i, _) => Interlocked.Add(ref sum, i));
        Assert.Equal(4950, sum);
    }

    [Fact]
    public void A_failure_stops_the_other_workers()
    {
        using WorkerTeam team = new(2);
        int ran = 0;
        Assert.Throws<InvalidDataException>(() => team.ForEach(100_000, (i, _) =>
        {
            Interlocked.Increment(ref ran);
            if (i == 0) throw new InvalidDataException();
            Thread.SpinWait(200);
        }));
        Assert.InRange(ran, 1, 99_999);
    }
}
