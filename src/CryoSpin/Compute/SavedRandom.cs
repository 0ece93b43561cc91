using System.Numerics;

namespace CryoSpin.Compute;

/// <summary>
/// Random numbers whose state can be kept and put back, which <see cref="Random"/> does not allow: xoshiro256**, seeded by splitmix64.
/// Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
/// </summary>
internal class SavedRandom : Random
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Begins a stream that depends on two numbers alone.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="index">Which of the seed's streams.</param>
    public SavedRandom(ulong seed, ulong index = 0)
    {
        ulong state = Mix(seed) ^ Mix(index + 0x9E3779B97F4A7C15);
        _a = Mix(state += 0x9E3779B97F4A7C15);
        _b = Mix(state += 0x9E3779B97F4A7C15);
        _c = Mix(state += 0x9E3779B97F4A7C15);
        _d = Mix(state + 0x9E3779B97F4A7C15);
    }

    /// <summary>All that decides the numbers to come: four words, not all zero.</summary>
    /// <exception cref="ArgumentException">Set to another number of words, or to zeros.</exception>
    public IReadOnlyList<ulong> State
    {
        get => [_a, _b, _c, _d];
        set
        {
            if (value is not [var a, var b, var c, var d] || (a | b | c | d) == 0)
            {
                throw new ArgumentException("The state is four words that are not all zero.", nameof(value));
            }
            (_a, _b, _c, _d) = (a, b, c, d);
        }
    }

    /// <inheritdoc/>
    public override int Next() => Next(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue) => (int)NextInt64(maxValue);

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    /// <inheritdoc/>
    public override long NextInt64() => NextInt64(long.MaxValue);

    /// <inheritdoc/>
    public override long NextInt64(long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (long)Below((ulong)maxValue);
    }

    /// <inheritdoc/>
    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return unchecked(minValue + (long)Below((ulong)(maxValue - minValue)));
    }

    /// <inheritdoc/>
    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <inheritdoc/>
    public override float NextSingle() => (NextBits() >> 40) * (1.0f / (1U << 24));

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        for (int i = 0; i < buffer.Length; i += 8)
        {
            ulong bits = NextBits();
            for (int k = i; k < Math.Min(i + 8, buffer.Length); k++, bits >>= 8) buffer[k] = (byte)bits;
        }
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();

    // The bias of the product's upper half is at most range / 2^64: nothing here draws often enough to see it.
    private ulong Below(ulong range) => Math.BigMul(NextBits(), range, out _);

    private ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
