using CryoSpin.Compute;
using CryoSpin.Projection;

namespace CryoSpin.Tests.Projection;

[Trait("Category", "Kernel")]
public sealed class TransposeBatchTests
{
    [Theory]
    [InlineData(7, 2, 7, 12)]
    [InlineData(15.9, 1, 15.9, 33)]
    [InlineData(9, 1, 5.5, 7)]
    public void A_batch_sums_what_single_transposes_sum(double radius, double oversampling, double discRadius, int count)
    {
        using WorkerTeam team = new(2);
        FrequencyDisc disc = new(discRadius);
        TransposeBatch batch = Filled(disc, count, team);
        FourierLattice together = new(radius, oversampling), single = new(radius, oversampling);
        batch.InsertInto(together, count);
        for (int i = 0; i < count; i++)
        {
            CentralSlice.Insert(single, disc, NaiveProjection.RandomRotation(i), batch.Channel0(i), batch.Channel1(i));
        }
        for (int i = 0; i < single.Values.Length; i++) Assert.Equal(single.Values[i], together.Values[i], 1e-5);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_workers()
    {
        float[] expected = With(1);
        Assert.Contains(expected, v => v != 0);
        foreach (int workers in (int[])[2, 3, 5]) Assert.Equal(expected, With(workers));

        static float[] With(int workers)
        {
            using WorkerTeam team = new(workers);
            FrequencyDisc disc = new(10);
            FourierLattice lattice = new(10, 1);
            Filled(disc, 300, team).InsertInto(lattice, 300);
            return lattice.Values;
        }
    }

    [Fact]
    public void A_disc_beyond_the_lattice_and_a_count_beyond_the_slots_are_refused()
    {
        using WorkerTeam team = new(1);
        TransposeBatch batch = new(new FrequencyDisc(6), 3, team);
        Assert.Throws<ArgumentException>(() => batch.InsertInto(new FourierLattice(5, 2), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.InsertInto(new FourierLattice(6, 2), 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.InsertInto(new FourierLattice(6, 2), -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransposeBatch(new FrequencyDisc(6), 0, team));
    }

    private static TransposeBatch Filled(FrequencyDisc disc, int count, WorkerTeam team)
    {
        TransposeBatch batch = new(disc, count, team);
        for (int i = 0; i < count; i++)
        {
            NaiveProjection.Random(disc.PaddedCount, 2 * i).CopyTo(batch.Channel0(i));
            NaiveProjection.Random(disc.PaddedCount, 2 * i + 1).CopyTo(batch.Channel1(i));
            batch.SetRotation(i, NaiveProjection.RandomRotation(i));
        }
        return batch;
    }
}
