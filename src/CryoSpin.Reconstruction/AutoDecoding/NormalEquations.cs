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
    /// Residual r = c v - a e^(-i theta), theta = 2 pi (kx ox + ky oy)/box; its columns are
    /// -ky c g, kx c g, c t (see SliceKernel.SampleWithGradient) and i (2 pi k/box) a e^(-i theta).
    /// </summary>
    /// <param name="b">Buffers over one disc, already filled with slice, gradient, data and transfer function.</param>
    /// <param name="originX">Origin, pixels.</param>
    /// <param name="originY">Origin, pixels.</param>
    /// <param name="result">The sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Accumulate(FitBuffers b, double originX, double originY, out NormalEquations result)
    {
        float perPixel = (float)(2 * Math.PI / b.Box);
        V ox = Vector256.Create((float)originX * perPixel), oy = Vector256.Create((float)originY * perPixel), unit = Vector256.Create(perPixel);
        V* h = stackalloc V[15];
        V* g = stackalloc V[5];
        for (int i = 0; i < 15; i++) h[i] = V.Zero;
        for (int i = 0; i < 5; i++) g[i] = V.Zero;
        V misfit = V.Zero;
        V* jr = stackalloc V[5];
        V* ji = stackalloc V[5];
        fixed (float* kxs = b.Disc.Kx, kys = b.Disc.Ky, ctf = b.Ctf, dre = b.DataReal, dim = b.DataImaginary)
        fixed (float* vre = b.Slice0, vim = b.Slice1, are = b.Along0, aim = b.Along1, tre = b.Turn0, tim = b.Turn1)
        {
            for (int p = 0; p < b.Disc.PaddedCount; p += 8)
            {
                V kx = Vector256.Load(kxs + p), ky = Vector256.Load(kys + p), c = Vector256.Load(ctf + p);
                (V sin, V cos) = Vector256.SinCos(Vector256.FusedMultiplyAdd(kx, ox, ky * oy));
                V dr = Vector256.Load(dre + p), di = Vector256.Load(dim + p);
                V br = Vector256.FusedMultiplyAdd(dr, cos, di * sin), bi = di * cos - dr * sin;
                V mr = c * Vector256.Load(vre + p), mi = c * Vector256.Load(vim + p);
                V rr = mr - br, ri = mi - bi;
                misfit += mr * (rr - br) + mi * (ri - bi);
                V gr = c * Vector256.Load(are + p), gi = c * Vector256.Load(aim + p);
                jr[0] = -ky * gr;
                ji[0] = -ky * gi;
                jr[1] = kx * gr;
                ji[1] = kx * gi;
                jr[2] = c * Vector256.Load(tre + p);
                ji[2] = c * Vector256.Load(tim + p);
                V ux = kx * unit, uy = ky * unit;
                jr[3] = -ux * bi;
                ji[3] = ux * br;
                jr[4] = -uy * bi;
                ji[4] = uy * br;
                int n = 0;
                for (int row = 0; row < 5; row++)
                {
                    g[row] = Vector256.FusedMultiplyAdd(jr[row], rr, Vector256.FusedMultiplyAdd(ji[row], ri, g[row]));
                    for (int col = row; col < 5; col++, n++)
                    {
                        h[n] = Vector256.FusedMultiplyAdd(jr[row], jr[col], Vector256.FusedMultiplyAdd(ji[row], ji[col], h[n]));
                    }
                }
            }
        }
        result = default;
        for (int i = 0; i < 15; i++) result.Matrix[i] = Vector256.Sum(h[i]);
        for (int i = 0; i < 5; i++) result.Gradient[i] = Vector256.Sum(g[i]);
        result.Misfit = Vector256.Sum(misfit);
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
}
