using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace CryoSpin.IO.Mrc;

/// <summary>Turns the bytes of MRC samples into floats and back.</summary>
internal static class SampleConverter
{
    /// <summary>Reads samples. The bytes may be put into the machine's order in place.</summary>
    public static void ToSingle(Span<byte> bytes, MrcHeader header, Span<float> samples)
    {
        if (header.HasUnsignedBytes) TensorPrimitives.ConvertTruncating<byte, float>(bytes, samples);
        else ToSingle(bytes, header.Mode, header.IsBigEndian, samples);
    }

    /// <summary>Reads samples. The bytes may be put into the machine's order in place.</summary>
    public static void ToSingle(Span<byte> bytes, MrcMode mode, bool isBigEndian, Span<float> samples)
    {
        bool swap = isBigEndian == BitConverter.IsLittleEndian;
        if (swap) Swap(bytes, mode);
        switch (mode)
        {
            case MrcMode.SByte:
                TensorPrimitives.ConvertTruncating<sbyte, float>(MemoryMarshal.Cast<byte, sbyte>(bytes), samples);
                break;
            case MrcMode.Int16:
                TensorPrimitives.ConvertTruncating<short, float>(MemoryMarshal.Cast<byte, short>(bytes), samples);
                break;
            case MrcMode.UInt16:
                TensorPrimitives.ConvertTruncating<ushort, float>(MemoryMarshal.Cast<byte, ushort>(bytes), samples);
                break;
            case MrcMode.Half:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), samples);
                break;
            default:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(samples);
                break;
        }
    }

    /// <summary>Writes samples as little-endian floats of 32 or 16 bits.</summary>
    public static void FromSingle(ReadOnlySpan<float> samples, MrcMode mode, Span<byte> bytes)
    {
        if (mode == MrcMode.Half) TensorPrimitives.ConvertToHalf(samples, MemoryMarshal.Cast<byte, Half>(bytes));
        else MemoryMarshal.AsBytes(samples).CopyTo(bytes);
        if (!BitConverter.IsLittleEndian) Swap(bytes, mode);
    }

    private static void Swap(Span<byte> bytes, MrcMode mode)
    {
        if (mode == MrcMode.Single)
        {
            Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
        else if (mode != MrcMode.SByte)
        {
            Span<short> words = MemoryMarshal.Cast<byte, short>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
