using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.Geometry;

/// <summary>
/// A group of proper rotations that leave a map unchanged, in RELION's axes: Cn and Dn have their n-fold axis along z, Dn a 2-fold
/// axis along x; T has a 3-fold axis along z; O has its 4-fold axes along x, y and z; I is I2: 2-fold axes along x, y and z, 5-fold
/// axes in the xz plane near z. For a pose A and an element S, A and A S show the same image.
/// </summary>
public sealed class PointGroup
{
    private const int LargestFold = 360;
    private static readonly double s_golden = (1 + Math.Sqrt(5)) / 2;

    private PointGroup(string name, Rotation[] elements) => (Name, Elements) = (name, elements);

    /// <summary>The group without symmetry.</summary>
    public static PointGroup C1 { get; } = new("C1", [Rotation.Identity]);

    /// <summary>The name in upper case, e.g. <c>D3</c>.</summary>
    public string Name { get; }

    /// <summary>All rotations of the group, the identity first.</summary>
    public IReadOnlyList<Rotation> Elements { get; }

    /// <summary>Number of elements.</summary>
    public int Order => Elements.Count;

    /// <summary>The group of a name: C1, C2, ..., D2, D3, ..., T, O, I (= I2), I1, I2, I3, I4; upper or lower case.</summary>
    /// <exception cref="CryoSpinException">Another name; mirror and inversion groups cannot be those of a protein.</exception>
    public static PointGroup Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = name.Trim().ToUpperInvariant();
        return TryGenerators(key) is { } generators
            ? new PointGroup(key, Close(generators))
            : throw new CryoSpinException(
                $"'{name}' is not a point group of a protein. Use Cn or Dn with n from 1 to {LargestFold}, T, O, I, or I1 to I4.");
    }

    /// <summary>The same group about other axes.</summary>
    /// <param name="frame">Takes RELION's axes to the wanted ones.</param>
    public PointGroup Turned(in Rotation frame)
    {
        Rotation[] turned = new Rotation[Order];
        for (int i = 0; i < turned.Length; i++) turned[i] = frame * Elements[i] * frame.Transpose();
        return new PointGroup(Name, turned);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The least angle between <paramref name="a"/> and any of <paramref name="b"/> S, degrees.</summary>
    public double AngleDegrees(in Rotation a, in Rotation b)
    {
        double least = double.MaxValue;
        foreach (Rotation s in Elements) least = Math.Min(least, a.AngleToDegrees(b * s));
        return least;
    }

    private static Rotation[]? TryGenerators(string key)
    {
        double five = Math.Sqrt(5);
        switch (key)
        {
            case "T":
                return [Turn(3, 0, 0, 1), Turn(2, 0, Math.Sqrt(2), 1)];
            case "O":
                return [Turn(3, 1, 1, 1), Turn(4, 0, 0, 1)];
            case "I1":
                return [Turn(2, 1, 0, 0), Turn(5, s_golden, 0, -1)];
            case "I" or "I2":
                return [Turn(2, 0, 0, 1), Turn(5, 1, 0, s_golden)];
            case "I3":
                return [Turn(2, -1, 0, s_golden), Turn(5, 0, 0, 1)];
            case "I4":
                return [Turn(2, 1, 0, s_golden), Turn(5, 2 / five, 0, 1 / five)];
        }
        if (key.Length < 2 || key[0] is not ('C' or 'D')
            || !int.TryParse(key.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int fold) || fold is < 1 or > LargestFold)
        {
            return null;
        }
        return key[0] == 'C' ? [Turn(fold, 0, 0, 1)] : [Turn(fold, 0, 0, 1), Turn(2, 1, 0, 0)];
    }

    private static Rotation Turn(int fold, double x, double y, double z)
    {
        double s = 2 * Math.PI / fold / Math.Sqrt(x * x + y * y + z * z);
        return So3.Exp(new RotationVector(x * s, y * s, z * s));
    }

    /// <summary>All products: every known element times every generator, until none is new.</summary>
    private static Rotation[] Close(Rotation[] generators)
    {
        List<Rotation> elements = [Rotation.Identity];
        for (int i = 0; i < elements.Count; i++)
        {
            foreach (Rotation g in generators)
            {
                Rotation product = (elements[i] * g).Orthonormalised();
                // Elements of the largest group are a degree apart: a tenth cannot confuse two of them.
                if (!elements.Exists(e => e.AngleToDegrees(product) < 0.1)) elements.Add(product);
            }
        }
        return [.. elements];
    }
}
