namespace CryoSpin.Fourier;

/// <summary>Sizes the transforms can do: products of 2, 3, 5 and 7.</summary>
public static class FourierSizes
{
    /// <summary>True when <paramref name="size"/> is at least 2 and has no prime factor above 7.</summary>
    public static bool IsGood(int size) => size >= 2 && Remainder(size) == 1;

    /// <summary>The smallest even good size that is at least <paramref name="size"/> (boxes are even).</summary>
    public static int NextGood(int size)
    {
        int n = Math.Max(2, size + (size & 1));
        while (!IsGood(n)) n += 2;
        return n;
    }

    /// <summary>The largest even good size that is at most <paramref name="size"/>, at least 2.</summary>
    public static int PreviousGood(int size)
    {
        int n = Math.Max(2, size - (size & 1));
        while (!IsGood(n)) n -= 2;
        return n;
    }

    /// <summary>Throws, naming the nearest usable sizes, unless <paramref name="size"/> is good.</summary>
    internal static void ThrowUnlessGood(int size)
    {
        if (IsGood(size)) return;
        throw new ArgumentException(
            $"A transform of size {size} is not possible: sizes are products of 2, 3, 5 and 7. "
            + $"The nearest even ones are {PreviousGood(size)} and {NextGood(size)}.", nameof(size));
    }

    private static int Remainder(int size)
    {
        foreach (int prime in (ReadOnlySpan<int>)[2, 3, 5, 7])
        {
            while (size % prime == 0) size /= prime;
        }
        return size;
    }
}
