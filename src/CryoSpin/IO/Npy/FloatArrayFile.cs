using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Npy;

/// <summary>Arrays of numbers as NumPy's .npy files, little-endian float32, last axis fastest.</summary>
public static class FloatArrayFile
{
    /// <summary>Writes an array; it appears under its name when it is complete.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="values">The values, last axis fastest.</param>
    /// <param name="shape">Lengths of the axes; their product is the number of values.</param>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static void Write(string path, float[] values, params int[] shape) => NpyWriter.Write(path, TypedArray.Of(values, shape));

    /// <summary>Reads a plain array of numbers of any kind.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The values, last axis fastest, and the lengths of the axes.</returns>
    /// <exception cref="InputException">The file cannot be read or holds no plain array of numbers.</exception>
    public static (double[] Values, IReadOnlyList<int> Shape) Read(string path)
    {
        TypedArray array = NpyReader.ReadArray(path);
        if (!array.Element.IsNumber) throw new InputException(path, "the array does not hold numbers.", "Give an array of numbers.");
        return (array.ToDoubles(), array.Shape);
    }
}
