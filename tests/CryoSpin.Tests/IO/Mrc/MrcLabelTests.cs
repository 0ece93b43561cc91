using System.Text;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Tests.IO.Mrc;

public class MrcLabelTests
{
    [Fact]
    public void A_map_says_which_program_wrote_it_and_what_it_is_and_not_when()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.mrc");
        MrcWriter.WriteVolume(path, new float[8], 2, 2, 2, 4.5, "half-map 1, unfiltered");
        byte[] first = File.ReadAllBytes(path);
        MrcWriter.WriteVolume(path, new float[8], 2, 2, 2, 4.5, "half-map 1, unfiltered");
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal(1, BitConverter.ToInt32(first, 220));
        string label = Encoding.ASCII.GetString(first, 224, 80);
        Assert.Matches("^CryoSpin [0-9]+[.][0-9]+[.][0-9]+: half-map 1, unfiltered *$", label);
        Assert.Equal([label.TrimEnd()], MrcHeader.Parse(first, path).Labels);
    }

    [Fact]
    public void A_stack_has_a_label_too()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.mrcs");
        using (MrcStackWriter stack = new(path, 2, 2, 1, content: "simulated particle images"))
        {
            stack.Append(new float[4]);
            stack.Complete();
        }
        Assert.EndsWith(": simulated particle images", Assert.Single(MrcStackReader.ReadHeader(path).Labels));
    }

    [Fact]
    public void What_is_not_ascii_or_too_long_does_no_harm()
    {
        byte[] label = MrcLabel.Make("map of Å \e[2J" + new string('x', 100));
        Assert.Equal(80, label.Length);
        Assert.All(label, b => Assert.InRange(b, 32, 126));
    }

    [Fact]
    public void Labels_of_others_are_shown_without_what_a_terminal_would_obey()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.mrc");
        MrcWriter.WriteVolume(path, new float[8], 2, 2, 2, 4.5);
        byte[] bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(220), 99);
        "\e[31mred"u8.CopyTo(bytes.AsSpan(304));
        Assert.Equal("?[31mred", MrcHeader.Parse(bytes, path).Labels[1]);
    }
}
