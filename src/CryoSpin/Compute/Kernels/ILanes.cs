namespace CryoSpin.Compute.Kernels;

/// <summary>
/// A few single-precision numbers handled at once. Kernels are written once over this and compiled for each width; every operation but
/// <see cref="Sum"/> is per lane.
/// </summary>
/// <remarks>
/// <see cref="Lanes4"/> is for processors without 256-bit vectors (arm64, x64 before AVX2), <see cref="Lanes8"/> for the others, and
/// <see cref="Lanes16"/> for those with 512 bits, in the kernels that gain by it.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>0 in every lane.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Reads <see cref="Count"/> numbers; no alignment is asked for.</summary>
    static abstract TSelf Load(float* p);

    /// <summary>The same number in every lane.</summary>
    static abstract TSelf All(float value);

    /// <summary>a * b + c, rounded once where the processor can (<see cref="Vectors.AreFused"/>).</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger number.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>Square root.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>The nearest whole number, of two the even one.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>e to the power a.</summary>
    static abstract TSelf Exp(TSelf a);

    /// <summary>The size of one number with the sign of another.</summary>
    static abstract TSelf CopySign(TSelf size, TSelf sign);

    /// <summary>a == b ? equal : other.</summary>
    static abstract TSelf IfEqual(TSelf a, TSelf b, TSelf equal, TSelf other);

    /// <summary>|a| > b ? greater : other.</summary>
    static abstract TSelf IfGreater(TSelf a, TSelf b, TSelf greater, TSelf other);

    /// <summary>a > 0 ? value : 0.</summary>
    static abstract TSelf IfPositive(TSelf a, TSelf value);

    /// <summary>The sign bit where the whole number a is odd, 0 elsewhere: changes a sign by <c>^</c>.</summary>
    static abstract TSelf SignIfOdd(TSelf a);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>a + b.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>a - b.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>-a.</summary>
    static abstract TSelf operator -(TSelf a);

    /// <summary>a * b.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>a / b.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>The bits of a, exclusive or those of b.</summary>
    static abstract TSelf operator ^(TSelf a, TSelf b);

    /// <summary>Writes <see cref="Count"/> numbers; no alignment is asked for.</summary>
    void Store(float* p);
}
