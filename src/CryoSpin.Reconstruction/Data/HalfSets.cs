namespace CryoSpin.Reconstruction.Data;

/// <summary>Assignment of particles to half-sets.</summary>
internal static class HalfSets
{
    /// <summary>Draws half-sets of equal size (one more in set 1 for an odd number): 1 or 2 per particle.</summary>
    public static int[] Draw(int count, Random random)
    {
        int[] half = [.. Enumerable.Range(0, count).Select(i => 1 + (i & 1))];
        random.Shuffle(half);
        return half;
    }
}
