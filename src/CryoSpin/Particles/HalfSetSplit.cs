using CryoSpin.Diagnostics;

namespace CryoSpin.Particles;

/// <summary>The half-sets that a particle file states (rlnRandomSubset), as far as they can be used.</summary>
internal static class HalfSetSplit
{
    // The FSC of a half-map of fewer is that of its noise; a selection leaves such remains, and so do programs that write 1 for all.
    private const double LeastShare = 0.05;

    /// <summary>Whether one of two half-sets is as good as empty.</summary>
    /// <param name="one">Particles of half-set 1.</param>
    /// <param name="two">Particles of half-set 2.</param>
    public static bool IsOneSided(int one, int two) => one + two > 0 && Math.Min(one, two) < LeastShare * (one + two);

    /// <summary>1 or 2 per particle; null where they are to be drawn.</summary>
    /// <param name="set">The particles.</param>
    /// <param name="note">Why what the file says is not used, as a sentence; null where it is used or says nothing.</param>
    public static int[]? Of(ParticleSet set, out string? note)
    {
        ArgumentNullException.ThrowIfNull(set);
        note = null;
        if (set.RandomSubset(0) is null) return null;
        int[] subsets = [.. Enumerable.Range(0, set.Count).Select(i => set.RandomSubset(i)!.Value)];
        int one = subsets.Count(s => s == 1), two = subsets.Count(s => s == 2);
        if (one + two < set.Count)
        {
            int first = Array.FindIndex(subsets, s => s is not (1 or 2));
            note = $"{set.Where(first)}: _rlnRandomSubset is {subsets[first]}, neither 1 nor 2, as in {Plural.Of(set.Count - one - two, "row")}. "
                + "Half-sets are drawn at random instead.";
            return null;
        }
        if (!IsOneSided(one, two)) return subsets;
        note = $"{set.Source}: _rlnRandomSubset puts {Plural.Of(one, "particle")} into half-set 1 and {two} into half-set 2. "
            + "Half-sets are drawn at random instead.";
        return null;
    }
}
