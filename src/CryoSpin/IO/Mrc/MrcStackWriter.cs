namespace CryoSpin.IO.Mrc;

/// <summary>
/// Writes a stack image by image. The file lies under a temporary name in the same folder until <see cref="Complete"/>;
/// disposing without it removes what was written.
/// </summary>
public sealed class MrcStackWriter : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly MrcMode _mode;
    private readonly string _content;
    private readonly byte[] _buffer;
    private readonly float[] _rounded;
    private SampleStatistics _statistics;
    private bool _finished;

    /// <summary>Starts a stack.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="pixelSizeAngstrom">Edge of one pixel.</param>
    /// <param name="mode">32-bit floats, or 16-bit floats for half the size (RELION reads the latter only since version 4).</param>
    /// <param name="content">What the images are, for the label in the header.</param>
    /// <exception cref="Diagnostics.CryoSpinException">The folder is absent or cannot be written.</exception>
    public MrcStackWriter(
        string path, int width, int height, double pixelSizeAngstrom, MrcMode mode = MrcMode.Single, string content = "images")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (mode is not (MrcMode.Single or MrcMode.Half))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "Only floats can be written.");
        }
        _path = path;
        _mode = mode;
        _content = content;
        Width = width;
        Height = height;
        PixelSizeAngstrom = pixelSizeAngstrom;
        int bytesPerSample = mode == MrcMode.Single ? 4 : 2;
        _buffer = new byte[Math.Max(MrcHeader.Bytes, checked(width * height * bytesPerSample))];
        _rounded = mode == MrcMode.Half ? new float[width * height] : [];
        ImageBytes = width * height * bytesPerSample;
        _stream = AtomicFile.Create(path);
        _stream.Write(_buffer, 0, MrcHeader.Bytes);
    }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Edge of one pixel.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>Images appended so far.</summary>
    public int Count { get; private set; }

    private int ImageBytes { get; }

    /// <summary>Appends an image. Not for several threads at once.</summary>
    /// <param name="pixels">Height x Width values, [y][x].</param>
    public void Append(ReadOnlySpan<float> pixels)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (pixels.Length != Width * Height)
        {
            throw new ArgumentException($"{pixels.Length} values for {Width} x {Height} pixels.", nameof(pixels));
        }
        SampleConverter.FromSingle(pixels, _mode, _buffer);
        _stream.Write(_buffer, 0, ImageBytes);
        // The header describes what the file holds, hence the rounded values where they were rounded.
        if (_mode == MrcMode.Half) AddRounded();
        else _statistics.Add(pixels);
        Count++;
    }

    /// <summary>Writes the header and gives the file its name.</summary>
    /// <exception cref="InvalidOperationException">No image was appended: an MRC file cannot be empty.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (Count == 0) throw new InvalidOperationException("A stack needs at least one image.");
        MrcHeader.Write(_buffer, (Width, Height, Count), _mode, isStack: true, PixelSizeAngstrom, _statistics, _content);
        _stream.Position = 0;
        _stream.Write(_buffer, 0, MrcHeader.Bytes);
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        AtomicFile.Publish(_stream.Name, _path);
        _finished = true;
    }

    /// <summary>Removes the unfinished file where <see cref="Complete"/> was not reached.</summary>
    public void Dispose()
    {
        if (_finished) return;
        _finished = true;
        AtomicFile.Discard(_stream);
    }

    private void AddRounded()
    {
        SampleConverter.ToSingle(_buffer.AsSpan(0, ImageBytes), _mode, isBigEndian: false, _rounded);
        _statistics.Add(_rounded);
    }
}
