namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// The pose optimiser of one visit to a particle: Adam with betas 0.9 and 0.9, moments from zero and no bias correction, so that the first
/// step is sqrt(0.1) times the rate.
/// </summary>
/// <remarks>cryoSPIN (arXiv 2406.10455) and its released code.</remarks>
internal struct PoseAdam
{
    private const double Beta = 0.9;
    private const double Epsilon = 1e-8;
    private double _mean;
    private double _square;

    /// <summary>The change of one coordinate for its gradient.</summary>
    public double Step(double gradient, double rate)
    {
        _mean = Beta * _mean + (1 - Beta) * gradient;
        _square = Beta * _square + (1 - Beta) * gradient * gradient;
        return -rate * _mean / (Math.Sqrt(_square) + Epsilon);
    }
}
