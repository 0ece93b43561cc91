using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Compute.Kernels;

/// <summary>Eight lanes: one 256-bit vector.</summary>
/// <param name="value">The numbers.</param>
internal readonly unsafe struct Lanes8(Vector256<float> value) : IQuadLanes<Lanes8>
{
    private readonly Vector256<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static Lanes8 Zero => new(Vector256<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Load(float* p) => new(Vector256.Load(p));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 All(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Fma(Lanes8 a, Lanes8 b, Lanes8 c) => new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Max(Lanes8 a, Lanes8 b) => new(Vector256.MaxNative(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Sqrt(Lanes8 a) => new(Vector256.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Round(Lanes8 a) => new(Vector256.Round(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 Exp(Lanes8 a) => new(Vector256.Exp(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 CopySign(Lanes8 size, Lanes8 sign) => new(Vector256.CopySign(size._value, sign._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 IfEqual(Lanes8 a, Lanes8 b, Lanes8 equal, Lanes8 other) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(a._value, b._value), equal._value, other._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 IfGreater(Lanes8 a, Lanes8 b, Lanes8 greater, Lanes8 other) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Abs(a._value), b._value), greater._value, other._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 IfPositive(Lanes8 a, Lanes8 value) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(a._value, Vector256<float>.Zero), value._value, Vector256<float>.Zero));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 SignIfOdd(Lanes8 a) => new(Vector256.ShiftLeft(Vector256.ConvertToInt32Native(a._value), 31).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes8 a) => Vector256.Sum(a._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator +(Lanes8 a, Lanes8 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator -(Lanes8 a, Lanes8 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator -(Lanes8 a) => new(-a._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator *(Lanes8 a, Lanes8 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator /(Lanes8 a, Lanes8 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes8 operator ^(Lanes8 a, Lanes8 b) => new(a._value ^ b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p) => _value.Store(p);

    static int IQuadLanes<Lanes8>.Quads => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.LoadQuads(float* a, float* b) => new(Vector256.Create(Vector128.Load(a), Vector128.Load(b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes8>.AddQuads(float* a, float* b, Lanes8 v)
    {
        (Vector128.Load(a) + v._value.GetLower()).Store(a);
        (Vector128.Load(b) + v._value.GetUpper()).Store(b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes8>.AddQuadPairs(float* a, float* b, Lanes8 left, Lanes8 right)
    {
        (Vector256.Load(a) + Vector256.Create(left._value.GetLower(), right._value.GetLower())).Store(a);
        (Vector256.Load(b) + Vector256.Create(left._value.GetUpper(), right._value.GetUpper())).Store(b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> IQuadLanes<Lanes8>.Quad(Lanes8 v, int index) => index == 0 ? v._value.GetLower() : v._value.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.Spread(Lanes8 v, [ConstantExpected(Min = 0, Max = 3)] int lane) => new(lane switch
    {
        0 => Vector256.Shuffle(v._value, Vector256.Create(0, 0, 0, 0, 4, 4, 4, 4)),
        1 => Vector256.Shuffle(v._value, Vector256.Create(1, 1, 1, 1, 5, 5, 5, 5)),
        2 => Vector256.Shuffle(v._value, Vector256.Create(2, 2, 2, 2, 6, 6, 6, 6)),
        _ => Vector256.Shuffle(v._value, Vector256.Create(3, 3, 3, 3, 7, 7, 7, 7)),
    });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes8>.Transpose(
        Lanes8 a, Lanes8 b, Lanes8 c, Lanes8 d, out Lanes8 first, out Lanes8 second, out Lanes8 third, out Lanes8 fourth)
    {
        QuadShuffles.Transpose(
            a._value, b._value, c._value, d._value,
            out Vector256<float> w, out Vector256<float> x, out Vector256<float> y, out Vector256<float> z);
        (first, second, third, fourth) = (new(w), new(x), new(y), new(z));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.First(Lanes8 v, int count) =>
        new(v._value & Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.SignIfNegative(Lanes8 a) =>
        new(Vector256.LessThan(a._value, Vector256<float>.Zero) & Vector256.Create(-0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.Truncate(Lanes8 a, out Lanes8 whole)
    {
        Vector256<int> bits = Vector256.ConvertToInt32Native(a._value);
        whole = new(Vector256.ConvertToSingle(bits));
        return new(bits.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.AllWhole(int value) => new(Vector256.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes8 IQuadLanes<Lanes8>.Offset(Lanes8 z, Lanes8 rows, Lanes8 y, Lanes8 columns, Lanes8 x) =>
        new(((z._value.AsInt32() * rows._value.AsInt32() + y._value.AsInt32()) * columns._value.AsInt32() + x._value.AsInt32()).AsSingle());
}
