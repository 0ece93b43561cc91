using System.Numerics;
using CryoSpin.Imaging;

namespace CryoSpin.Reporting.Imaging;

/// <summary>
/// The surface where a map reaches a level, lit from the upper left: parallel rays, trilinear values, normals from the gradient,
/// Lambert's law, and darker with depth. Source: M. Levoy, Display of surfaces from volume data, IEEE CG&amp;A 8 (1988).
/// </summary>
internal sealed class SurfaceView
{
    private const float Step = 0.75f, Ambient = 0.34f, Fading = 0.45f;
    private const float AzimuthDegrees = 35, ElevationDegrees = 22;
    private static readonly Vector3 Colour = new(206, 222, 240);
    private static readonly Vector3 Right, Up, ToEye, Light;

    private readonly float[] _voxels;
    private readonly int _size;
    private readonly float _level;

    static SurfaceView()
    {
        (float sinA, float cosA) = MathF.SinCos(AzimuthDegrees * MathF.PI / 180);
        (float sinE, float cosE) = MathF.SinCos(ElevationDegrees * MathF.PI / 180);
        ToEye = new Vector3(cosE * cosA, cosE * sinA, sinE);
        Right = new Vector3(-sinA, cosA, 0);
        Up = new Vector3(-sinE * cosA, -sinE * sinA, cosE);
        Light = Vector3.Normalize(-0.45f * Right + 0.55f * Up + 0.85f * ToEye);
    }

    private SurfaceView(Volume map, double level)
    {
        (_voxels, _size, _level) = (map.Voxels, map.Size, (float)level);
    }

    /// <summary>The picture, transparent beside the surface; all pictures are seen from the same side, z upwards.</summary>
    /// <param name="map">The map.</param>
    /// <param name="level">Where the surface lies; the inside is above.</param>
    /// <param name="halfWidthVoxels">What the picture shows to each side of the map's centre.</param>
    /// <param name="edge">Width and height of the picture in pixels.</param>
    public static byte[] ToPng(Volume map, double level, double halfWidthVoxels, int edge = 320) =>
        PngEncoder.Rgba(edge, edge, Render(map, level, halfWidthVoxels, edge));

    /// <summary>The same as [row][column][red, green, blue, opacity].</summary>
    public static byte[] Render(Volume map, double level, double halfWidthVoxels, int edge)
    {
        SurfaceView view = new(map, level);
        byte[] rgba = new byte[edge * edge * 4];
        if (map.Size < 2) return rgba;
        Vector3 centre = new(map.Size / 2);
        float half = (float)halfWidthVoxels, ball = MathF.Sqrt(0.75f) * map.Size;
        for (int row = 0; row < edge; row++)
        {
            for (int column = 0; column < edge; column++)
            {
                float u = ((column + 0.5f) * 2 / edge - 1) * half, v = (1 - (row + 0.5f) * 2 / edge) * half;
                Vector3 middle = centre + u * Right + v * Up;
                if (view.Hit(middle) is not { } distance) continue;
                // Depth over the ball around the box: 0 in front, 1 behind.
                Vector3 normal = -view.Gradient(middle + distance * ToEye);
                float depth = Math.Clamp(0.5f - distance / (2 * Math.Min(ball, half)), 0, 1);
                float lambert = normal.LengthSquared() > 0 ? Math.Max(0, Vector3.Dot(Vector3.Normalize(normal), Light)) : 0;
                Vector3 shade = Colour * ((Ambient + (1 - Ambient) * lambert) * (1 - Fading * depth));
                int i = (row * edge + column) * 4;
                (rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]) = ((byte)shade.X, (byte)shade.Y, (byte)shade.Z, 255);
            }
        }
        return rgba;
    }

    // Distance towards the eye of the foremost point at the level, or null where the ray passes by.
    private float? Hit(Vector3 middle)
    {
        if (Inside(middle) is not { } range) return null;
        float front = range.Near;
        if (Value(middle + front * ToEye) >= _level) return front;
        for (float t = front - Step; t > range.Far; t -= Step)
        {
            if (!(Value(middle + t * ToEye) >= _level)) continue;
            (float outside, float inside) = (t + Step, t);
            for (int i = 0; i < 5; i++)
            {
                float between = (outside + inside) / 2;
                if (Value(middle + between * ToEye) >= _level) inside = between;
                else outside = between;
            }
            return inside;
        }
        return null;
    }

    private (float Near, float Far)? Inside(Vector3 middle)
    {
        float far = float.NegativeInfinity, near = float.PositiveInfinity;
        for (int axis = 0; axis < 3; axis++)
        {
            // No component of the fixed viewing direction is zero.
            float a = -middle[axis] / ToEye[axis], b = (_size - 1 - middle[axis]) / ToEye[axis];
            far = Math.Max(far, Math.Min(a, b));
            near = Math.Min(near, Math.Max(a, b));
        }
        return near > far ? (near, far) : null;
    }

    private Vector3 Gradient(Vector3 p) => new(
        Value(p + Vector3.UnitX) - Value(p - Vector3.UnitX),
        Value(p + Vector3.UnitY) - Value(p - Vector3.UnitY),
        Value(p + Vector3.UnitZ) - Value(p - Vector3.UnitZ));

    // Trilinear; positions outside take the nearest voxels' values.
    private float Value(Vector3 p)
    {
        p = Vector3.Clamp(p, Vector3.Zero, new Vector3(_size - 1.001f));
        int x = (int)p.X, y = (int)p.Y, z = (int)p.Z;
        float fx = p.X - x, fy = p.Y - y, fz = p.Z - z;
        int i = (z * _size + y) * _size + x, dy = _size, dz = _size * _size;
        float c00 = _voxels[i] + fx * (_voxels[i + 1] - _voxels[i]);
        float c10 = _voxels[i + dy] + fx * (_voxels[i + dy + 1] - _voxels[i + dy]);
        float c01 = _voxels[i + dz] + fx * (_voxels[i + dz + 1] - _voxels[i + dz]);
        float c11 = _voxels[i + dz + dy] + fx * (_voxels[i + dz + dy + 1] - _voxels[i + dz + dy]);
        float c0 = c00 + fy * (c10 - c00), c1 = c01 + fy * (c11 - c01);
        return c0 + fz * (c1 - c0);
    }
}
