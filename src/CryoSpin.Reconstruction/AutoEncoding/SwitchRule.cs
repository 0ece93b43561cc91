namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// When to drop the encoder: once the likelihood of the heads' winners on real images has stopped rising. The published method switches
/// after a
/// fixed number of epochs.
/// </summary>
/// <remarks>
/// Means over two reports are compared with the two before them: one report's mean varies by about a percent with the images drawn.
/// </remarks>
internal sealed class SwitchRule
{
    private const int Window = 2;
    private const double LeastGain = 0.005;
    private readonly List<double> _likelihoods = [];

    /// <summary>Takes the mean log likelihood of a report (NaN while only synthetic images teach) and tells whether to switch.</summary>
    public bool IsDue(double meanLogLikelihood)
    {
        if (double.IsNaN(meanLogLikelihood)) return false;
        _likelihoods.Add(meanLogLikelihood);
        if (_likelihoods.Count < 2 * Window) return false;
        double now = _likelihoods.TakeLast(Window).Average(), before = _likelihoods.SkipLast(Window).TakeLast(Window).Average();
        return now - before < LeastGain * Math.Abs(before);
    }
}
