namespace CryoSpin.Benchmarks.Roofline;

/// <summary>
/// What the kernels compute, in single-precision operations: an addition or a multiplication is one, a fused multiply-add two, an operation
/// in double precision two (it takes two lanes). Integer arithmetic, comparisons, moves and shuffles are not counted. docs/results/roofline.md.
/// </summary>
internal static class OperationCounts
{
    // Three coordinates of two fused multiply-adds each, and three fractions.
    private const int Locate = 3 * 4 + 3;

    /// <summary>One point of a slice: eight corners of two channels, seven interpolations of three operations each.</summary>
    public const int SlicePoint = Locate + 2 * 7 * 3;

    /// <summary>
    /// One point with its pose gradient: per x neighbour and channel 12 (value and both differences in y and z), per channel 9 in x; four
    /// products of three terms; three factors of the in-plane turn.
    /// </summary>
    public const int GradientPoint = Locate + 4 * 12 + 2 * 9 + 4 * 5 + 3 * 3;

    /// <summary>One point of the transpose: two products and differences in x; ten operations a value in y and z, with the sums.</summary>
    public const int TransposePoint = Locate + 4 + 4 * 10;

    /// <summary>One point of the back-projection: 22 operations for each of three values.</summary>
    public const int InsertionPoint = Locate + 3 * 22;

    /// <summary>
    /// One point of the 5 x 5 normal equations: phase and its sine and cosine (27), residual and misfit (16), factors of the columns (4),
    /// squares of the frequencies (3), seven products (21), seventeen sums of one fused multiply-add and two of two.
    /// </summary>
    public const int NormalEquationsPoint = 27 + 16 + 4 + 3 + 21 + 17 * 2 + 2 * 4;

    /// <summary>One value of a transfer function: the phase in double precision (16, counted twice), the polynomial and the factor.</summary>
    public const int CtfPoint = 2 * 16 + 15;

    /// <summary>A real transform of so many numbers: 2.5 n log2 n, the usual count, whatever is executed.</summary>
    public static double RealFourier(double numbers) => 2.5 * numbers * Math.Log2(numbers);

    /// <summary>Bytes of a two-dimensional transform's input and output.</summary>
    public static double Fourier2DBytes(int size) => 4.0 * size * size + 8.0 * size * (size / 2 + 1);

    /// <summary>
    /// Bytes of a three-dimensional transform: a volume that no cache holds is read and its spectrum written by the first two axes, and the
    /// spectrum read and written again by the third.
    /// </summary>
    public static double Fourier3DBytes(int size) => 4.0 * size * size * size + 3 * 8.0 * size * size * (size / 2 + 1);

    /// <summary>
    /// Bytes a two-dimensional transform moves between registers and the first-level cache: per axis a move in, its passes and a move out,
    /// and the separation of the pairs of rows. Each reads and writes an image's worth.
    /// </summary>
    public static double Fourier2DMoves(int size, int passes) => 4.0 * size * size * 2 * (2 * (2 + passes) + 1);

    /// <summary>C[m][n] = A[m][k] B[n][k]^T.</summary>
    public static double Product(double m, double n, double k) => 2 * m * n * k;

    /// <summary>Bytes of its three matrices, each once.</summary>
    public static double ProductBytes(double m, double n, double k) => 4 * (m * k + n * k + m * n);

    /// <summary>A 3x3 convolution of one map computed directly.</summary>
    public static double DirectConvolution(int side, int inputs, int outputs) => 2.0 * 9 * side * side * inputs * outputs;

    /// <summary>
    /// The same by Winograd's F(4x4, 3x3) as executed: 36 products a tile of 4x4, twelve lines of 19 operations an input channel, ten of 13
    /// an output channel. Transforming the filters, once per step, is left out.
    /// </summary>
    public static double Winograd(int side, int inputs, int outputs) =>
        Tiles(side) * (2.0 * 36 * inputs * outputs + 12 * 19 * inputs + 10 * 13 * outputs);

    /// <summary>Its weight gradient: the same products, ten lines of 11 operations an output channel.</summary>
    public static double WinogradGradient(int side, int inputs, int outputs) =>
        Tiles(side) * (2.0 * 36 * inputs * outputs + 12 * 19 * inputs + 10 * 11 * outputs);

    private static double Tiles(int side) => Math.Pow((side + 3) / 4, 2);
}
