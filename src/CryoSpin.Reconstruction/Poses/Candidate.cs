using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>A particle's pose in the units of the optimiser, with how well it fits.</summary>
/// <param name="Rotation">Map to image coordinates.</param>
/// <param name="OriginX">Origin in pixels of the particle's own box: the image shifted by +Origin is centred.</param>
/// <param name="OriginY">The same in y.</param>
/// <param name="LogLikelihood">Log likelihood ratio to an empty map: sum over the half plane of 2 Re(conj(model) data) - |model|^2,
/// whitened.</param>
internal readonly record struct Candidate(Rotation Rotation, double OriginX, double OriginY, double LogLikelihood)
{
    /// <summary>The map that it is a pose in front of, from 0; with one map always 0.</summary>
    public short Class { get; init; }

    /// <summary>The pose with its origin in angstrom.</summary>
    /// <param name="pixelSizeAngstrom">Pixel size of the particle's box.</param>
    public Pose InAngstrom(double pixelSizeAngstrom) => new(Rotation, OriginX * pixelSizeAngstrom, OriginY * pixelSizeAngstrom);

    /// <summary>The pose turned (from the left) and moved, its origin held within a disc around 0.</summary>
    /// <param name="turn">Radians.</param>
    /// <param name="x">Change of <see cref="OriginX"/>.</param>
    /// <param name="y">Change of <see cref="OriginY"/>.</param>
    /// <param name="maxShiftPixels">Radius of the disc.</param>
    internal Candidate Moved(RotationVector turn, double x, double y, double maxShiftPixels)
    {
        x += OriginX;
        y += OriginY;
        double r = Math.Sqrt(x * x + y * y);
        if (r > maxShiftPixels) (x, y) = (x * maxShiftPixels / r, y * maxShiftPixels / r);
        return this with { Rotation = (So3.Exp(turn) * Rotation).Orthonormalised(), OriginX = x, OriginY = y };
    }
}
