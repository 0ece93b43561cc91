using CryoSpin.IO.CryoSparc;

namespace CryoSpin.Tests.IO.CryoSparc;

public class Lz4Tests
{
    // Made by hand from the format's description.
    [Theory]
    [InlineData(new byte[] { 0x50, 1, 2, 3, 4, 5 }, new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0x11, 7, 1, 0, 0x50, 1, 2, 3, 4, 5 }, new byte[] { 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0x22, 8, 9, 2, 0, 0x10, 1 }, new byte[] { 8, 9, 8, 9, 8, 9, 8, 9, 1 })]
    public void A_block_is_decoded(byte[] block, byte[] expected)
    {
        Assert.Equal(expected.Length, Lz4Block.Measure(block));
        byte[] decoded = new byte[expected.Length];
        Lz4Block.Decode(block, decoded);
        Assert.Equal(expected, decoded);
    }

    [Fact]
    public void Long_runs_are_decoded()
    {
        // 1 literal, then a match of 4 + 15 + 255 + 255 + 26 bytes, then 15 + 2 literals.
        byte[] block = [0x1f, 42, 1, 0, 255, 255, 26, 0xf0, 2, .. Enumerable.Range(0, 17).Select(i => (byte)i)];
        Assert.Equal(1 + 555 + 17, Lz4Block.Measure(block));
        byte[] decoded = new byte[573];
        Lz4Block.Decode(block, decoded);
        Assert.All(decoded[..556], b => Assert.Equal(42, b));
        Assert.Equal(Enumerable.Range(0, 17).Select(i => (byte)i), decoded[556..]);
    }

    // The block that lz4 -9 makes of these values.
    [Fact]
    public void A_block_of_the_lz4_command_is_decoded()
    {
        byte[] expected = [.. Enumerable.Range(0, 700).Select(i => (byte)(i < 300 ? i * i / 7 % 11 : 5))];
        byte[] block = Convert.FromBase64String(
            "8ygAAAABAgMFBwkAAwYJAgYKAwgCBwIIAwkFAQgFAgoHBQMBAAoJCAgICAkKAAEDBQcKAgUIAQUJJwD/AAoGAgkGAwAJBwUDAgEAAE0AzB8FAQD/eFAFBQUFBQ==");
        Assert.Equal(expected.Length, Lz4Block.Measure(block));
        byte[] decoded = new byte[expected.Length];
        Lz4Block.Decode(block, decoded);
        Assert.Equal(expected, decoded);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x50, 1, 2 })]
    [InlineData(new byte[] { 0x11, 7, 0, 0, 0x10, 1 })]
    [InlineData(new byte[] { 0x11, 7, 2, 0, 0x10, 1 })]
    [InlineData(new byte[] { 0x11, 7, 1 })]
    [InlineData(new byte[] { 0xf0, 255, 255 })]
    [InlineData(new byte[] { 0x1f, 7, 1, 0, 255, 255 })]
    public void A_broken_block_is_noticed_without_decoding(byte[] block) => Assert.Equal(-1, Lz4Block.Measure(block));
}
