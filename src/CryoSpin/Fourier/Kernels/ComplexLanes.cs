using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// Eight complex numbers, in memory eight real and then eight imaginary parts, or four of those eight. Butterflies are written once over
/// this and compiled for one 512-bit register and for two of 256 or 128 bits.
/// </summary>
internal unsafe interface IComplexLanes<T>
    where T : unmanaged, IComplexLanes<T>
{
    /// <summary>Complex numbers: 8 or 4.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* p);

    void Store(float* p);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, float factor);

    /// <summary>a * factor + b.</summary>
    static abstract T Fma(T a, float factor, T b);

    /// <summary>-i a.</summary>
    static abstract T MinusI(T a);

    /// <summary>The factor re + i im for <see cref="Turn"/>, prepared: first part.</summary>
    static abstract T Factor(float re);

    /// <summary>Its second part.</summary>
    static abstract T FactorI(float im);

    /// <summary>a times the factor.</summary>
    static abstract T Turn(T a, T factor, T factorI);
}

/// <summary>In one 512-bit register: half as many loads, stores and additions, at the price of one swap of halves per rotation.</summary>
internal readonly unsafe struct WideLanes : IComplexLanes<WideLanes>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector512<float> _v;

    [MethodImpl(Inline)]
    private WideLanes(Vector512<float> v) => _v = v;

    public static int Count => 8;

    [MethodImpl(Inline)]
    public static WideLanes Load(float* p) => new(Vector512.Load(p));

    [MethodImpl(Inline)]
    public void Store(float* p) => _v.Store(p);

    [MethodImpl(Inline)]
    public static WideLanes operator +(WideLanes a, WideLanes b) => new(a._v + b._v);

    [MethodImpl(Inline)]
    public static WideLanes operator -(WideLanes a, WideLanes b) => new(a._v - b._v);

    [MethodImpl(Inline)]
    public static WideLanes operator *(WideLanes a, float factor) => new(a._v * Vector512.Create(factor));

    [MethodImpl(Inline)]
    public static WideLanes Fma(WideLanes a, float factor, WideLanes b) =>
        new(Vector512.FusedMultiplyAdd(a._v, Vector512.Create(factor), b._v));

    [MethodImpl(Inline)]
    public static WideLanes MinusI(WideLanes a) =>
        new(Swapped(a._v) ^ Vector512.Create(Vector256<float>.Zero, Vector256.Create(-0f)));

    [MethodImpl(Inline)]
    public static WideLanes Factor(float re) => new(Vector512.Create(re));

    [MethodImpl(Inline)]
    public static WideLanes FactorI(float im) =>
        new(Vector512.Create(im) ^ Vector512.Create(Vector256.Create(-0f), Vector256<float>.Zero));

    [MethodImpl(Inline)]
    public static WideLanes Turn(WideLanes a, WideLanes factor, WideLanes factorI) =>
        new(Vector512.FusedMultiplyAdd(a._v, factor._v, Swapped(a._v) * factorI._v));

    // Written as a shuffle of 64-bit parts, which becomes one instruction; putting halves together again becomes two.
    [MethodImpl(Inline)]
    private static Vector512<float> Swapped(Vector512<float> v) =>
        Vector512.Shuffle(v.AsInt64(), Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)).AsSingle();
}

/// <summary>In two registers, of eight real and eight imaginary parts, or four of each.</summary>
internal readonly unsafe struct SplitLanes<TLanes> : IComplexLanes<SplitLanes<TLanes>>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly TLanes _re;
    private readonly TLanes _im;

    [MethodImpl(Inline)]
    private SplitLanes(TLanes re, TLanes im) => (_re, _im) = (re, im);

    public static int Count => TLanes.Count;

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> Load(float* p) => new(TLanes.Load(p), TLanes.Load(p + 8));

    [MethodImpl(Inline)]
    public void Store(float* p)
    {
        _re.Store(p);
        _im.Store(p + 8);
    }

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> operator +(SplitLanes<TLanes> a, SplitLanes<TLanes> b) => new(a._re + b._re, a._im + b._im);

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> operator -(SplitLanes<TLanes> a, SplitLanes<TLanes> b) => new(a._re - b._re, a._im - b._im);

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> operator *(SplitLanes<TLanes> a, float factor) =>
        new(a._re * TLanes.All(factor), a._im * TLanes.All(factor));

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> Fma(SplitLanes<TLanes> a, float factor, SplitLanes<TLanes> b)
    {
        TLanes f = TLanes.All(factor);
        return new(TLanes.Fma(a._re, f, b._re), TLanes.Fma(a._im, f, b._im));
    }

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> MinusI(SplitLanes<TLanes> a) => new(a._im, -a._re);

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> Factor(float re) => new(TLanes.All(re), default);

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> FactorI(float im) => new(TLanes.All(im), default);

    [MethodImpl(Inline)]
    public static SplitLanes<TLanes> Turn(SplitLanes<TLanes> a, SplitLanes<TLanes> factor, SplitLanes<TLanes> factorI) => new(
        TLanes.Fma(a._re, factor._re, -(a._im * factorI._re)),
        TLanes.Fma(a._re, factorI._re, a._im * factor._re));
}
