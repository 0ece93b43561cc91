using ICSharpCode.SharpZipLib.BZip2;

namespace CryoSpin.IO;

/// <summary>
/// What a bzip2 file holds. Programs that pack in parallel write several bzip2 streams one after another; they are read as one. Whatever
/// the library makes of damage becomes an <see cref="InvalidDataException"/>, as with gzip.
/// </summary>
/// <param name="packed">The file; closed with this.</param>
internal sealed class Bzip2Stream(Stream packed) : Stream
{
    private BZip2InputStream? _part;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (count == 0) return 0;
        try
        {
            while (_part is not null || Begin())
            {
                int n = _part!.Read(buffer, offset, count);
                if (n > 0) return n;
                _part = null;
            }
            return 0;
        }
        catch (Exception e) when (e is not (IOException or OutOfMemoryException))
        {
            throw new InvalidDataException($"the bzip2 data is damaged: {e.Message}", e);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) packed.Dispose();
        base.Dispose(disposing);
    }

    // What follows the last stream and is none is ignored, as bzip2 itself does.
    private bool Begin()
    {
        long at = packed.Position;
        Span<byte> start = stackalloc byte[PackedFile.SignatureBytes];
        int n = packed.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        packed.Position = at;
        if (start[..n] is not [(byte)'B', (byte)'Z', (byte)'h', ..]) return false;
        _part = new BZip2InputStream(packed) { IsStreamOwner = false };
        return true;
    }
}
