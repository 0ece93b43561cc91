using System.Buffers;

namespace CryoSpin.Fourier;

/// <summary>A rented array, its contents undefined, for the length of one call.</summary>
internal readonly ref struct PooledFloats
{
    private readonly float[] _array;

    public PooledFloats(int length)
    {
        _array = ArrayPool<float>.Shared.Rent(length);
        Span = _array.AsSpan(0, length);
    }

    public Span<float> Span { get; }

    public void Dispose() => ArrayPool<float>.Shared.Return(_array);
}
