using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// Eight complex numbers, in memory eight real and then eight imaginary parts. Butterflies are written once over this and compiled for one
/// 512-bit register or two of 256 bits.
/// </summary>
internal unsafe interface IComplexLanes<T>
    where T : unmanaged, IComplexLanes<T>
{
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

/// <summary>In two 256-bit registers.</summary>
internal readonly unsafe struct NarrowLanes : IComplexLanes<NarrowLanes>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector256<float> _re;
    private readonly Vector256<float> _im;

    [MethodImpl(Inline)]
    private NarrowLanes(Vector256<float> re, Vector256<float> im) => (_re, _im) = (re, im);

    [MethodImpl(Inline)]
    public static NarrowLanes Load(float* p) => new(Vector256.Load(p), Vector256.Load(p + 8));

    [MethodImpl(Inline)]
    public void Store(float* p)
    {
        _re.Store(p);
        _im.Store(p + 8);
    }

    [MethodImpl(Inline)]
    public static NarrowLanes operator +(NarrowLanes a, NarrowLanes b) => new(a._re + b._re, a._im + b._im);

    [MethodImpl(Inline)]
    public static NarrowLanes operator -(NarrowLanes a, NarrowLanes b) => new(a._re - b._re, a._im - b._im);

    [MethodImpl(Inline)]
    public static NarrowLanes operator *(NarrowLanes a, float factor) => new(a._re * factor, a._im * factor);

    [MethodImpl(Inline)]
    public static NarrowLanes Fma(NarrowLanes a, float factor, NarrowLanes b)
    {
        Vector256<float> f = Vector256.Create(factor);
        return new(Vector256.MultiplyAddEstimate(a._re, f, b._re), Vector256.MultiplyAddEstimate(a._im, f, b._im));
    }

    [MethodImpl(Inline)]
    public static NarrowLanes MinusI(NarrowLanes a) => new(a._im, -a._re);

    [MethodImpl(Inline)]
    public static NarrowLanes Factor(float re) => new(Vector256.Create(re), default);

    [MethodImpl(Inline)]
    public static NarrowLanes FactorI(float im) => new(Vector256.Create(im), default);

    [MethodImpl(Inline)]
    public static NarrowLanes Turn(NarrowLanes a, NarrowLanes factor, NarrowLanes factorI) => new(
        Vector256.MultiplyAddEstimate(a._re, factor._re, -(a._im * factorI._re)),
        Vector256.MultiplyAddEstimate(a._re, factorI._re, a._im * factor._re));
}
