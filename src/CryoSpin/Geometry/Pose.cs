namespace CryoSpin.Geometry;

/// <summary>Where a particle is: its rotation and RELION's origin. The image shifted by +Origin is centred.</summary>
/// <param name="Rotation">Map to image coordinates.</param>
/// <param name="OriginXAngstrom">rlnOriginXAngst.</param>
/// <param name="OriginYAngstrom">rlnOriginYAngst.</param>
public readonly record struct Pose(Rotation Rotation, double OriginXAngstrom, double OriginYAngstrom);
