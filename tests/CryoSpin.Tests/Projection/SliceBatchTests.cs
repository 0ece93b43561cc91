using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Tests.Projection;

[Trait("Category", "Kernel")]
public sealed class SliceBatchTests
{
    [Theory]
    [InlineData(7, 2, 7, 12)]
    [InlineData(9.5, 1, 6.5, 40)]
    [InlineData(31, 2, 31, 9)]
    [InlineData(20, 1.5, 11, 5)]
    public void A_batch_sums_what_single_insertions_sum(double radius, double oversampling, double discRadius, int count)
    {
        using WorkerTeam team = new(2);
        FrequencyDisc disc = new(discRadius);
        SliceBatch batch = Filled(disc, count, team);
        BackProjection together = new(radius, oversampling), single = new(radius, oversampling);
        batch.InsertInto(together, count);
        for (int i = 0; i < count; i++) single.Insert(disc, RotationOf(i), batch.Real(i), batch.Imaginary(i), batch.Weight(i));
        for (int i = 0; i < single.Sums.Length; i++) Assert.Equal(single.Sums[i], together.Sums[i], 1e-5);
    }

    [Theory]
    [InlineData(12, 30)]
    [InlineData(3, 600)]
    public void The_bytes_do_not_depend_on_the_number_of_workers(double radius, int count)
    {
        float[] expected = SumsWith(1);
        Assert.Contains(expected, v => v != 0);
        foreach (int workers in (int[])[2, 3, 5]) Assert.Equal(expected, SumsWith(workers));

        float[] SumsWith(int workers)
        {
            using WorkerTeam team = new(workers);
            FrequencyDisc disc = new(radius);
            BackProjection sum = new(radius, 2);
            SliceBatch batch = Filled(disc, count, team);
            batch.InsertInto(sum, count);
            batch.InsertInto(sum, count / 2);
            return sum.Sums;
        }
    }

    [Fact]
    public void Slots_beyond_the_count_and_the_padding_are_left_out()
    {
        using WorkerTeam team = new(2);
        FrequencyDisc disc = new(4);
        Assert.NotEqual(disc.Count, disc.PaddedCount);
        SliceBatch batch = Filled(disc, 5, team), other = Filled(disc, 5, team);
        other.Real(4).Fill(float.NaN);
        for (int i = 0; i < 4; i++) other.Weight(i)[disc.Count..].Fill(float.NaN);
        BackProjection a = new(4, 2), b = new(4, 2);
        batch.InsertInto(a, 4);
        other.InsertInto(b, 4);
        Assert.Equal(a.Sums, b.Sums);
        batch.InsertInto(a, 0);
        Assert.Equal(b.Sums, a.Sums);
    }

    [Fact]
    public void A_list_of_slots_is_taken_in_its_order()
    {
        using WorkerTeam team = new(2);
        FrequencyDisc disc = new(4);
        SliceBatch batch = Filled(disc, 5, team);
        BackProjection listed = new(4, 2), single = new(4, 2);
        batch.InsertInto(listed, [3, 1, 3]);
        foreach (int i in (int[])[3, 1, 3]) single.Insert(disc, RotationOf(i), batch.Real(i), batch.Imaginary(i), batch.Weight(i));
        for (int i = 0; i < single.Sums.Length; i++) Assert.Equal(single.Sums[i], listed.Sums[i], 1e-5);
        Assert.Throws<ArgumentException>(() => batch.InsertInto(listed, new int[6]));
    }

    [Fact]
    public void One_batch_serves_sums_of_different_sizes()
    {
        using WorkerTeam team = new(2);
        FrequencyDisc disc = new(4);
        SliceBatch batch = Filled(disc, 6, team);
        BackProjection small = new(4, 1), large = new(9, 2), again = new(4, 1);
        batch.InsertInto(small, 6);
        batch.InsertInto(large, 6);
        batch.InsertInto(again, 6);
        Assert.Equal(small.Sums, again.Sums);
    }

    [Fact]
    public void Insertion_allocates_nothing_once_warm()
    {
        using WorkerTeam team = new(1);
        FrequencyDisc disc = new(6);
        SliceBatch batch = Filled(disc, 8, team);
        BackProjection sum = new(6, 2);
        batch.InsertInto(sum, 8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) batch.InsertInto(sum, 8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disc_beyond_the_sum_and_a_count_beyond_the_slots_are_refused()
    {
        using WorkerTeam team = new(1);
        SliceBatch batch = new(new FrequencyDisc(6), 3, team);
        Assert.Throws<ArgumentException>(() => batch.InsertInto(new BackProjection(5, 2), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.InsertInto(new BackProjection(6, 2), 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.InsertInto(new BackProjection(6, 2), -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SliceBatch(new FrequencyDisc(6), 0, team));
    }

    /// <summary>Slot 0 is the identity, whose points lie on lattice planes, all in one plane z; slot 1 looks along x.</summary>
    private static Rotation RotationOf(int slot) => slot switch
    {
        0 => Rotation.Identity,
        1 => new EulerAngles(0, 90, 0).ToRotation(),
        _ => NaiveProjection.RandomRotation(slot),
    };

    private static SliceBatch Filled(FrequencyDisc disc, int count, WorkerTeam team)
    {
        SliceBatch batch = new(disc, count, team);
        for (int i = 0; i < count; i++)
        {
            NaiveProjection.Random(disc.PaddedCount, 3 * i).CopyTo(batch.Real(i));
            NaiveProjection.Random(disc.PaddedCount, 3 * i + 1).CopyTo(batch.Imaginary(i));
            NaiveProjection.Random(disc.PaddedCount, 3 * i + 2).CopyTo(batch.Weight(i));
            batch.SetRotation(i, RotationOf(i));
        }
        return batch;
    }
}
