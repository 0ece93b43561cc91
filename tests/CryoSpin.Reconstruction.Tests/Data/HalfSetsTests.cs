using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Tests.Data;

public class HalfSetsTests
{
    [Theory]
    [InlineData(100, 50)]
    [InlineData(101, 51)]
    [InlineData(1, 1)]
    public void Halves_are_equal(int count, int first)
    {
        int[] half = HalfSets.Draw(count, new Random(1));
        Assert.Equal(count, half.Length);
        Assert.Equal(first, half.Count(h => h == 1));
        Assert.Equal(count - first, half.Count(h => h == 2));
    }

    [Fact]
    public void The_draw_is_shuffled_and_depends_on_the_seed_alone()
    {
        int[] half = HalfSets.Draw(200, new Random(1));
        Assert.Equal(half, HalfSets.Draw(200, new Random(1)));
        Assert.NotEqual(half, HalfSets.Draw(200, new Random(2)));
        // Neighbours would always differ without shuffling.
        Assert.InRange(Enumerable.Range(1, 199).Count(i => half[i] != half[i - 1]), 60, 140);
    }
}
