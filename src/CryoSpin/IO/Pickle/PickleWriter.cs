using System.Buffers.Binary;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;

namespace CryoSpin.IO.Pickle;

/// <summary>
/// Writes NumPy arrays as a pickle of protocol 3, which every Python 3 reads: one array, or a tuple of several. The names are those of
/// NumPy 1, which NumPy 2 still knows.
/// </summary>
internal static class PickleWriter
{
    /// <summary>Writes a file holding one array, or, where there are two or more, the tuple of them.</summary>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public static void Write(string path, params ReadOnlySpan<TypedArray> arrays)
    {
        TypedArray[] items = arrays.ToArray();
        AtomicFile.Write(path, stream =>
        {
            stream.Write([0x80, 3]);
            foreach (TypedArray item in items) Write(stream, item);
            if (items.Length == 2) stream.WriteByte(0x86);
            else if (items.Length == 3) stream.WriteByte(0x87);
            else if (items.Length != 1) throw new ArgumentException("One to three arrays can be written.", nameof(arrays));
            stream.WriteByte((byte)'.');
        });
    }

    private static void Write(Stream stream, TypedArray array)
    {
        Global(stream, "numpy.core.multiarray", "_reconstruct");
        Global(stream, "numpy", "ndarray");
        Number(stream, 0);
        stream.Write([0x85, (byte)'C', 1, (byte)'b', 0x87, (byte)'R']);
        stream.WriteByte((byte)'(');
        Number(stream, 1);
        stream.WriteByte((byte)'(');
        foreach (int axis in array.Shape) Number(stream, axis);
        stream.WriteByte((byte)'t');
        ElementType(stream, array.Element);
        stream.WriteByte(0x89);
        int rowBytes = array.RowBytes;
        stream.WriteByte((byte)'B');
        Number32(stream, checked(array.Rows * rowBytes));
        byte[] row = new byte[rowBytes];
        for (int r = 0; r < array.Rows; r++)
        {
            array.CopyRow(r, row);
            stream.Write(row);
        }
        stream.Write("tb"u8);
    }

    private static void ElementType(Stream stream, NpyElement element)
    {
        Global(stream, "numpy", "dtype");
        byte[] code = Encoding.ASCII.GetBytes(element.Code[1..]);
        stream.WriteByte((byte)'X');
        Number32(stream, code.Length);
        stream.Write(code);
        stream.Write([0x89, 0x88, 0x87, (byte)'R']);
        stream.WriteByte((byte)'(');
        Number(stream, 3);
        stream.Write([(byte)'X', 1, 0, 0, 0, (byte)'<']);
        stream.Write("NNN"u8);
        Number(stream, -1);
        Number(stream, -1);
        Number(stream, 0);
        stream.Write("tb"u8);
    }

    private static void Global(Stream stream, string module, string name) => stream.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private static void Number(Stream stream, int value)
    {
        stream.WriteByte((byte)'J');
        Number32(stream, value);
    }

    private static void Number32(Stream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
