namespace CryoSpin.Reporting.Imaging;

/// <summary>Mollweide's equal-area projection of the sphere onto an ellipse of axes 2 : 1.</summary>
internal static class Mollweide
{
    private const byte NothingKnown = 128;

    /// <summary>A direction in the ellipse, both coordinates from -1 to 1, y upwards.</summary>
    public static (double X, double Y) Project((double X, double Y, double Z) direction)
    {
        double theta = Angle(Math.Asin(Math.Clamp(direction.Z, -1, 1)));
        return (Math.Atan2(direction.Y, direction.X) / Math.PI * Math.Cos(theta), Math.Sin(theta));
    }

    /// <summary>The auxiliary angle: solves 2 t + sin 2t = pi sin(latitude) by Newton's method (the projection's definition).</summary>
    public static double Angle(double latitude)
    {
        double t = latitude;
        for (int i = 0; i < 12; i++)
        {
            t -= (2 * t + Math.Sin(2 * t) - Math.PI * Math.Sin(latitude)) / Math.Max(2 + 2 * Math.Cos(2 * t), 1e-9);
        }
        return t;
    }

    /// <summary>A function on the sphere as colours, transparent outside the ellipse.</summary>
    /// <param name="height">Rows of the image; it has twice as many columns.</param>
    /// <param name="value">0 to 1 at a latitude and longitude in radians; NaN, where nothing is known, is a neutral grey.</param>
    public static byte[] ToPng(int height, Func<double, double, double> value)
    {
        int width = 2 * height;
        byte[] rgba = new byte[width * height * 4];
        for (int row = 0; row < height; row++)
        {
            double y = 1 - (row + 0.5) * 2 / height;
            double theta = Math.Asin(y);
            double latitude = Math.Asin(Math.Clamp((2 * theta + Math.Sin(2 * theta)) / Math.PI, -1, 1));
            double half = Math.Cos(theta);
            for (int column = 0; column < width; column++)
            {
                double x = ((column + 0.5) * 2 / width - 1) / half;
                if (Math.Abs(x) > 1) continue;
                double v = value(latitude, x * Math.PI);
                (byte r, byte g, byte b) = double.IsNaN(v) ? (NothingKnown, NothingKnown, NothingKnown) : ColourRamp.At(v);
                int i = (row * width + column) * 4;
                (rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]) = (r, g, b, 255);
            }
        }
        return PngEncoder.Rgba(width, height, rgba);
    }
}
