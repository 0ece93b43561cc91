using System.Globalization;

namespace CryoSpin.Reporting.Charts;

/// <summary>A place on an axis with its label.</summary>
public readonly record struct Tick(double Value, string Label);

/// <summary>A linear or logarithmic axis.</summary>
/// <param name="Title">Name and unit.</param>
/// <param name="Minimum">Value at the start.</param>
/// <param name="Maximum">Value at the end; greater than the minimum.</param>
/// <param name="Ticks">Labelled places, inside the range.</param>
public sealed record Axis(string Title, double Minimum, double Maximum, IReadOnlyList<Tick> Ticks)
{
    private static readonly double[] AngstromSteps =
    [
        200, 100, 60, 40, 30, 25, 20, 16, 14, 12, 11, 10, 9, 8, 7, 6.5, 6, 5.5, 5, 4.5, 4, 3.7, 3.5, 3.2, 3, 2.8, 2.6, 2.4, 2.2, 2,
        1.8, 1.6, 1.4, 1.2, 1,
    ];

    private static readonly Tick[] TimeSteps =
    [
        new(0.1, "0.1 s"), new(0.2, "0.2 s"), new(0.5, "0.5 s"), new(1, "1 s"), new(2, "2 s"), new(5, "5 s"), new(10, "10 s"),
        new(20, "20 s"), new(60, "1 min"), new(120, "2 min"), new(300, "5 min"), new(600, "10 min"), new(1200, "20 min"),
        new(3600, "1 h"), new(7200, "2 h"), new(18000, "5 h"), new(36000, "10 h"), new(86400, "1 d"), new(172800, "2 d"),
        new(432000, "5 d"), new(864000, "10 d"),
    ];

    /// <summary>Places go with the logarithm; values at or below zero have none (NaN or minus infinity).</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>A logarithmic axis that holds all positive values, with ticks at 1, 2 and 5 times the powers of ten.</summary>
    public static Axis Logarithmic(string title, IEnumerable<double> values)
    {
        (double low, double high) = PositiveRange(values);
        List<Tick> marks = [];
        for (int power = (int)Math.Floor(Math.Log10(low)) - 1; power <= Math.Log10(high) + 1; power++)
        {
            foreach (int factor in (int[])[1, 2, 5])
            {
                double value = factor * Math.Pow(10, power);
                marks.Add(new Tick(value, value.ToString("0.######", CultureInfo.InvariantCulture)));
            }
        }
        return OverLogarithm(title, low, high, marks);
    }

    /// <summary>The same for a time in seconds, with ticks at round seconds, minutes, hours and days.</summary>
    public static Axis LogarithmicTime(string title, IEnumerable<double> seconds)
    {
        (double low, double high) = PositiveRange(seconds);
        return OverLogarithm(title, low, high, TimeSteps);
    }

    /// <summary>An axis that holds all values, with round numbers at its ticks.</summary>
    public static Axis Around(string title, IEnumerable<double> values, bool fromZero = false, int ticks = 5)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double v in values.Where(double.IsFinite))
        {
            low = Math.Min(low, v);
            high = Math.Max(high, v);
        }
        if (low > high) (low, high) = (0, 1);
        if (fromZero) low = Math.Min(low, 0);
        if (high - low < 1e-12 * Math.Max(Math.Abs(high), 1e-300))
        {
            double pad = Math.Max(Math.Abs(high) * 0.1, 1e-6);
            (low, high) = (low - pad, high + pad);
        }
        double step = NiceStep((high - low) / ticks);
        low = Math.Floor(low / step + 1e-9) * step;
        high = Math.Ceiling(high / step - 1e-9) * step;
        return Between(title, low, high, step);
    }

    /// <summary>An axis with the given ends and a tick at every multiple of <paramref name="step"/>.</summary>
    public static Axis Between(string title, double minimum, double maximum, double step)
    {
        List<Tick> marks = [];
        string format = step >= 1 ? "0.###" : "0." + new string('0', Decimals(step));
        for (double k = Math.Ceiling(minimum / step - 1e-9); k * step <= maximum + 1e-9 * step; k++)
        {
            double value = k * step == 0 ? 0 : k * step;
            string label = Math.Abs(value) >= 1e6
                ? value.ToString("0.##e+0", CultureInfo.InvariantCulture)
                : value.ToString(format, CultureInfo.InvariantCulture);
            marks.Add(new Tick(value, label));
        }
        return new Axis(title, minimum, maximum, marks);
    }

    /// <summary>Marks in angstrom on an axis of spatial frequency (1/angstrom), no closer than a share of its length.</summary>
    public static IReadOnlyList<Tick> AngstromTicks(double minimum, double maximum, double leastGap = 0.09)
    {
        List<Tick> marks = [];
        double last = double.NegativeInfinity;
        foreach (double d in AngstromSteps)
        {
            double k = 1 / d;
            if (k < minimum || k > maximum || k - last < leastGap * (maximum - minimum)) continue;
            marks.Add(new Tick(k, d.ToString("0.#", CultureInfo.InvariantCulture)));
            last = k;
        }
        return marks;
    }

    /// <summary>Position of a value on an axis drawn from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public double Place(double value, double start, double end)
    {
        double share = IsLogarithmic
            ? Math.Log(value / Minimum) / Math.Log(Maximum / Minimum)
            : (value - Minimum) / (Maximum - Minimum);
        return start + share * (end - start);
    }

    private static (double Low, double High) PositiveRange(IEnumerable<double> values)
    {
        double[] positive = [.. values.Where(v => double.IsFinite(v) && v > 0)];
        return positive.Length == 0 ? (1, 10) : (positive.Min(), positive.Max());
    }

    // From the tick below the values to the tick above; where they lie far outside, to a little beyond the values.
    private static Axis OverLogarithm(string title, double low, double high, IReadOnlyList<Tick> marks)
    {
        double start = marks.Where(m => m.Value <= low && m.Value >= low / 3).Select(m => m.Value).DefaultIfEmpty(low / 1.2).Max();
        double end = marks.Where(m => m.Value >= high && m.Value <= high * 3).Select(m => m.Value).DefaultIfEmpty(high * 1.2).Min();
        if (end <= start * 1.0001) (start, end) = (start / 2, end * 2);
        Tick[] inside = [.. marks.Where(m => m.Value >= start * 0.9999 && m.Value <= end * 1.0001)];
        // Over many decades, the ones alone are enough.
        if (inside.Length > 12) inside = [.. inside.Where(m => m.Label.TrimStart('0', '.').StartsWith('1'))];
        return new Axis(title, start, end, inside) { IsLogarithmic = true };
    }

    // As many as write the step exactly: 0.025 needs three.
    private static int Decimals(double step)
    {
        int decimals = 1;
        while (decimals < 12 && Math.Abs(Math.Round(step, decimals) - step) > 1e-6 * step) decimals++;
        return decimals;
    }

    private static double NiceStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double f = raw / power;
        return power * (f <= 1 ? 1 : f <= 2 ? 2 : f <= 2.5 ? 2.5 : f <= 5 ? 5 : 10);
    }
}
