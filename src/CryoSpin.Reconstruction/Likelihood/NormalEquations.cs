using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>
/// Sum of squared residuals of one image against a slice, with gradient and Gauss-Newton matrix in the five pose parameters
/// (rotation vector wx, wy, wz in radians, left-multiplied; origin x, y in pixels).
/// </summary>
internal struct NormalEquations
{
    public const int Parameters = 5;

    /// <summary>Upper triangle, row-major: 15 values.</summary>
    public Triangle Matrix;

    /// <summary>Half the gradient of the sum of squares.</summary>
    public Vector5 Gradient;

    /// <summary>Sum over the half plane of |model - data|^2 - |data|^2: minus the log likelihood ratio.</summary>
    public double Misfit;

    [InlineArray(15)]
    public struct Triangle
    {
        private double _first;
    }

    [InlineArray(Parameters)]
    public struct Vector5
    {
        private double _first;
    }

    /// <summary>
    /// Residual r = c v - B, B = a e^(-i theta), theta = 2 pi (kx ox + ky oy)/box; its columns are -ky G, kx G, T, i u kx B, i u ky B with
    /// G = c g, T = c t (see SliceKernel.SampleWithGradient) and u = 2 pi/box.
    /// </summary>
    /// <remarks>
    /// All entries are products of two of G, T, iB and r times monomials of kx and ky: twenty sums, one multiply-add each, in place of
    /// twenty dot products of complex columns. They are kept in locals because an indexed array of them would live in memory.
    /// </remarks>
    /// <param name="image">The image.</param>
    /// <param name="slice">The slice with its derivatives, over the image's disc.</param>
    /// <param name="originX">Origin, pixels.</param>
    /// <param name="originY">Origin, pixels.</param>
    /// <param name="result">The sums.</param>
    public static void Accumulate(ImageOnDisc image, SliceOnDisc slice, double originX, double originY, out NormalEquations result)
    {
        if (Vector256.IsHardwareAccelerated) Accumulate<Lanes8>(image, slice, originX, originY, out result);
        else Accumulate<Lanes4>(image, slice, originX, originY, out result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Accumulate<T>(ImageOnDisc image, SliceOnDisc slice, double originX, double originY, out NormalEquations result)
        where T : unmanaged, ILanes<T>
    {
        T ox = T.All((float)(originX / image.Box)), oy = T.All((float)(originY / image.Box));
        T ggXX = T.Zero, ggXY = T.Zero, ggYY = T.Zero, gtX = T.Zero, gtY = T.Zero, tt = T.Zero, gbXX = T.Zero, gbXY = T.Zero, gbYY = T.Zero;
        T tbX = T.Zero, tbY = T.Zero, bbXX = T.Zero, bbXY = T.Zero, bbYY = T.Zero;
        T grX = T.Zero, grY = T.Zero, tr = T.Zero, brX = T.Zero, brY = T.Zero, misfit = T.Zero;
        fixed (float* kxs = image.Disc.Kx, kys = image.Disc.Ky, ctf = image.Ctf, dre = image.Real, dim = image.Imaginary)
        fixed (float* vre = slice.Real, vim = slice.Imaginary, are = slice.AlongReal, aim = slice.AlongImaginary)
        fixed (float* tre = slice.TurnReal, tim = slice.TurnImaginary)
        {
            for (int p = 0; p < image.Disc.PaddedCount; p += T.Count)
            {
                T kx = T.Load(kxs + p), ky = T.Load(kys + p), c = T.Load(ctf + p);
                PhaseShift.SinCosOfTurns(T.Fma(kx, ox, ky * oy), out T sin, out T cos);
                T dr = T.Load(dre + p), di = T.Load(dim + p);
                T br = T.Fma(dr, cos, di * sin), bi = di * cos - dr * sin;
                T mr = c * T.Load(vre + p), mi = c * T.Load(vim + p);
                T rr = mr - br, ri = mi - bi;
                misfit += T.Fma(mr, rr - br, mi * (ri - bi));
                T gr = c * T.Load(are + p), gi = c * T.Load(aim + p);
                T sr = c * T.Load(tre + p), si = c * T.Load(tim + p);
                T xx = kx * kx, xy = kx * ky, yy = ky * ky;
                T product = Dot(gr, gr, gi, gi);
                ggXX = T.Fma(product, xx, ggXX);
                ggXY = T.Fma(product, xy, ggXY);
                ggYY = T.Fma(product, yy, ggYY);
                product = Dot(br, br, bi, bi);
                bbXX = T.Fma(product, xx, bbXX);
                bbXY = T.Fma(product, xy, bbXY);
                bbYY = T.Fma(product, yy, bbYY);
                // With iB = -bi + i br.
                product = gi * br - gr * bi;
                gbXX = T.Fma(product, xx, gbXX);
                gbXY = T.Fma(product, xy, gbXY);
                gbYY = T.Fma(product, yy, gbYY);
                product = Dot(gr, sr, gi, si);
                gtX = T.Fma(product, kx, gtX);
                gtY = T.Fma(product, ky, gtY);
                product = si * br - sr * bi;
                tbX = T.Fma(product, kx, tbX);
                tbY = T.Fma(product, ky, tbY);
                product = Dot(gr, rr, gi, ri);
                grX = T.Fma(product, kx, grX);
                grY = T.Fma(product, ky, grY);
                product = ri * br - rr * bi;
                brX = T.Fma(product, kx, brX);
                brY = T.Fma(product, ky, brY);
                tt = T.Fma(sr, sr, T.Fma(si, si, tt));
                tr = T.Fma(sr, rr, T.Fma(si, ri, tr));
            }
        }
        double u = 2 * Math.PI / image.Box;
        result = default;
        ReadOnlySpan<double> matrix =
        [
            Sum(ggYY), -Sum(ggXY), -Sum(gtY), -u * Sum(gbXY), -u * Sum(gbYY),
            Sum(ggXX), Sum(gtX), u * Sum(gbXX), u * Sum(gbXY),
            Sum(tt), u * Sum(tbX), u * Sum(tbY),
            u * u * Sum(bbXX), u * u * Sum(bbXY),
            u * u * Sum(bbYY),
        ];
        ReadOnlySpan<double> gradient = [-Sum(grY), Sum(grX), Sum(tr), u * Sum(brX), u * Sum(brY)];
        for (int i = 0; i < 15; i++) result.Matrix[i] = matrix[i];
        for (int i = 0; i < Parameters; i++) result.Gradient[i] = gradient[i];
        result.Misfit = Sum(misfit);
    }

    /// <summary>The same with the origin held: its steps are 0.</summary>
    public readonly NormalEquations WithoutOrigin()
    {
        NormalEquations held = this;
        for (int row = 0, n = 0; row < Parameters; row++)
        {
            for (int col = row; col < Parameters; col++, n++)
            {
                if (col >= 3) held.Matrix[n] = col == row ? Math.Max(Matrix[0], 1) : 0;
            }
        }
        (held.Gradient[3], held.Gradient[4]) = (0, 0);
        return held;
    }

    /// <summary>Solves (H + damping diag(H)) step = -gradient by Cholesky; false where the matrix is not positive.</summary>
    public readonly bool TrySolve(double damping, out Vector5 step)
    {
        Span<double> l = stackalloc double[25];
        int n = 0;
        double floor = 0;
        for (int i = 0, d = 0; i < 5; d += 5 - i, i++) floor = Math.Max(floor, Matrix[d]);
        floor *= 1e-9;
        for (int row = 0; row < 5; row++)
        {
            for (int col = row; col < 5; col++, n++) l[col * 5 + row] = Matrix[n];
            l[row * 6] = l[row * 6] * (1 + damping) + floor;
        }
        step = default;
        for (int j = 0; j < 5; j++)
        {
            double d = l[j * 6];
            for (int k = 0; k < j; k++) d -= l[j * 5 + k] * l[j * 5 + k];
            if (!(d > 0)) return false;
            d = Math.Sqrt(d);
            l[j * 6] = d;
            for (int i = j + 1; i < 5; i++)
            {
                double s = l[i * 5 + j];
                for (int k = 0; k < j; k++) s -= l[i * 5 + k] * l[j * 5 + k];
                l[i * 5 + j] = s / d;
            }
        }
        for (int i = 0; i < 5; i++)
        {
            double s = -Gradient[i];
            for (int k = 0; k < i; k++) s -= l[i * 5 + k] * step[k];
            step[i] = s / l[i * 6];
        }
        for (int i = 4; i >= 0; i--)
        {
            double s = step[i];
            for (int k = i + 1; k < 5; k++) s -= l[k * 5 + i] * step[k];
            step[i] = s / l[i * 6];
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Dot<T>(T a, T b, T c, T d)
        where T : unmanaged, ILanes<T> => T.Fma(a, b, c * d);

    private static double Sum<T>(T v)
        where T : unmanaged, ILanes<T> => T.Sum(v);
}
