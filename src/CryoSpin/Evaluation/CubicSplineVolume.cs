using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// A map as a cubic B-spline through its voxels (Unser 1999, IEEE Signal Process. Mag. 16(6):22), for resampling: mirrored at its
/// faces, zero outside of them.
/// </summary>
internal sealed class CubicSplineVolume
{
    private static readonly double s_pole = Math.Sqrt(3) - 2;
    private readonly int _size;
    private readonly float[] _coefficients;

    public CubicSplineVolume(Volume map)
    {
        _size = map.Size;
        _coefficients = (float[])map.Voxels.Clone();
        double[] line = new double[_size];
        int n = _size;
        for (int i = 0; i < n * n; i++) Filter(line, i * n, 1);
        for (int i = 0; i < n * n; i++) Filter(line, i / n * n * n + i % n, n);
        for (int i = 0; i < n * n; i++) Filter(line, i, n * n);
    }

    /// <summary>out(x) = map(q (x - shift)), coordinates from the centre Size/2, shift in voxels.</summary>
    public float[] Resample(in Rotation q, double shiftX, double shiftY, double shiftZ, WorkerTeam? team)
    {
        float[] result = new float[_coefficients.Length];
        Rotation r = q;
        if (team is null)
        {
            for (int z = 0; z < _size; z++) Plane(r, shiftX, shiftY, shiftZ, z, result);
        }
        else
        {
            team.ForEach(_size, (z, _) => Plane(r, shiftX, shiftY, shiftZ, z, result));
        }
        return result;
    }

    private void Plane(in Rotation q, double shiftX, double shiftY, double shiftZ, int z, float[] result)
    {
        int c = _size / 2;
        int next = z * _size * _size;
        for (int y = 0; y < _size; y++)
        {
            (double px, double py, double pz) = q.Apply(-c - shiftX, y - c - shiftY, z - c - shiftZ);
            for (int x = 0; x < _size; x++)
            {
                result[next++] = Value(px + x * q.M00 + c, py + x * q.M10 + c, pz + x * q.M20 + c);
            }
        }
    }

    private float Value(double x, double y, double z)
    {
        // Rounding of a rotation by a multiple of 90 degrees must not push a face's own voxels outside.
        const double Slack = 1e-6;
        double last = _size - 1 + Slack;
        if (!(x >= -Slack && y >= -Slack && z >= -Slack && x <= last && y <= last && z <= last)) return 0;
        int ix = (int)Math.Floor(x), iy = (int)Math.Floor(y), iz = (int)Math.Floor(z);
        Span<float> wx = stackalloc float[4], wy = stackalloc float[4], wz = stackalloc float[4];
        Weights((float)(x - ix), wx);
        Weights((float)(y - iy), wy);
        Weights((float)(z - iz), wz);
        bool inside = ix >= 1 && iy >= 1 && iz >= 1 && ix + 2 < _size && iy + 2 < _size && iz + 2 < _size;
        float sum = 0;
        for (int k = 0; k < 4; k++)
        {
            int pz = (inside ? iz - 1 + k : Mirror(iz - 1 + k)) * _size;
            for (int j = 0; j < 4; j++)
            {
                int row = (pz + (inside ? iy - 1 + j : Mirror(iy - 1 + j))) * _size;
                float line;
                if (inside)
                {
                    ReadOnlySpan<float> c = _coefficients.AsSpan(row + ix - 1, 4);
                    line = wx[0] * c[0] + wx[1] * c[1] + wx[2] * c[2] + wx[3] * c[3];
                }
                else
                {
                    line = 0;
                    for (int i = 0; i < 4; i++) line += wx[i] * _coefficients[row + Mirror(ix - 1 + i)];
                }
                sum += wz[k] * wy[j] * line;
            }
        }
        return sum;
    }

    private static void Weights(float t, Span<float> w)
    {
        float u = 1 - t;
        w[0] = u * u * u / 6;
        w[1] = (4 - 3 * t * t * (2 - t)) / 6;
        w[2] = (4 - 3 * u * u * (2 - u)) / 6;
        w[3] = t * t * t / 6;
    }

    private int Mirror(int i)
    {
        if (_size == 1) return 0;
        int period = 2 * (_size - 1);
        i = (i % period + period) % period;
        return i < _size ? i : period - i;
    }

    /// <summary>Voxels to spline coefficients along one line, in place: one causal and one anticausal pass.</summary>
    private void Filter(double[] line, int start, int stride)
    {
        int n = _size;
        if (n == 1) return;
        for (int i = 0; i < n; i++) line[i] = 6 * _coefficients[start + i * stride];
        double power = s_pole;
        double tail = Math.Pow(s_pole, n - 1);
        double first = line[0] + tail * line[n - 1];
        double back = tail * tail / s_pole;
        for (int i = 1; i < n - 1; i++)
        {
            first += (power + back) * line[i];
            power *= s_pole;
            back /= s_pole;
        }
        line[0] = first / (1 - tail * tail);
        for (int i = 1; i < n; i++) line[i] += s_pole * line[i - 1];
        line[n - 1] = s_pole / (s_pole * s_pole - 1) * (line[n - 1] + s_pole * line[n - 2]);
        for (int i = n - 2; i >= 0; i--) line[i] = s_pole * (line[i + 1] - line[i]);
        for (int i = 0; i < n; i++) _coefficients[start + i * stride] = (float)line[i];
    }
}
