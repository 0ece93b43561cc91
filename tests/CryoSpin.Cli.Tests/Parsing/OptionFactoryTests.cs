using System.CommandLine;
using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Tests.Parsing;

public sealed class OptionFactoryTests
{
    private readonly Option<int> _count = OptionFactory.Integer("--count", "", "N", 7, 1, 100);
    private readonly Option<double> _size = OptionFactory.Number("--size", "", "A", 1.5, 0.1, 50);
    private readonly Option<double?> _maybe = OptionFactory.OptionalNumber("--maybe", "", "A", 0, 10);

    private ParseResult Parse(string line)
    {
        RootCommand root = new();
        root.Add(_count);
        root.Add(_size);
        root.Add(_maybe);
        return root.Parse(line);
    }

    [Fact]
    public void Defaults_hold_where_nothing_is_said()
    {
        ParseResult parse = Parse("");
        Assert.Equal((7, 1.5, null), (parse.GetValue(_count), parse.GetValue(_size), parse.GetValue(_maybe)));
        Assert.Empty(parse.Errors);
    }

    [Fact]
    public void Numbers_have_a_decimal_point_and_may_have_an_exponent()
    {
        ParseResult parse = Parse("--count 100 --size 2.5e0 --maybe=0");
        Assert.Equal((100, 2.5, 0.0), (parse.GetValue(_count), parse.GetValue(_size), parse.GetValue(_maybe)));
    }

    [Theory]
    [InlineData("--count 0", "--count needs a whole number, 1 to 100; found '0'.")]
    [InlineData("--count 3.5", "found '3.5'")]
    [InlineData("--count many", "found 'many'")]
    [InlineData("--size 1,5", "--size needs a number from 0.1 to 50; found '1,5'.")]
    [InlineData("--size -3", "found '-3'")]
    [InlineData("--size NaN", "found 'NaN'")]
    [InlineData("--maybe 11", "found '11'")]
    public void A_value_out_of_range_is_an_error_that_shows_it(string line, string expected) =>
        Assert.Contains(expected, Assert.Single(Parse(line).Errors).Message);
}
