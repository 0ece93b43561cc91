using System.Diagnostics;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Display;

/// <summary>Shows how far a reading of all images is that comes before the work proper.</summary>
internal static class ReadingProgress
{
    /// <summary>What is to be told how many of how many images have been read.</summary>
    public static Action<int, int> On(IProgressView view)
    {
        Stopwatch time = Stopwatch.StartNew();
        return (done, count) =>
        {
            double seconds = time.Elapsed.TotalSeconds, share = (double)done / count;
            // What is done at once needs no progress.
            if (seconds < 1) return;
            TimeSpan left = TimeSpan.FromSeconds(seconds * (1 - share) / share);
            view.Show(new RunProgress("reading", 0, 0, share, done / seconds, double.NaN, 0, left));
        };
    }
}
