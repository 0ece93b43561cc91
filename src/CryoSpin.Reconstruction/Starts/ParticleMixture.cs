using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Starts;

/// <summary>
/// Tells images of the particle from others by how a map explains them. The images are taken as a mixture of three kinds: particles; images
/// that the map explains no better than noise (no particle, or one too far from the centre); and images that hold more than the map explains
/// (two particles, aggregates, other molecules). The kinds' shares and shapes are fitted to the images themselves.
/// </summary>
/// <remarks>
/// Two numbers of each image count: the logarithm of its log likelihood ratio, whose spread is that of views, defocus and contrast, and that of the
/// residual, whose spread is that of the noise. Particles are one Gaussian of both, with a residual that may rise with the likelihood, because the
/// map is not yet perfect. docs/results/real-stacks.md.
/// </remarks>
internal sealed class ParticleMixture
{
    private const int Iterations = 150;

    // Residuals count by their logarithms, in hundredths: what a map that is not yet perfect leaves of an image grows with the image's signal.
    private const double ResidualUnit = 100;

    // Added to log likelihood ratios, of which the best over many poses of an image of noise is about 0 to 10 nats, before the logarithm.
    private const double Offset = 8;
    private const double LeastLikelihood = -4;

    // Of logarithms. In front of a strong map all noise lies at the least likelihood: no kind may shrink to a point.
    private const double LeastSpread = 0.15;

    // Of images without a particle against noise alone, in logarithms.
    private const double GreatestGainOfEmpty = 0.25;
    private const double GreatestSpreadOfEmpty = 1.3;

    // Images that are not explained begin at so many deviations of the particles' residuals.
    private const double UnexplainedDeviations = 2.5;
    private readonly double[] _likelihood;
    private readonly double[] _residual;
    private readonly double[][] _shares;
    private Kind _particle;
    private Kind _empty;
    private Kind _unexplained;
    private readonly double[] _weights = [0.8, 0.1, 0.1];

    private ParticleMixture(double[] likelihood, double[] residual)
    {
        (_likelihood, _residual) = (likelihood, residual);
        _shares = [new double[likelihood.Length], new double[likelihood.Length], new double[likelihood.Length]];
    }

    /// <summary>Share of the images that are taken for particles, 0 to 1.</summary>
    public double ParticleShare => _weights[0];

    /// <summary>Fits the mixture.</summary>
    /// <param name="fits">All images, or a sample of them, at their best poses in front of one map.</param>
    /// <param name="noise">Images of noise alone at their best poses in front of the same map.</param>
    public static ParticleMixture Of(IReadOnlyList<ImageFit> fits, IReadOnlyList<ImageFit> noise)
    {
        ParticleMixture mixture = new(Logarithms(fits), [.. fits.Select(f => ResidualUnit * Math.Log(Math.Max(f.Residual, 1)))]);
        mixture.Fit(Logarithms(noise));
        return mixture;
    }

    private static double[] Logarithms(IReadOnlyList<ImageFit> fits) =>
        [.. fits.Select(f => Math.Log(Math.Max(f.Pose.LogLikelihood, LeastLikelihood) + Offset))];

    /// <summary>Probability that an image shows the particle, 0 to 1.</summary>
    /// <param name="image">Position among the fits.</param>
    public double Probability(int image) => _shares[0][image];

    /// <summary>What an image is, if not a particle.</summary>
    /// <param name="image">Position among the fits.</param>
    public RejectionReason Reason(int image) =>
        _shares[1][image] > _shares[2][image] ? RejectionReason.NoParticle : RejectionReason.Unexplained;

    private void Fit(double[] noise)
    {
        double low = Quantile(_residual, 0.05), residual = Quantile(_residual, 0.4), spread = Math.Max((residual - low) / 1.2, 1);
        double middle = Quantile(_likelihood, 0.5), width = Math.Max((Quantile(_likelihood, 0.9) - middle) / 1.28, LeastSpread);
        double ofNoise = noise.Average(), noiseSpread = Math.Max(Math.Sqrt(noise.Average(v => (v - ofNoise) * (v - ofNoise))), LeastSpread);
        _particle = new Kind(middle, width, residual, spread, 0);
        _empty = new Kind(ofNoise + GreatestGainOfEmpty / 2, noiseSpread, residual, 2 * spread, 0);
        _unexplained = new Kind(middle, 1.3 * width, residual + 4 * spread, 2 * spread, 0);
        for (int i = 0; i < Iterations; i++)
        {
            Assign();
            double most = _particle.ResidualAt(_particle.Likelihood);
            _particle = Measured(0, slopes: true).Limited(LeastSpread, double.PositiveInfinity, 1e-6, double.PositiveInfinity);
            double s = _particle.ResidualSpread;
            // What the map makes of noise is known; what else is in such images, as neighbours and edges, lets them fit a little better.
            _empty = Measured(1, slopes: false).Limited(noiseSpread, GreatestSpreadOfEmpty * noiseSpread, s, 6 * s);
            _empty = _empty with { Likelihood = Math.Clamp(_empty.Likelihood, ofNoise, ofNoise + GreatestGainOfEmpty) };
            _unexplained = Measured(2, slopes: false).Limited(_particle.LikelihoodSpread, double.PositiveInfinity, s, 4 * s);
            _unexplained = _unexplained with
            {
                Residual = Math.Max(_unexplained.Residual, _particle.ResidualAt(_particle.Likelihood) + UnexplainedDeviations * s),
            };
            if (Math.Abs(_particle.ResidualAt(_particle.Likelihood) - most) < 1e-6 * s) break;
        }
        Assign();
    }

    private void Assign()
    {
        double[] sums = new double[3];
        for (int i = 0; i < _likelihood.Length; i++)
        {
            double a = _weights[0] * _particle.Density(_likelihood[i], _residual[i]);
            double b = _weights[1] * _empty.Density(_likelihood[i], _residual[i]);
            double c = _weights[2] * _unexplained.Density(_likelihood[i], _residual[i]);
            double all = a + b + c;
            // Far from all kinds: what is far above in its residual is not explained, whatever else.
            (_shares[0][i], _shares[1][i], _shares[2][i]) = all > 1e-300 ? (a / all, b / all, c / all)
                : _residual[i] > _unexplained.Residual ? (0, 0, 1) : (1, 0, 0);
            for (int k = 0; k < 3; k++) sums[k] += _shares[k][i];
        }
        // One image of each kind is taken for granted, so that no kind dies out for good.
        for (int k = 0; k < 3; k++) _weights[k] = (sums[k] + 1) / (_likelihood.Length + 3);
    }

    /// <summary>Moments of the images by their share in a kind.</summary>
    private Kind Measured(int kind, bool slopes)
    {
        double[] share = _shares[kind];
        double sum = 1e-9, y = 0, r = 0;
        for (int i = 0; i < share.Length; i++)
        {
            sum += share[i];
            y += share[i] * _likelihood[i];
            r += share[i] * _residual[i];
        }
        (y, r) = (y / sum, r / sum);
        double yy = 0, yr = 0;
        for (int i = 0; i < share.Length; i++)
        {
            yy += share[i] * (_likelihood[i] - y) * (_likelihood[i] - y);
            yr += share[i] * (_likelihood[i] - y) * (_residual[i] - r);
        }
        double slope = slopes && yy > 0 ? Math.Max(0, yr / yy) : 0, rr = 0;
        double intercept = r - slope * y;
        for (int i = 0; i < share.Length; i++)
        {
            double d = _residual[i] - intercept - slope * _likelihood[i];
            rr += share[i] * d * d;
        }
        return new Kind(y, Math.Sqrt(yy / sum), intercept, Math.Sqrt(rr / sum), slope);
    }

    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    /// <summary>A Gaussian of the logarithm of the likelihood, and one of the residual about a line in it.</summary>
    private readonly record struct Kind(double Likelihood, double LikelihoodSpread, double Residual, double ResidualSpread, double Slope)
    {
        public double ResidualAt(double likelihood) => Residual + Slope * likelihood;

        public double Density(double likelihood, double residual)
        {
            double y = (likelihood - Likelihood) / LikelihoodSpread, r = (residual - ResidualAt(likelihood)) / ResidualSpread;
            return Math.Exp(-0.5 * (y * y + r * r)) / (LikelihoodSpread * ResidualSpread);
        }

        public Kind Limited(double leastLikelihoodSpread, double greatestLikelihoodSpread, double leastResidualSpread, double greatestResidualSpread) =>
            this with
            {
                LikelihoodSpread = Math.Clamp(LikelihoodSpread, leastLikelihoodSpread, greatestLikelihoodSpread),
                ResidualSpread = Math.Clamp(ResidualSpread, leastResidualSpread, greatestResidualSpread),
            };
    }
}
