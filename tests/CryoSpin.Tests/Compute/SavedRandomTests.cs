using CryoSpin.Compute;

namespace CryoSpin.Tests.Compute;

public sealed class SavedRandomTests
{
    [Fact]
    public void A_state_that_is_put_back_gives_the_same_numbers_of_every_kind()
    {
        SavedRandom first = new(7), second = new(8);
        Draw(first);
        second.State = first.State;
        Assert.Equal(Draw(first), Draw(second));
        Assert.NotEqual(Draw(new SavedRandom(7)), Draw(new SavedRandom(8)));
        Assert.NotEqual(Draw(new SavedRandom(7)), Draw(new SavedRandom(7, 1)));
    }

    [Fact]
    public void Numbers_are_uniform_in_their_ranges()
    {
        SavedRandom random = new(1);
        int[] counts = new int[10], bytes = new int[256];
        double sum = 0;
        byte[] buffer = new byte[13];
        for (int i = 0; i < 20000; i++)
        {
            counts[random.Next(-3, 7) + 3]++;
            sum += random.NextDouble() + random.NextSingle();
            random.NextBytes(buffer);
            foreach (byte b in buffer) bytes[b]++;
        }
        Assert.All(counts, c => Assert.InRange(c, 1800, 2200));
        Assert.All(bytes, c => Assert.InRange(c, 850, 1180));
        Assert.InRange(sum / 40000, 0.49, 0.51);
        Assert.Equal((0, 4), (random.Next(1), random.Next(4, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(2, 1));
    }

    [Fact]
    public void A_state_of_zeros_is_refused()
    {
        SavedRandom random = new(1);
        Assert.Throws<ArgumentException>(() => random.State = [0, 0, 0, 0]);
        Assert.Throws<ArgumentException>(() => random.State = [1, 2, 3]);
    }

    private static string Draw(SavedRandom random)
    {
        int[] order = [.. Enumerable.Range(0, 20)];
        random.Shuffle(order);
        byte[] bytes = new byte[5];
        random.NextBytes(bytes);
        return string.Join(
            ' ', [.. order, random.Next(), random.Next(100), random.Next(-5, 5), .. bytes]) + $" {random.NextInt64()} {random.NextDouble():R} {random.NextSingle():R}";
    }
}
