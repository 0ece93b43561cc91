using System.Buffers.Binary;

namespace CryoSpin.Tests.IO.Mrc;

/// <summary>Builds MRC files byte by byte, independently of the code under test.</summary>
internal sealed class MrcBytes
{
    public int Nx { get; set; } = 4;

    public int Ny { get; set; } = 3;

    public int Nz { get; set; } = 2;

    public int Mode { get; set; } = 2;

    public bool Big { get; set; }

    public (int C, int R, int S) Axes { get; set; } = (1, 2, 3);

    public (int X, int Y, int Z)? Intervals { get; set; }

    public (float X, float Y, float Z) Cell { get; set; } = (8, 6, 4);

    public int ExtendedBytes { get; set; }

    public bool Marks { get; set; } = true;

    /// <summary>Samples in file order, rounded to the mode by the caller.</summary>
    public double[] Samples { get; set; } = [];

    public byte[] Build()
    {
        int size = Mode switch { 0 => 1, 2 => 4, _ => 2 };
        byte[] b = new byte[1024 + Math.Max(0, ExtendedBytes) + (size * Samples.Length)];
        (int X, int Y, int Z) m = Intervals ?? (Nx, Ny, Nz);
        Int(b, 0, Nx, Ny, Nz, Mode);
        Int(b, 28, m.X, m.Y, m.Z);
        Single(b, 40, Cell.X);
        Single(b, 44, Cell.Y);
        Single(b, 48, Cell.Z);
        Int(b, 64, Axes.C, Axes.R, Axes.S);
        Int(b, 92, ExtendedBytes);
        if (Marks)
        {
            "MAP "u8.CopyTo(b.AsSpan(208));
            b[212] = b[213] = (byte)(Big ? 0x11 : 0x44);
        }
        for (int i = 0; i < Math.Max(0, ExtendedBytes); i++) b[1024 + i] = 0xA5;
        for (int i = 0; i < Samples.Length; i++) Sample(b, 1024 + Math.Max(0, ExtendedBytes) + (i * size), Samples[i]);
        return b;
    }

    private void Sample(byte[] b, int at, double v)
    {
        switch (Mode)
        {
            case 0:
                b[at] = (byte)(sbyte)v;
                break;
            case 2:
                Single(b, at, (float)v);
                break;
            case 12:
                Short(b, at, BitConverter.HalfToInt16Bits((Half)v));
                break;
            case 6:
                Short(b, at, (short)(ushort)v);
                break;
            default:
                Short(b, at, (short)v);
                break;
        }
    }

    private void Int(byte[] b, int at, params int[] values)
    {
        foreach (int v in values)
        {
            if (Big) BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(at), v);
            else BinaryPrimitives.WriteInt32LittleEndian(b.AsSpan(at), v);
            at += 4;
        }
    }

    private void Single(byte[] b, int at, float v) => Int(b, at, BitConverter.SingleToInt32Bits(v));

    private void Short(byte[] b, int at, short v)
    {
        if (Big) BinaryPrimitives.WriteInt16BigEndian(b.AsSpan(at), v);
        else BinaryPrimitives.WriteInt16LittleEndian(b.AsSpan(at), v);
    }
}
