using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Tests.IO;

namespace CryoSpin.Tests.Diagnostics;

public class PluralTests
{
    [Theory]
    [InlineData(0, "0 images")]
    [InlineData(1, "1 image")]
    [InlineData(2, "2 images")]
    [InlineData(1234, "1234 images")]
    public void A_number_agrees_with_its_noun(long count, string expected) => Assert.Equal(expected, Plural.Of(count, "image"));

    [Fact]
    public void A_message_about_one_thing_is_in_the_singular()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.star", "data_\nloop_\n_a\n_b\n1\n"u8.ToArray());
        Assert.Contains("row 1 of block data_ has 1 value for 2 columns", Assert.Throws<InputException>(() => StarFile.Read(path)).What);
    }
}
