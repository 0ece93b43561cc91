using CryoSpin.Diagnostics;

namespace CryoSpin.Tests.Diagnostics;

public class ByteSizeTests
{
    [Theory]
    [InlineData("1G", 1L << 30)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("800m", 800L << 20)]
    [InlineData("2 TB", 2L << 40)]
    [InlineData("12345", 12345)]
    [InlineData("7B", 7)]
    public void Amounts_are_read(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1G")]
    [InlineData("0")]
    [InlineData("1,5G")]
    [InlineData("lots")]
    [InlineData("1e30T")]
    [InlineData("99999999T")]
    public void Other_text_is_no_amount(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(512, "512 bytes")]
    [InlineData(1L << 30, "1.00 GiB")]
    [InlineData(43L << 20, "43.0 MiB")]
    [InlineData(999L << 20, "999 MiB")]
    [InlineData(1010L << 20, "0.99 GiB")]
    public void Amounts_are_written_with_three_figures(long bytes, string expected) => Assert.Equal(expected, ByteSize.Text(bytes));
}
