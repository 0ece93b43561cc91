using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;

namespace CryoSpin.Compute.Kernels;

/// <summary>
/// Lanes as one or more quads of four (128 bits). Where a quad holds what is known of one point, four registers hold the points
/// 0, 4, ..., then 1, 5, ..., and so on; <see cref="Transpose"/> turns them into four registers over consecutive points, and back.
/// </summary>
internal unsafe interface IQuadLanes<TSelf> : ILanes<TSelf>
    where TSelf : unmanaged, IQuadLanes<TSelf>
{
    /// <summary>Quads in a register: 1 or 2. A second pointer or index means nothing where there is one.</summary>
    static abstract int Quads { get; }

    /// <summary>The quads at <paramref name="a"/> and at <paramref name="b"/>.</summary>
    static abstract TSelf LoadQuads(float* a, float* b);

    /// <summary>Adds to the quads in memory. Both may be one place, so the second is read after the first is written.</summary>
    static abstract void AddQuads(float* a, float* b, TSelf v);

    /// <summary>Adds a quad of <paramref name="left"/> and one of <paramref name="right"/>, side by side, at each place.</summary>
    static abstract void AddQuadPairs(float* a, float* b, TSelf left, TSelf right);

    /// <summary>One quad.</summary>
    static abstract Vector128<float> Quad(TSelf v, int index);

    /// <summary>Element <paramref name="lane"/> (0 to 3) of each quad, in all lanes of that quad.</summary>
    static abstract TSelf Spread(TSelf v, [ConstantExpected(Min = 0, Max = 3)] int lane);

    /// <summary>The 4 x 4 transpose of each quad of four registers; its own inverse.</summary>
    static abstract void Transpose(
        TSelf a, TSelf b, TSelf c, TSelf d, out TSelf first, out TSelf second, out TSelf third, out TSelf fourth);

    /// <summary>The first lanes, and 0 in the others.</summary>
    static abstract TSelf First(TSelf v, int count);

    /// <summary>The sign bit where a is less than 0, 0 elsewhere and for -0.</summary>
    static abstract TSelf SignIfNegative(TSelf a);

    /// <summary>Fractions cut off: whole numbers of 32 bits in the lanes' bits; <paramref name="whole"/> are the same as floats.</summary>
    static abstract TSelf Truncate(TSelf a, out TSelf whole);

    /// <summary>The same whole number in every lane.</summary>
    static abstract TSelf AllWhole(int value);

    /// <summary>(z * rows + y) * columns + x of whole numbers.</summary>
    static abstract TSelf Offset(TSelf z, TSelf rows, TSelf y, TSelf columns, TSelf x);
}
