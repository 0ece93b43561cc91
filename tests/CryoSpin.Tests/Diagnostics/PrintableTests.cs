using CryoSpin.Diagnostics;

namespace CryoSpin.Tests.Diagnostics;

public class PrintableTests
{
    [Theory]
    [InlineData("plain é 日本 \U0001F600\tx\ny", "plain é 日本 \U0001F600\tx\ny")]
    [InlineData("a\u001b[2Jb", @"a\u001b[2Jb")]
    [InlineData("a\0\u007f\u0085\u009b", @"a\u0000\u007f\u0085\u009b")]
    [InlineData("a\r\nb\rc", "a\r\nb\\u000dc")]
    [InlineData("\u202egpj.exe\u2066\u200f\u2028", @"\u202egpj.exe\u2066\u200f\u2028")]
    [InlineData("\uffff", @"\uffff")]
    public void Control_characters_are_written_out(string text, string expected) => Assert.Equal(expected, Printable.Text(text));

    [Fact]
    public void Halves_of_a_character_are_written_out() =>
        Assert.Equal(@"a\ud800b\udc00", Printable.Text("a" + (char)0xd800 + "b" + (char)0xdc00));
}
