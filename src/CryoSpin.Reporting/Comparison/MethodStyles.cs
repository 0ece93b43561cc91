using CryoSpin.Reporting.Charts;

namespace CryoSpin.Reporting.Comparison;

/// <summary>Colour, dashes and marker of every method, the same in all figures; the first 40 differ, the first 8 in colour too.</summary>
internal sealed class MethodStyles(IEnumerable<string> methods)
{
    private readonly string[] _methods = [.. methods];

    /// <summary>A curve in the method's style.</summary>
    public Series Curve(string method, string name, IReadOnlyList<(double X, double Y)> points, Marked marked = Marked.Nowhere)
    {
        int i = Math.Max(0, Array.IndexOf(_methods, method));
        return new Series(name, points, i % 8, (LineStyle)((i + i / 8) % 4), marked, (MarkerShape)(i % 5));
    }
}
