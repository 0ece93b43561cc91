namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Where auto-decoding stands, poses and maps apart: all that it needs besides them to go on.</summary>
/// <param name="band">Band of the pass at hand, shells.</param>
/// <param name="particles">Number of particles.</param>
internal sealed class DecodingState(double band, int particles)
{
    /// <summary>The pass at hand, from 1.</summary>
    public int Iteration { get; set; } = 1;

    /// <summary>Its band, shells.</summary>
    public double Band { get; set; } = band;

    /// <summary>The candidates that it refines.</summary>
    public CandidateChoice Choice { get; set; } = CandidateChoice.All;

    /// <summary>Passes since something last moved.</summary>
    public int Still { get; set; }

    /// <summary>Best resolution so far, shells.</summary>
    public double BestShell { get; set; }

    /// <summary>Whether there is no further pass.</summary>
    public bool Ended { get; set; }

    /// <summary>The store's records, in its order, that the pass has refined.</summary>
    public long Done { get; set; }

    /// <summary>How often <see cref="GrowingShiftLimit"/> has grown.</summary>
    public int Widenings { get; set; }

    /// <summary>Log likelihood of each particle's best pose, for those that the pass has refined.</summary>
    public double[] Likelihood { get; init; } = new double[particles];

    /// <summary>How far each best rotation has moved, degrees, for the same.</summary>
    public double[] Change { get; init; } = new double[particles];
}
