using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Compute.Kernels;

/// <summary>Four lanes: one 128-bit vector.</summary>
/// <param name="value">The numbers.</param>
internal readonly unsafe struct Lanes4(Vector128<float> value) : IQuadLanes<Lanes4>
{
    private readonly Vector128<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    public static Lanes4 Zero => new(Vector128<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Load(float* p) => new(Vector128.Load(p));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 All(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Fma(Lanes4 a, Lanes4 b, Lanes4 c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Max(Lanes4 a, Lanes4 b) => new(Vector128.MaxNative(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Sqrt(Lanes4 a) => new(Vector128.Sqrt(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Round(Lanes4 a) => new(Vector128.Round(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 Exp(Lanes4 a) => new(Vector128.Exp(a._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 CopySign(Lanes4 size, Lanes4 sign) => new(Vector128.CopySign(size._value, sign._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 IfEqual(Lanes4 a, Lanes4 b, Lanes4 equal, Lanes4 other) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(a._value, b._value), equal._value, other._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 IfGreater(Lanes4 a, Lanes4 b, Lanes4 greater, Lanes4 other) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(Vector128.Abs(a._value), b._value), greater._value, other._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 IfPositive(Lanes4 a, Lanes4 value) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(a._value, Vector128<float>.Zero), value._value, Vector128<float>.Zero));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 SignIfOdd(Lanes4 a) => new(Vector128.ShiftLeft(Vector128.ConvertToInt32Native(a._value), 31).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes4 a) => Vector128.Sum(a._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator +(Lanes4 a, Lanes4 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator -(Lanes4 a, Lanes4 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator -(Lanes4 a) => new(-a._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator *(Lanes4 a, Lanes4 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator /(Lanes4 a, Lanes4 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes4 operator ^(Lanes4 a, Lanes4 b) => new(a._value ^ b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* p) => _value.Store(p);

    static int IQuadLanes<Lanes4>.Quads => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.LoadQuads(float* a, float* b) => new(Vector128.Load(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes4>.AddQuads(float* a, float* b, Lanes4 v) => (Vector128.Load(a) + v._value).Store(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes4>.AddQuadPairs(float* a, float* b, Lanes4 left, Lanes4 right)
    {
        (Vector128.Load(a) + left._value).Store(a);
        (Vector128.Load(a + 4) + right._value).Store(a + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> IQuadLanes<Lanes4>.Quad(Lanes4 v, int index) => v._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.Spread(Lanes4 v, [ConstantExpected(Min = 0, Max = 3)] int lane) => new(lane switch
    {
        0 => Vector128.Shuffle(v._value, Vector128.Create(0, 0, 0, 0)),
        1 => Vector128.Shuffle(v._value, Vector128.Create(1, 1, 1, 1)),
        2 => Vector128.Shuffle(v._value, Vector128.Create(2, 2, 2, 2)),
        _ => Vector128.Shuffle(v._value, Vector128.Create(3, 3, 3, 3)),
    });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IQuadLanes<Lanes4>.Transpose(
        Lanes4 a, Lanes4 b, Lanes4 c, Lanes4 d, out Lanes4 first, out Lanes4 second, out Lanes4 third, out Lanes4 fourth)
    {
        QuadShuffles.Transpose(
            a._value, b._value, c._value, d._value,
            out Vector128<float> w, out Vector128<float> x, out Vector128<float> y, out Vector128<float> z);
        (first, second, third, fourth) = (new(w), new(x), new(y), new(z));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.First(Lanes4 v, int count) =>
        new(v._value & Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.SignIfNegative(Lanes4 a) =>
        new(Vector128.LessThan(a._value, Vector128<float>.Zero) & Vector128.Create(-0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.Truncate(Lanes4 a, out Lanes4 whole)
    {
        Vector128<int> bits = Vector128.ConvertToInt32Native(a._value);
        whole = new(Vector128.ConvertToSingle(bits));
        return new(bits.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.AllWhole(int value) => new(Vector128.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes4 IQuadLanes<Lanes4>.Offset(Lanes4 z, Lanes4 rows, Lanes4 y, Lanes4 columns, Lanes4 x) =>
        new(((z._value.AsInt32() * rows._value.AsInt32() + y._value.AsInt32()) * columns._value.AsInt32() + x._value.AsInt32()).AsSingle());
}
