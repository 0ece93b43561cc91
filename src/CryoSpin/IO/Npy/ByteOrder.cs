namespace CryoSpin.IO.Npy;

/// <summary>Brings the bytes of an array into the one form that the rest knows: little-endian, last axis fastest.</summary>
internal static class ByteOrder
{
    /// <summary>Turns every group of <paramref name="unit"/> bytes round.</summary>
    public static void Swap(Span<byte> bytes, int unit)
    {
        if (unit < 2) return;
        for (int i = 0; i + unit <= bytes.Length; i += unit) bytes.Slice(i, unit).Reverse();
    }

    /// <summary>From the first axis fastest to the last axis fastest.</summary>
    public static byte[] ToRowMajor(byte[] bytes, IReadOnlyList<int> shape, int size)
    {
        if (shape.Count < 2 || bytes.Length == 0) return bytes;
        byte[] result = new byte[bytes.Length];
        int[] index = new int[shape.Count];
        for (int target = 0; target < result.Length; target += size)
        {
            int source = 0;
            for (int axis = shape.Count - 1; axis >= 0; axis--) source = source * shape[axis] + index[axis];
            bytes.AsSpan(source * size, size).CopyTo(result.AsSpan(target));
            for (int axis = shape.Count - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
        return result;
    }
}
