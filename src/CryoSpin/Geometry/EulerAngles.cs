namespace CryoSpin.Geometry;

/// <summary>RELION's Euler angles (ZYZ), in degrees: A = Rz(-psi) Ry(-tilt) Rz(-rot).</summary>
/// <param name="RotDegrees">rlnAngleRot.</param>
/// <param name="TiltDegrees">rlnAngleTilt.</param>
/// <param name="PsiDegrees">rlnAnglePsi.</param>
public readonly record struct EulerAngles(double RotDegrees, double TiltDegrees, double PsiDegrees)
{
    private const double Radian = Math.PI / 180;

    /// <summary>The matrix that maps map coordinates to image coordinates.</summary>
    public Rotation ToRotation()
    {
        (double sa, double ca) = Math.SinCos(RotDegrees * Radian);
        (double sb, double cb) = Math.SinCos(TiltDegrees * Radian);
        (double sg, double cg) = Math.SinCos(PsiDegrees * Radian);
        return new Rotation(
            cg * cb * ca - sg * sa, cg * cb * sa + sg * ca, -cg * sb,
            -sg * cb * ca - cg * sa, -sg * cb * sa + cg * ca, sg * sb,
            sb * ca, sb * sa, cb);
    }

    /// <summary>The angles of a rotation; rot is 0 where tilt is 0 or 180 (only rot + psi or rot - psi is then defined).</summary>
    public static EulerAngles FromRotation(in Rotation a)
    {
        double sinTilt = Math.Sqrt(a.M02 * a.M02 + a.M12 * a.M12);
        if (sinTilt > 1e-8)
        {
            return new EulerAngles(
                Math.Atan2(a.M21, a.M20) / Radian, Math.Atan2(sinTilt, a.M22) / Radian, Math.Atan2(a.M12, -a.M02) / Radian);
        }
        return a.M22 > 0
            ? new EulerAngles(0, 0, Math.Atan2(-a.M10, a.M00) / Radian)
            : new EulerAngles(0, 180, Math.Atan2(a.M10, -a.M00) / Radian);
    }
}
