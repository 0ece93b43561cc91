using System.Text;
using CryoSpin.Cli.Display;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Display;

public sealed class ScreenTests
{
    private static readonly string[] s_messages =
    [
        "2 000 particles, box 64, 4 Å per pixel",
        "Mask diameter 183 Å instead of 201 Å: that of the power which the half-maps share, so that the solvent far from the particle is left out.",
    ];

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(24)]
    public void Progress_is_one_line_that_never_wraps_and_of_which_nothing_stays(int columns)
    {
        Screen screen = new(columns);
        using ScreenWriter writer = new(screen, () => screen.Columns);
        List<string> lines = [];
        bool done = ProgressView.Run(new Terminal(TextWriter.Null, writer), view =>
        {
            foreach (RunProgress progress in Course())
            {
                view.Show(progress);
                lines.Add(screen.Current);
                foreach (string message in s_messages) view.Message(message);
                Assert.Single(screen.Rows, r => r.Contains(" %", StringComparison.Ordinal));
            }
            writer.WriteLine("cryospin: stopping");
            Assert.Contains(" %", screen.Rows[^1]);
            return true;
        });
        writer.WriteLine("Resolution  9.2 Å");
        Assert.True(done);
        Assert.Equal(0, screen.Wraps);
        Assert.DoesNotContain(screen.Rows, r => r.Contains(" %", StringComparison.Ordinal) || r.Contains('#'));
        Assert.Equal(["Resolution  9.2 Å", ""], screen.Rows[^2..]);
        Assert.All(lines, line => Assert.InRange(line.Length, 5, columns - 1));
        Assert.All(lines, line => Assert.Matches("^ *[0-9]+ % ", line));
        string words = string.Join(' ', screen.Rows.Select(r => r.Trim()));
        foreach (string message in s_messages) Assert.Contains(message, words);
    }

    [Fact]
    public void What_matters_most_is_shown_first()
    {
        RunProgress progress = new("auto-encoding", 120, 600, 0.42, 1250, -1.23456, 12.3, TimeSpan.FromSeconds(200));
        Assert.Equal(" 42 %", ProgressLine.Fitting(progress, 12));
        Assert.Equal(" 42 %  auto-encoding 120/600  12.3 Å  3 min 20 s left", ProgressLine.Fitting(progress, 59));
        Assert.Equal(" 42 %  [########............]  auto-encoding 120/600  12.3 Å  3 min 20 s left", ProgressLine.Fitting(progress, 79));
        Assert.Equal(
            " 42 %  [########............]  auto-encoding 120/600  1250 images/s  12.3 Å  3 min 20 s left", ProgressLine.Fitting(progress, 99));
        Assert.StartsWith(" 99 %", ProgressLine.Fitting(progress with { FractionOfRun = 0.999 }, 59));
    }

    [Fact]
    public void A_terminal_that_becomes_narrower_keeps_nothing_of_the_longer_line()
    {
        Screen screen = new(100);
        using ScreenWriter writer = new(screen, () => screen.Columns);
        LiveProgressView view = new(writer, TimeSpan.Zero);
        RunProgress progress = new("auto-encoding", 120, 600, 0.42, 1250, -1.23456, 12.3, TimeSpan.FromSeconds(200));
        view.Message("before");
        view.Show(progress);
        screen.Narrow(60);
        view.Show(progress);
        Assert.Equal(["before", " 42 %  auto-encoding 120/600  12.3 Å  3 min 20 s left"], screen.Rows);
        writer.ClearStatus();
        Assert.Equal(["before", ""], screen.Rows);
    }

    [Fact]
    public void A_line_that_others_have_begun_is_not_drawn_over()
    {
        Screen screen = new(80);
        using ScreenWriter writer = new(screen, () => screen.Columns);
        writer.Write("half a ");
        writer.ShowStatus(_ => "50 %");
        Assert.Equal(["half a"], screen.Rows);
        writer.WriteLine("line");
        Assert.Equal(["half a line", "50 %"], screen.Rows);
    }

    [Fact]
    public void Commands_are_not_broken()
    {
        string command = "  cryospin reconstruct --resume " + new string('x', 30) + " " + new string('y', 30);
        Assert.Equal([command], ScreenWriter.Wrap(command, 60));
        Assert.Equal(["one two", "  three", "  a-very-long-word", "  four"], ScreenWriter.Wrap("one two three a-very-long-word four", 9));
    }

    [Fact]
    public void Where_nothing_can_be_redrawn_there_are_whole_lines_and_no_escapes()
    {
        using StringWriter text = new();
        using ScreenWriter writer = new(text, null);
        ProgressView.Run(new Terminal(TextWriter.Null, writer), view =>
        {
            foreach (RunProgress progress in Course()) view.Show(progress);
            view.Message(s_messages[1]);
            return true;
        });
        string[] lines = text.ToString().Split('\n');
        Assert.Equal(["loading", "search", "auto-encoding", "auto-decoding", s_messages[1].Split(' ')[0], ""], lines.Select(l => l.Split(' ')[0]));
        Assert.DoesNotContain(text.ToString(), c => c != '\n' && char.IsControl(c));
    }

    [Fact]
    public void A_closed_terminal_or_a_full_disk_ends_nothing()
    {
        using ScreenWriter writer = new(new BrokenWriter(), () => 80);
        writer.ShowStatus(_ => "50 %");
        writer.WriteLine("lost");
        writer.ClearStatus();
        writer.Flush();
    }

    private static IEnumerable<RunProgress> Course()
    {
        yield return new RunProgress("loading", 0, 0, 0, double.NaN, double.NaN, double.NaN, null);
        yield return new RunProgress("loading", 2000, 2000, 0.01, 25000, double.NaN, double.NaN, TimeSpan.FromHours(30));
        yield return new RunProgress("search", 20, 200, 0.05, 512.3, 12345.6, 45.3, TimeSpan.FromMinutes(59.9));
        yield return new RunProgress("auto-encoding", 800, 800, 0.65, 123456, -1.2345e-5, 10.2, TimeSpan.FromSeconds(9.94));
        yield return new RunProgress("auto-decoding", 3, 20, 0.9, 700, -12.345, 6.123, TimeSpan.FromSeconds(12));
        yield return new RunProgress("auto-decoding", 20, 20, 1, 700, -12.345, 6.123, TimeSpan.Zero);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void Flush() => throw new IOException("No space left on device");
    }
}
