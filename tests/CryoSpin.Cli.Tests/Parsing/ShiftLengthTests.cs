using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Parsing;

public sealed class ShiftLengthTests
{
    [Theory]
    [InlineData("5", 5, false)]
    [InlineData("2.5px", 2.5, false)]
    [InlineData("0 PX", 0, false)]
    [InlineData("20A", 20, true)]
    [InlineData("20.5 Å", 20.5, true)]
    public void Pixels_and_angstrom_are_told_apart(string text, double value, bool isAngstrom)
    {
        Assert.True(ShiftLength.TryParse(text, out ShiftLength length));
        Assert.Equal(new ShiftLength(value, isAngstrom), length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("-1")]
    [InlineData("5 nm")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    public void Anything_else_is_refused(string text) => Assert.False(ShiftLength.TryParse(text, out _));

    [Fact]
    public void Pixels_are_those_of_the_input()
    {
        Assert.Equal(1.0 / 3, new ShiftLength(1.0 / 3, false).InPixels(1.3, 1.3));
        Assert.Equal(2.5, new ShiftLength(10, false).InPixels(0.5, 2));
        Assert.Equal(5, new ShiftLength(10, true).InPixels(0.5, 2));
    }
}
