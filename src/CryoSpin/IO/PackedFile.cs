using System.IO.Compression;

namespace CryoSpin.IO;

/// <summary>Files compressed as a whole, with gzip or bzip2, told by their first bytes whatever they are called.</summary>
internal static class PackedFile
{
    /// <summary>Bytes that tell.</summary>
    public const int SignatureBytes = 4;

    private static readonly string[] s_extensions = [".gz", ".bz2"];

    /// <summary>True when the bytes are the beginning of a gzip or bzip2 file.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => IsGzip(start) || IsBzip2(start);

    /// <summary>True when the stream starts as such a file; the position is put back to the start.</summary>
    public static bool IsOne(FileStream stream)
    {
        Span<byte> start = stackalloc byte[SignatureBytes];
        int n = stream.ReadAtLeast(start, SignatureBytes, throwOnEndOfStream: false);
        stream.Position = 0;
        return IsOne(start[..n]);
    }

    /// <summary>A stream of what is in the file, from its beginning.</summary>
    /// <param name="packed">The file, at its beginning; closed with the result.</param>
    public static Stream Unpack(FileStream packed)
    {
        Span<byte> start = stackalloc byte[SignatureBytes];
        int n = packed.ReadAtLeast(start, SignatureBytes, throwOnEndOfStream: false);
        packed.Position = 0;
        return IsBzip2(start[..n]) ? new Bzip2Stream(packed) : new GZipStream(packed, CompressionMode.Decompress);
    }

    /// <summary>The most bytes that so many packed bytes can become.</summary>
    /// <param name="start">The file's first bytes.</param>
    /// <param name="length">Its length.</param>
    public static long MostUnpacked(ReadOnlySpan<byte> start, long length)
    {
        // Deflate cannot expand by more than 1032. A bzip2 block of at least 40 bytes can stand for 46 MB of one value.
        long factor = IsBzip2(start) ? 1_200_000 : 1040;
        return length > long.MaxValue / factor ? long.MaxValue : length * factor;
    }

    /// <summary>A name without .gz or .bz2 at its end.</summary>
    public static string InnerName(string path) =>
        s_extensions.Contains(Path.GetExtension(path).ToLowerInvariant()) ? path[..^Path.GetExtension(path).Length] : path;

    private static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1f, 0x8b, ..];

    private static bool IsBzip2(ReadOnlySpan<byte> start) => start is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..];
}
