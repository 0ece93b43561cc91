namespace CryoSpin.Geometry;

/// <summary>A rotation as a quaternion of length 1; q and -q are the same rotation.</summary>
internal readonly record struct UnitQuaternion(double W, double X, double Y, double Z)
{
    /// <summary>The quaternion with W >= 0, from the largest component (Shepperd 1978) and normalised.</summary>
    public static UnitQuaternion FromRotation(in Rotation r)
    {
        double ww = 1 + r.M00 + r.M11 + r.M22;
        double xx = 1 + r.M00 - r.M11 - r.M22;
        double yy = 1 - r.M00 + r.M11 - r.M22;
        double zz = 1 - r.M00 - r.M11 + r.M22;
        double w, x, y, z;
        if (ww >= xx && ww >= yy && ww >= zz)
        {
            (w, x, y, z) = (ww, r.M21 - r.M12, r.M02 - r.M20, r.M10 - r.M01);
        }
        else if (xx >= yy && xx >= zz)
        {
            (w, x, y, z) = (r.M21 - r.M12, xx, r.M01 + r.M10, r.M02 + r.M20);
        }
        else if (yy >= zz)
        {
            (w, x, y, z) = (r.M02 - r.M20, r.M01 + r.M10, yy, r.M12 + r.M21);
        }
        else
        {
            (w, x, y, z) = (r.M10 - r.M01, r.M02 + r.M20, r.M12 + r.M21, zz);
        }
        return Normalised(w, x, y, z);
    }

    /// <summary>The quaternion along four numbers that are not all zero, with W >= 0.</summary>
    public static UnitQuaternion Normalised(double w, double x, double y, double z)
    {
        double n = Math.Sqrt(w * w + x * x + y * y + z * z);
        double s = (w < 0 ? -1 : 1) / n;
        return new UnitQuaternion(w * s, x * s, y * s, z * s);
    }

    public Rotation ToRotation() => new(
        1 - 2 * (Y * Y + Z * Z), 2 * (X * Y - W * Z), 2 * (X * Z + W * Y),
        2 * (X * Y + W * Z), 1 - 2 * (X * X + Z * Z), 2 * (Y * Z - W * X),
        2 * (X * Z - W * Y), 2 * (Y * Z + W * X), 1 - 2 * (X * X + Y * Y));
}
