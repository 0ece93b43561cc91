using System.Diagnostics;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Times the same work again and again and keeps the shortest time: other programs only ever make it longer.</summary>
/// <param name="repeats">Measurements.</param>
/// <param name="leastSeconds">Least length of one measurement; shorter work is repeated within it.</param>
internal sealed class BestOf(int repeats, double leastSeconds)
{
    private const double WarmUpSeconds = 0.25;

    /// <summary>Seconds per call.</summary>
    public double Seconds(Action body)
    {
        // The runtime compiles a method anew, optimised, about a tenth of a second after its first calls.
        long warm = Stopwatch.GetTimestamp();
        do body();
        while (Stopwatch.GetElapsedTime(warm).TotalSeconds < WarmUpSeconds);
        long calls = 1;
        double best = Time(body, calls) / calls;
        while (best * calls < leastSeconds)
        {
            calls = Math.Max(calls + 1, Math.Min(10 * calls, (long)Math.Ceiling(leastSeconds / Math.Max(best, 1e-9))));
            best = Math.Min(best, Time(body, calls) / calls);
        }
        for (int i = 1; i < repeats; i++) best = Math.Min(best, Time(body, calls) / calls);
        return best;
    }

    private static double Time(Action body, long calls)
    {
        long started = Stopwatch.GetTimestamp();
        for (long i = 0; i < calls; i++) body();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
