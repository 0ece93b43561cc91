using CryoSpin.Diagnostics;
using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

public class PointGroupTests
{
    [Theory]
    [InlineData("C1", 1)]
    [InlineData("c7", 7)]
    [InlineData("C360", 360)]
    [InlineData("D1", 2)]
    [InlineData("D3", 6)]
    [InlineData(" d7 ", 14)]
    [InlineData("T", 12)]
    [InlineData("O", 24)]
    [InlineData("I", 60)]
    [InlineData("I1", 60)]
    [InlineData("I2", 60)]
    [InlineData("I3", 60)]
    [InlineData("I4", 60)]
    public void Orders_and_closure(string name, int order)
    {
        PointGroup group = PointGroup.Parse(name);
        Assert.Equal(order, group.Order);
        Assert.Equal(Rotation.Identity, group.Elements[0]);
        Assert.All(group.Elements, a =>
        {
            Assert.Equal(1, a.Determinant, 1e-12);
            Assert.Contains(group.Elements, b => b.AngleToDegrees(a.Transpose()) < 1e-5);
            Rotation product = a * group.Elements[order / 2];
            Assert.Contains(group.Elements, b => b.AngleToDegrees(product) < 1e-5);
        });
    }

    // Elements as RELION 3.1.3 prints them (relion_refine --sym NAME --print_symmetry_ops), rounded to five digits.
    [Theory]
    [InlineData("C3", -0.5, 0.86603, 0, -0.86603, -0.5, 0, 0, 0, 1)]
    [InlineData("D3", 1, 0, 0, 0, -1, 0, 0, 0, -1)]
    [InlineData("D3", -0.5, 0.86603, 0, 0.86603, 0.5, 0, 0, 0, -1)]
    [InlineData("T", -1, 0, 0, 0, 0.33333, 0.94281, 0, 0.94281, -0.33333)]
    [InlineData("T", -0.5, 0.28868, 0.8165, -0.28868, 0.83333, -0.4714, -0.8165, -0.4714, -0.33333)]
    [InlineData("O", 0, 1, 0, 0, 0, 1, 1, 0, 0)]
    [InlineData("O", 0, 0, 1, 0, 1, 0, -1, 0, 0)]
    [InlineData("I", 0.5, 0.80902, 0.30902, -0.80902, 0.30902, 0.5, 0.30902, -0.5, 0.80902)]
    [InlineData("I1", 0.80902, -0.5, -0.30902, 0.5, 0.30902, 0.80902, -0.30902, -0.80902, 0.5)]
    [InlineData("I3", -0.1382, 0.42533, -0.89443, -0.95106, -0.30902, 0, -0.27639, 0.85065, 0.44721)]
    [InlineData("I4", 0.8618, 0.42533, 0.27639, -0.42533, 0.30902, 0.85065, 0.27639, -0.85065, 0.44721)]
    public void Axes_are_those_of_relion(
        string name, double a, double b, double c, double d, double e, double f, double g, double h, double i)
    {
        Rotation expected = new(a, b, c, d, e, f, g, h, i);
        Assert.Contains(PointGroup.Parse(name).Elements, r => r.AngleToDegrees(expected) < 1e-2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("C")]
    [InlineData("C0")]
    [InlineData("D-2")]
    [InlineData("Td")]
    [InlineData("I5")]
    [InlineData("X")]
    public void Other_names_are_refused(string name) => Assert.Throws<CryoSpinException>(() => PointGroup.Parse(name));

    [Fact]
    public void The_angle_modulo_the_group_ignores_its_elements()
    {
        PointGroup group = PointGroup.Parse("D5");
        Rotation a = RandomRotations.Next(new Random(1));
        foreach (Rotation s in group.Elements)
        {
            Rotation b = So3.Exp(new RotationVector(0.01, 0, 0)) * a * s;
            Assert.Equal(0.01 * 180 / Math.PI, group.AngleDegrees(a, b), 1e-9);
        }
    }
}
