using CryoSpin.Projection;

namespace CryoSpin.Tests.Projection;

public sealed class FrequencyDiscTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7.3)]
    [InlineData(31.99)]
    public void Lists_one_of_each_Hermitian_pair_once(double radius)
    {
        FrequencyDisc disc = new(radius);
        HashSet<(int, int)> seen = [];
        for (int i = 0; i < disc.Count; i++)
        {
            (int x, int y) = ((int)disc.Kx[i], (int)disc.Ky[i]);
            Assert.True(x > 0 || (x == 0 && y >= 0));
            Assert.True(x * x + y * y <= radius * radius);
            Assert.True(seen.Add((x, y)));
            Assert.True(x == 0 && y == 0 || seen.Add((-x, -y)));
            Assert.Equal(i, disc.IndexOf(x, y));
            Assert.Equal((int)Math.Round(Math.Sqrt(x * x + y * y)), disc.Shell[i]);
        }
        int r = (int)radius + 1, inside = 0;
        for (int y = -r; y <= r; y++)
        {
            for (int x = -r; x <= r; x++) inside += x * x + y * y <= radius * radius ? 1 : 0;
        }
        Assert.Equal(inside, seen.Count);
        Assert.Equal(inside, disc.Multiplicity.Sum());
    }

    [Fact]
    public void Frequencies_outside_have_no_index()
    {
        FrequencyDisc disc = new(5);
        Assert.Equal(-1, disc.IndexOf(-1, 2));
        Assert.Equal(-1, disc.IndexOf(0, -1));
        Assert.Equal(-1, disc.IndexOf(4, 4));
        Assert.Equal(-1, disc.IndexOf(6, 0));
        Assert.Equal(-1, disc.IndexOf(0, 6));
        Assert.Equal(-1, disc.IndexOf(1, -6));
    }

    [Fact]
    public void Lists_are_padded_with_the_origin()
    {
        FrequencyDisc disc = new(6);
        Assert.Equal(0, disc.PaddedCount % FrequencyDisc.LaneCount);
        Assert.InRange(disc.PaddedCount - disc.Count, 1, FrequencyDisc.LaneCount - 1);
        for (int i = disc.Count; i < disc.PaddedCount; i++) Assert.Equal((0, 0, 0), (disc.Kx[i], disc.Ky[i], disc.Multiplicity[i]));
    }

    [Fact]
    public void A_smaller_disc_maps_into_a_larger()
    {
        FrequencyDisc large = new(9.5), small = new(4);
        int[] map = large.IndicesOf(small);
        Assert.Equal(small.PaddedCount, map.Length);
        for (int i = 0; i < small.Count; i++) Assert.Equal((small.Kx[i], small.Ky[i]), (large.Kx[map[i]], large.Ky[map[i]]));
        Assert.Throws<ArgumentException>(() => small.IndicesOf(large));
    }
}
