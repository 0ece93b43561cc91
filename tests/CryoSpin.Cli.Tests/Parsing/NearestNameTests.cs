using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Tests.Parsing;

public sealed class NearestNameTests
{
    private static readonly string[] Names =
    [
        "--max-shift", "--mask-diameter", "--seed", "--threads", "--heads", "--preset", "--overwrite",
    ];

    [Theory]
    [InlineData("--maxshift", "--max-shift")]
    [InlineData("--max_shift", "--max-shift")]
    [InlineData("--over-write", "--overwrite")]
    [InlineData("--sede", "--seed")]
    [InlineData("--thread", "--threads")]
    [InlineData("--mask", "--mask-diameter")]
    [InlineData("--haeds", "--heads")]
    [InlineData("--preest", "--preset")]
    [InlineData("--gpu", null)]
    [InlineData("-x", null)]
    [InlineData("--", null)]
    public void The_name_with_the_fewest_errors_is_found(string typed, string? expected) =>
        Assert.Equal(expected, NearestName.Find(typed, Names));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    public void The_distance_counts_edits(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(a, b));
        Assert.Equal(expected, NearestName.Distance(b, a));
    }
}
