namespace CryoSpin.IO.CryoSparc;

/// <summary>
/// Decodes one LZ4 block (no frame), as CSDAT columns are compressed. Format: lz4_Block_format.md of https://github.com/lz4/lz4.
/// </summary>
internal static class Lz4Block
{
    private const int ShortestMatch = 4;

    /// <summary>
    /// The length of the decoded block, found without decoding it, so that a hostile block costs no memory; -1 where the block is broken.
    /// </summary>
    public static long Measure(ReadOnlySpan<byte> block)
    {
        long length = 0;
        for (int at = 0; at < block.Length;)
        {
            int token = block[at++];
            if (!TryLength(block, ref at, token >> 4, out long literals) || literals > block.Length - at) return -1;
            at += (int)literals;
            length += literals;
            if (at == block.Length) return length;
            int offset = at + 2 <= block.Length ? block[at] | block[at + 1] << 8 : 0;
            at += 2;
            if (offset == 0 || offset > length || !TryLength(block, ref at, token & 15, out long match)) return -1;
            length += match + ShortestMatch;
        }
        return -1;
    }

    /// <summary>Decodes a block that <see cref="Measure"/> found whole.</summary>
    /// <param name="block">The compressed bytes.</param>
    /// <param name="target">As long as was measured.</param>
    public static void Decode(ReadOnlySpan<byte> block, Span<byte> target)
    {
        for (int at = 0, to = 0; at < block.Length;)
        {
            int token = block[at++];
            TryLength(block, ref at, token >> 4, out long literals);
            block.Slice(at, (int)literals).CopyTo(target[to..]);
            at += (int)literals;
            to += (int)literals;
            if (at == block.Length) return;
            int from = to - (block[at] | block[at + 1] << 8);
            at += 2;
            TryLength(block, ref at, token & 15, out long match);
            // Byte by byte: a match may overlap what it makes.
            for (long n = match + ShortestMatch; n > 0; n--) target[to++] = target[from++];
        }
    }

    private static bool TryLength(ReadOnlySpan<byte> block, ref int at, int start, out long length)
    {
        length = start;
        if (start < 15) return true;
        while (at < block.Length)
        {
            byte more = block[at++];
            length += more;
            if (more < 255) return true;
        }
        return false;
    }
}
