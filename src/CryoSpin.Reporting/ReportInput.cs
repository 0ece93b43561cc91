using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reporting;

/// <summary>A file beside the report.</summary>
/// <param name="Name">Path relative to the report's folder, with forward slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Description">What it holds.</param>
public sealed record ReportFile(string Name, long Bytes, string Description);

/// <summary>A named figure of an evaluation against a known truth.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure with its unit.</param>
public sealed record ReportFigure(string Name, string Value);

/// <summary>All that a report shows. A section whose data are absent is left out.</summary>
public sealed record ReportInput
{
    /// <summary>What was asked, by which program, and how it went.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>The figures of every epoch, in order.</summary>
    public IReadOnlyList<MetricRecord> Metrics { get; init; } = [];

    /// <summary>The final map.</summary>
    public Volume? Map { get; init; }

    /// <summary>FSC of the masked half-maps.</summary>
    public FscCurve? MaskedFsc { get; init; }

    /// <summary>The same less what the mask itself correlates; null for a soft sphere, which correlates nothing. It decides.</summary>
    public FscCurve? CorrectedFsc { get; init; }

    /// <summary>FSC of the half-maps as they are.</summary>
    public FscCurve? UnmaskedFsc { get; init; }

    /// <summary>FSC of the map with a known truth.</summary>
    public FscCurve? TruthFsc { get; init; }

    /// <summary>The final pose of every particle.</summary>
    public IReadOnlyList<Pose> Poses { get; init; } = [];

    /// <summary>Figures of an evaluation against a known truth.</summary>
    public IReadOnlyList<ReportFigure> Evaluation { get; init; } = [];

    /// <summary>The files of the run.</summary>
    public IReadOnlyList<ReportFile> Files { get; init; } = [];
}
