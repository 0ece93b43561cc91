using System.Runtime.InteropServices;

namespace CryoSpin.Compute.Kernels;

/// <summary>Zeroed native memory for single-precision numbers, aligned to a cache line, for kernels that work on pointers.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private const nuint CacheLine = 64;
    private float* _data;

    /// <summary>Takes and clears the memory.</summary>
    /// <param name="length">Number of floats, at least 0.</param>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        nuint bytes = ((nuint)length * sizeof(float)) + CacheLine;
        _data = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(_data, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    /// <summary>Returns the memory of a buffer nobody disposed.</summary>
    ~AlignedBuffer() => Free();

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>The first float; valid until the buffer is disposed. The caller keeps the buffer alive while it uses the pointer.</summary>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data is null, this);
            return _data;
        }
    }

    /// <summary>A part of the buffer as a span.</summary>
    /// <param name="start">First float.</param>
    /// <param name="length">Number of floats.</param>
    public Span<float> Slice(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, Length, nameof(length));
        return new Span<float>(Pointer + start, length);
    }

    /// <summary>Sets every float to zero.</summary>
    public void Clear() => NativeMemory.Clear(Pointer, (nuint)Length * sizeof(float));

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_data is null) return;
        NativeMemory.AlignedFree(_data);
        _data = null;
        GC.RemoveMemoryPressure((Length * sizeof(float)) + (long)CacheLine);
    }
}
