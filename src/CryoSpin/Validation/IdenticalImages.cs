using System.Runtime.InteropServices;

namespace CryoSpin.Validation;

/// <summary>
/// Images at different places whose pixels are all equal. Noise never repeats: such images are copies, and half-sets that share them
/// agree whatever the map is.
/// </summary>
/// <param name="Copies">The particles, by index, whose image equals that of an earlier one at another place.</param>
/// <param name="Places">Different places (stack and number) that particles have.</param>
internal sealed record IdenticalImages(IReadOnlyList<int> Copies, int Places)
{
    /// <summary>More than half of all images are copies of others: nothing can be told from the rest.</summary>
    public bool AreMost => 2L * Copies.Count > Places;

    /// <summary>Finds them.</summary>
    /// <param name="rows">The particles. One image that is named twice is not meant; loading tells that.</param>
    /// <param name="hashes">Hash of every particle's pixels; 0 for an image that cannot be used.</param>
    public static IdenticalImages Of(ParticleRows rows, ulong[] hashes)
    {
        HashSet<(int, int)> places = [];
        HashSet<ulong> seen = [];
        List<int> copies = [];
        for (int i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] == 0 || !places.Add((rows.StackOf[i], rows.ImageIndex[i]))) continue;
            if (!seen.Add(hashes[i])) copies.Add(i);
        }
        return new IdenticalImages(copies, places.Count);
    }

    /// <summary>A hash of an image's pixels, never 0.</summary>
    public static ulong Hash(ReadOnlySpan<float> pixels)
    {
        ulong hash = (ulong)pixels.Length;
        foreach (uint word in MemoryMarshal.Cast<float, uint>(pixels))
        {
            // A step of xxHash's kind: every bit of the word reaches every bit of the result.
            hash = (ulong.RotateLeft(hash, 27) ^ word) * 0x9E3779B185EBCA87;
        }
        return hash | 1;
    }
}
