using System.Globalization;

namespace CryoSpin.Reporting.Charts;

/// <summary>A place on an axis with its label.</summary>
public readonly record struct Tick(double Value, string Label);

/// <summary>A linear axis.</summary>
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
        string format = step >= 1 ? "0.###" : "0." + new string('0', Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 1, 12));
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
    public double Place(double value, double start, double end) => start + (value - Minimum) / (Maximum - Minimum) * (end - start);

    private static double NiceStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double f = raw / power;
        return power * (f <= 1 ? 1 : f <= 2 ? 2 : f <= 2.5 ? 2.5 : f <= 5 ? 5 : 10);
    }
}
