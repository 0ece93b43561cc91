using System.Text;
using CryoSpin.IO.Npy;

namespace CryoSpin.IO.Pickle;

/// <summary>
/// The few names that a pickle of NumPy arrays calls, rebuilt as data. Whatever else a pickle names is refused.
/// </summary>
internal static class PickleNumpy
{
    internal enum Constructor
    {
        /// <summary>numpy.ndarray, an argument only.</summary>
        ArrayType,

        /// <summary>An empty array that BUILD fills.</summary>
        Reconstruct,

        /// <summary>numpy.dtype.</summary>
        ElementType,

        /// <summary>An array over bytes (protocol 5).</summary>
        FromBuffer,

        /// <summary>A single NumPy number.</summary>
        Scalar,

        /// <summary>_codecs.encode with latin1: bytes in protocols 0 to 2.</summary>
        Encode,
    }

    public static object Find(string module, string name) => (module, name) switch
    {
        ("numpy", "ndarray") => Constructor.ArrayType,
        ("numpy", "dtype") => Constructor.ElementType,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => Constructor.Reconstruct,
        ("numpy.core.multiarray" or "numpy._core.multiarray", "scalar") => Constructor.Scalar,
        ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => Constructor.FromBuffer,
        ("_codecs", "encode") => Constructor.Encode,
        _ => throw new FormatException($"it asks for '{Shown(module)}.{Shown(name)}', which is not plain data and is never run"),
    };

    public static object Make(Constructor what, object?[] arguments) => (what, arguments) switch
    {
        (Constructor.Reconstruct, [Constructor.ArrayType, ..]) => new Slot(),
        (Constructor.ElementType, [string code, ..]) => new TypeSlot { Element = NpyElement.Parse(code, out bool big), BigEndian = big },
        (Constructor.ElementType, [byte[] code, ..]) => Make(what, [Encoding.Latin1.GetString(code)]),
        (Constructor.Encode, [string text, string and ("latin1" or "latin-1")]) => Latin(text),
        (Constructor.FromBuffer, [byte[] values, TypeSlot type, object?[] shape, string order]) => Array(type, shape, values, order == "F"),
        (Constructor.Scalar, [TypeSlot type, byte[] values]) => Array(type, [], values, false),
        _ => throw new FormatException("a NumPy array is built in a way that is not known"),
    };

    /// <summary>Bytes that <see cref="Make"/> copies of its arguments: a remembered value may be named by two bytes, again and again.</summary>
    public static long Copied(Constructor what, object?[] arguments) => (what, arguments) switch
    {
        (Constructor.Encode, [string text, ..]) => text.Length,
        (Constructor.FromBuffer, [byte[] values, TypeSlot type, _, string order]) => Copied(type, values, order == "F"),
        (Constructor.Scalar, [TypeSlot type, byte[] values]) => Copied(type, values, false),
        _ => 0,
    };

    /// <summary>The same for <see cref="SetState"/>.</summary>
    public static long Copied(object? state) =>
        state is object?[] and [_, _, TypeSlot type, var fortran, byte[] values] ? Copied(type, values, fortran is true or 1L) : 0;

    private static long Copied(TypeSlot type, byte[] values, bool fortran) =>
        ((type.BigEndian ? 1L : 0) + (fortran ? 1 : 0)) * values.Length;

    /// <summary>BUILD: gives an array its type, shape and values, or a type its byte order.</summary>
    public static void SetState(object? target, object? state)
    {
        if (target is TypeSlot type && state is object?[] { Length: > 1 } typeState)
        {
            // (version, byte order, ...): a type with fields of its own would have names in the fourth place.
            string order = typeState[1] as string ?? (typeState[1] is byte[] b ? Encoding.Latin1.GetString(b) : "");
            if (typeState is [_, _, _, not null, ..]) throw new FormatException("an array of records is not supported here");
            type.BigEndian = order == ">";
            return;
        }
        if (target is Slot slot && state is object?[] and [long, object?[] shape, TypeSlot element, var fortran, byte[] values])
        {
            slot.Array = Array(element, shape, values, fortran is true or 1L);
            return;
        }
        if (target is Slot && state is object?[] and [.., List<object?>])
        {
            throw new FormatException("it holds an array of Python objects, which may be programs and are never read");
        }
        throw new FormatException("a value is filled in a way that is not known");
    }

    /// <summary>The array that a reconstructed slot came to hold; other values as they are.</summary>
    public static object? Resolve(object? value) =>
        value is Slot slot ? slot.Array ?? throw new FormatException("an array was begun and never filled") : value;

    private static TypedArray Array(TypeSlot type, object?[] shape, byte[] values, bool fortran)
    {
        if (!type.Element.IsNumber) throw new FormatException($"an array of {type.Element.Code} is not of numbers");
        int[] axes =
            [.. shape.Select(a => a is long and >= 0 and <= int.MaxValue ? (int)(long)a : throw new FormatException("a wrong shape"))];
        long expected = type.Element.Size;
        foreach (int axis in axes) expected = expected > values.Length ? expected : expected * axis;
        if (axes.Length > 8 || expected != values.Length) throw new FormatException("an array's values do not fill its shape");
        // Arrays are only read: those of one value may share it.
        byte[] little = type.BigEndian ? [.. values] : values;
        if (type.BigEndian) ByteOrder.Swap(little, type.Element.SwapUnit);
        return new TypedArray(type.Element, axes, fortran ? ByteOrder.ToRowMajor(little, axes, type.Element.Size) : little);
    }

    private static byte[] Latin(string text) =>
        text.All(c => c < 256) ? Encoding.Latin1.GetBytes(text) : throw new FormatException("bytes are not Latin-1");

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60];

    /// <summary>An array between its making and its filling: the pickle may refer to it meanwhile.</summary>
    private sealed class Slot
    {
        public TypedArray? Array { get; set; }
    }

    private sealed class TypeSlot
    {
        public required NpyElement Element { get; init; }

        public bool BigEndian { get; set; }
    }
}
