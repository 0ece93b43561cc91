using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Display;

public sealed class ProgressTests
{
    [Fact]
    public void A_line_has_phase_epoch_rate_loss_resolution_share_and_time_left()
    {
        RunProgress progress = new("auto-encoding", 3, 24, 0.12, 1250.4, 1.23456, 45.33, TimeSpan.FromSeconds(200));
        Assert.Equal(
            "auto-encoding  epoch 3/24  1250 images/s  loss 1.2346  45.3 Å  12 % done, about 3 min 20 s left", ProgressLine.Full(progress));
    }

    [Fact]
    public void Unknown_figures_are_left_out()
    {
        RunProgress progress = new("loading", 0, 0, 0, 0, double.NaN, 0, null);
        Assert.Equal("loading    0 % done", ProgressLine.Full(progress));
    }

    [Fact]
    public void Without_a_terminal_a_line_comes_with_each_phase_and_after_the_interval()
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        PlainProgressView view = new(text, TimeSpan.FromHours(1));
        for (int i = 1; i <= 1000; i++) view.Show(new RunProgress(i <= 500 ? "one" : "two", i, 1000, 0.001 * i, 1, 1, 1, null));
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["one", "two"], lines.Select(l => l.Split(' ')[0]));
        PlainProgressView eager = new(text, TimeSpan.Zero);
        eager.Show(new RunProgress("one", 1, 2, 0, 1, 1, 1, null));
        eager.Show(new RunProgress("one", 2, 2, 0, 1, 1, 1, null));
        Assert.Equal(4, text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
