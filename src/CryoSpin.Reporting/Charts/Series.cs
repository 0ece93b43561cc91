namespace CryoSpin.Reporting.Charts;

/// <summary>How a curve is drawn, so that it is known without its colour.</summary>
public enum LineStyle
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Long dashes.</summary>
    Dashed,

    /// <summary>Dots.</summary>
    Dotted,

    /// <summary>Dashes and dots in turn.</summary>
    DashDot,
}

/// <summary>Where a curve carries its marker.</summary>
public enum Marked
{
    /// <summary>Nowhere; a lone point is marked all the same, as it draws no line.</summary>
    Nowhere,

    /// <summary>At every point.</summary>
    Everywhere,

    /// <summary>At some points, about eight, where a marker at each would hide the curve.</summary>
    HereAndThere,

    /// <summary>At its last point, large.</summary>
    AtEnd,
}

/// <summary>One curve.</summary>
/// <param name="Name">Its entry in the key; curves of one name share an entry, that of the first.</param>
/// <param name="Points">In order of x; a point that is not finite breaks the curve.</param>
/// <param name="Colour">Number of the colour, 0 to 7.</param>
/// <param name="Style">Solid, dashed ...</param>
/// <param name="Marked">Where markers stand.</param>
/// <param name="Shape">Their shape.</param>
public sealed record Series(
    string Name, IReadOnlyList<(double X, double Y)> Points, int Colour, LineStyle Style = LineStyle.Solid,
    Marked Marked = Marked.Nowhere, MarkerShape Shape = MarkerShape.Circle)
{
    /// <summary>What a mouse over the curve shows and a screen reader reads; null for nothing.</summary>
    public string? Hint { get; init; }

    internal string CssClass => $"curve s{Colour % 8}" + Style switch
    {
        LineStyle.Dashed => " dashed",
        LineStyle.Dotted => " dotted",
        LineStyle.DashDot => " dashdot",
        _ => "",
    };

    internal string MarkerClass => Shape == MarkerShape.Cross ? $"stroke s{Colour % 8}" : $"dot d{Colour % 8}";
}

/// <summary>A horizontal line with a label, e.g. a threshold.</summary>
public readonly record struct ReferenceLine(double Y, string Label);
