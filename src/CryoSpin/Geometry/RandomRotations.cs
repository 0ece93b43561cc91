namespace CryoSpin.Geometry;

/// <summary>Rotations drawn uniformly (Haar measure) from a given generator, so that the same seed gives the same rotations.</summary>
public static class RandomRotations
{
    /// <summary>The next rotation; three numbers are drawn (Shoemake 1992, Graphics Gems III).</summary>
    public static Rotation Next(Random random)
    {
        double u = random.NextDouble();
        (double s1, double c1) = Math.SinCos(2 * Math.PI * random.NextDouble());
        (double s2, double c2) = Math.SinCos(2 * Math.PI * random.NextDouble());
        double a = Math.Sqrt(1 - u), b = Math.Sqrt(u);
        return new UnitQuaternion(a * s1, a * c1, b * s2, b * c2).ToRotation();
    }

    /// <summary>Fills a span with the generator's next rotations.</summary>
    public static void Fill(Random random, Span<Rotation> rotations)
    {
        for (int i = 0; i < rotations.Length; i++) rotations[i] = Next(random);
    }
}
