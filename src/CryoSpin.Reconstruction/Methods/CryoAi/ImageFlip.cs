using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Paper;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>
/// One of the four flips of an image, x to X x and y to Y y: nothing, the turn by 180 degrees, and the mirrors in both axes. A projection
/// flipped is a projection, too: that of the rotation diag(X, Y, XY) A.
/// </summary>
/// <param name="X">1 or -1.</param>
/// <param name="Y">1 or -1.</param>
internal readonly record struct ImageFlip(int X, int Y)
{
    /// <summary>The image and its turned copy: those of the published symmetric loss.</summary>
    public static IReadOnlyList<ImageFlip> Turns { get; } = [new(1, 1), new(-1, -1)];

    /// <summary>These and the two mirrored copies.</summary>
    public static IReadOnlyList<ImageFlip> All { get; } = [new(1, 1), new(-1, -1), new(-1, 1), new(1, -1)];

    /// <summary>The copies of a number of them: <see cref="Turns"/> or <see cref="All"/>.</summary>
    public static IReadOnlyList<ImageFlip> Copies(int count) => count switch
    {
        2 => Turns,
        4 => All,
        _ => throw new ArgumentOutOfRangeException(nameof(count), count, "There are two or four copies."),
    };

    private int Z => X * Y;

    /// <summary>From the pose of an image to that of its flipped copy, and back.</summary>
    public PaperPose Apply(in PaperPose pose)
    {
        Rotation a = pose.Rotation;
        Rotation flipped = new(X * a.M00, X * a.M01, X * a.M02, Y * a.M10, Y * a.M11, Y * a.M12, Z * a.M20, Z * a.M21, Z * a.M22);
        return new PaperPose(flipped, X * pose.OriginX, Y * pose.OriginY);
    }

    /// <summary>
    /// From a left perturbation of an image's pose to that of its copy's: exp(w) A becomes exp(G w) G A. Gradients do so, too.
    /// </summary>
    public RotationVector Apply(RotationVector turn) => new(X * turn.X, Y * turn.Y, Z * turn.Z);

    /// <summary>From the origin of an image to that of its copy. Gradients do so, too.</summary>
    public (double X, double Y) Apply((double X, double Y) origin) => (X * origin.X, Y * origin.Y);

    /// <summary>Flips pixels about the box's centre: pixel i becomes pixel N - i along an axis that is flipped, and 0 stays.</summary>
    /// <param name="pixels">Side x side pixels.</param>
    /// <param name="side">Even.</param>
    /// <param name="flipped">Receives the same.</param>
    public void Apply(ReadOnlySpan<float> pixels, int side, Span<float> flipped)
    {
        for (int y = 0; y < side; y++)
        {
            ReadOnlySpan<float> from = pixels.Slice((Y < 0 ? (side - y) % side : y) * side, side);
            Span<float> to = flipped.Slice(y * side, side);
            if (X > 0)
            {
                from.CopyTo(to);
                continue;
            }
            to[0] = from[0];
            for (int x = 1; x < side; x++) to[x] = from[side - x];
        }
    }
}
