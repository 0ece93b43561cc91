using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Reconstruction.AutoDecoding;

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
    /// <param name="b">Buffers over one disc, already filled with slice, gradient, data and transfer function.</param>
    /// <param name="originX">Origin, pixels.</param>
    /// <param name="originY">Origin, pixels.</param>
    /// <param name="result">The sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Accumulate(FitBuffers b, double originX, double originY, out NormalEquations result)
    {
        V ox = Vector256.Create((float)(originX / b.Box)), oy = Vector256.Create((float)(originY / b.Box));
        V ggXX = V.Zero, ggXY = V.Zero, ggYY = V.Zero, gtX = V.Zero, gtY = V.Zero, tt = V.Zero, gbXX = V.Zero, gbXY = V.Zero, gbYY = V.Zero;
        V tbX = V.Zero, tbY = V.Zero, bbXX = V.Zero, bbXY = V.Zero, bbYY = V.Zero;
        V grX = V.Zero, grY = V.Zero, tr = V.Zero, brX = V.Zero, brY = V.Zero, misfit = V.Zero;
        fixed (float* kxs = b.Disc.Kx, kys = b.Disc.Ky, ctf = b.Ctf, dre = b.DataReal, dim = b.DataImaginary)
        fixed (float* vre = b.Slice0, vim = b.Slice1, are = b.Along0, aim = b.Along1, tre = b.Turn0, tim = b.Turn1)
        {
            for (int p = 0; p < b.Disc.PaddedCount; p += 8)
            {
                V kx = Vector256.Load(kxs + p), ky = Vector256.Load(kys + p), c = Vector256.Load(ctf + p);
                PhaseShift.SinCosOfTurns(Vector256.FusedMultiplyAdd(kx, ox, ky * oy), out V sin, out V cos);
                V dr = Vector256.Load(dre + p), di = Vector256.Load(dim + p);
                V br = Vector256.FusedMultiplyAdd(dr, cos, di * sin), bi = di * cos - dr * sin;
                V mr = c * Vector256.Load(vre + p), mi = c * Vector256.Load(vim + p);
                V rr = mr - br, ri = mi - bi;
                misfit += Vector256.FusedMultiplyAdd(mr, rr - br, mi * (ri - bi));
                V gr = c * Vector256.Load(are + p), gi = c * Vector256.Load(aim + p);
                V sr = c * Vector256.Load(tre + p), si = c * Vector256.Load(tim + p);
                V xx = kx * kx, xy = kx * ky, yy = ky * ky;
                V product = Dot(gr, gr, gi, gi);
                ggXX = Vector256.FusedMultiplyAdd(product, xx, ggXX);
                ggXY = Vector256.FusedMultiplyAdd(product, xy, ggXY);
                ggYY = Vector256.FusedMultiplyAdd(product, yy, ggYY);
                product = Dot(br, br, bi, bi);
                bbXX = Vector256.FusedMultiplyAdd(product, xx, bbXX);
                bbXY = Vector256.FusedMultiplyAdd(product, xy, bbXY);
                bbYY = Vector256.FusedMultiplyAdd(product, yy, bbYY);
                // With iB = -bi + i br.
                product = gi * br - gr * bi;
                gbXX = Vector256.FusedMultiplyAdd(product, xx, gbXX);
                gbXY = Vector256.FusedMultiplyAdd(product, xy, gbXY);
                gbYY = Vector256.FusedMultiplyAdd(product, yy, gbYY);
                product = Dot(gr, sr, gi, si);
                gtX = Vector256.FusedMultiplyAdd(product, kx, gtX);
                gtY = Vector256.FusedMultiplyAdd(product, ky, gtY);
                product = si * br - sr * bi;
                tbX = Vector256.FusedMultiplyAdd(product, kx, tbX);
                tbY = Vector256.FusedMultiplyAdd(product, ky, tbY);
                product = Dot(gr, rr, gi, ri);
                grX = Vector256.FusedMultiplyAdd(product, kx, grX);
                grY = Vector256.FusedMultiplyAdd(product, ky, grY);
                product = ri * br - rr * bi;
                brX = Vector256.FusedMultiplyAdd(product, kx, brX);
                brY = Vector256.FusedMultiplyAdd(product, ky, brY);
                tt = Vector256.FusedMultiplyAdd(sr, sr, Vector256.FusedMultiplyAdd(si, si, tt));
                tr = Vector256.FusedMultiplyAdd(sr, rr, Vector256.FusedMultiplyAdd(si, ri, tr));
            }
        }
        double u = 2 * Math.PI / b.Box;
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
    private static V Dot(V a, V b, V c, V d) => Vector256.FusedMultiplyAdd(a, b, c * d);

    private static double Sum(V v) => Vector256.Sum(v);
}
