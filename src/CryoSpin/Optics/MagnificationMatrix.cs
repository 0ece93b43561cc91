namespace CryoSpin.Optics;

/// <summary>
/// Anisotropic magnification as RELION states it (rlnMagMat00, 01, 10, 11): an image's frequency k shows the slice and the transfer
/// function at M k. The default value of this type is the zero matrix, which no image has; see <see cref="Identity"/>.
/// </summary>
/// <param name="XX">Row 0, column 0.</param>
/// <param name="XY">Row 0, column 1.</param>
/// <param name="YX">Row 1, column 0.</param>
/// <param name="YY">Row 1, column 1.</param>
public readonly record struct MagnificationMatrix(double XX, double XY, double YX, double YY)
{
    /// <summary>No distortion.</summary>
    public static MagnificationMatrix Identity { get; } = new(1, 0, 0, 1);

    /// <summary>Whether this is exactly the identity.</summary>
    public bool IsIdentity => this == Identity;
}
