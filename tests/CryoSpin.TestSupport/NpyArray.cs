using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CryoSpin.TestSupport;

/// <summary>A NumPy .npy array (little-endian f4, f8, i4, i8 or bool, C order) read as doubles, for golden numbers.</summary>
public sealed partial class NpyArray
{
    private NpyArray(int[] shape, double[] values) => (Shape, Values) = (shape, values);

    public int[] Shape { get; }

    public double[] Values { get; }

    public float[] Floats => Array.ConvertAll(Values, v => (float)v);

    public static NpyArray Golden(string name) => Read(SharedData.Path("golden/" + name + ".npy"));

    public static NpyArray Read(string path)
    {
        byte[] b = File.ReadAllBytes(path);
        int start = b[6] == 1 ? 10 : 12;
        int length = b[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(8)) : BinaryPrimitives.ReadInt32LittleEndian(b.AsSpan(8));
        string header = Encoding.ASCII.GetString(b, start, length);
        if (header.Contains("'fortran_order': True")) throw new NotSupportedException(path + ": Fortran order");
        string type = Descr().Match(header).Groups[1].Value;
        int[] shape = [.. Shapes().Match(header).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        double[] v = new double[shape.Aggregate(1, (x, y) => x * y)];
        ReadOnlySpan<byte> data = b.AsSpan(start + length);
        for (int i = 0; i < v.Length; i++)
        {
            v[i] = type switch
            {
                "<f4" => BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]),
                "<f8" => BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]),
                "<i4" => BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]),
                "<i8" => BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]),
                "|b1" => data[i],
                _ => throw new NotSupportedException($"{path}: type {type}"),
            };
        }
        return new NpyArray(shape, v);
    }

    [GeneratedRegex("'descr': '([^']+)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Shapes();
}
