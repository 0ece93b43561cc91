using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>The two half-sets' volumes: each is solved from its own particles alone; only the FSC between them is shared.</summary>
internal sealed class HalfSetVolumes
{
    // Beyond these the ratio of signal to noise that follows from an FSC is meaningless.
    private const double LeastFsc = 0.01;
    private const double GreatestFsc = 0.9995;
    private readonly WorkerTeam _team;
    private readonly SliceInsertion _insertion;
    private readonly BackProjection[] _sums;

    public HalfSetVolumes(ParticleCache cache, double maskDiameterAngstrom, WorkerTeam team)
    {
        _team = team;
        _insertion = new SliceInsertion(cache, cache.Disc, team);
        Models = [Make(), Make()];
        _sums = [new BackProjection(cache.Disc.Radius, VolumeModel.Oversampling), new BackProjection(cache.Disc.Radius, VolumeModel.Oversampling)];
        Fsc = new FscCurve(cache.Box, cache.PixelSizeAngstrom, new double[cache.Box / 2 + 1]);
        VolumeModel Make() => new(cache.Box, cache.PixelSizeAngstrom, maskDiameterAngstrom, team);
    }

    /// <summary>Model of half-set 1 and of half-set 2.</summary>
    public VolumeModel[] Models { get; }

    /// <summary>FSC between the masked, unfiltered half-maps of the last update.</summary>
    public FscCurve Fsc { get; private set; }

    /// <summary>The unfiltered, unmasked half-maps of the last update.</summary>
    public Volume[] Unfiltered { get; private set; } = [];

    /// <summary>Re-solves both volumes from the poses and filters them by their FSC.</summary>
    /// <param name="poses">Candidates and half-sets.</param>
    /// <param name="bandFor">Given the FSC, the band of the next slices, shells.</param>
    public void Update(PoseTable poses, Func<FscCurve, double> bandFor)
    {
        for (int h = 0; h < 2; h++)
        {
            _sums[h].Clear();
            _insertion.Insert(_sums[h], poses, poses.Members[h]);
        }
        double[][] weights = [_sums[0].MeanWeights(), _sums[1].MeanWeights()];
        Unfiltered = [.. Enumerable.Range(0, 2).Select(h => Models[h].Unmasked(_sums[h], LeastRidge(weights[h])))];
        Fsc = FourierShellCorrelation.Compute(Masked(Unfiltered[0]), Masked(Unfiltered[1]), team: _team);
        double band = bandFor(Fsc);
        for (int h = 0; h < 2; h++) Models[h].Solve(_sums[h], Ridge(weights[h], 1), band);
    }

    /// <summary>
    /// The map from all particles, filtered by what the half-sets agree on, masked. Ends the use of this object: the sums are joined.
    /// </summary>
    public Volume Join()
    {
        _sums[0].Absorb(_sums[1], _team);
        // With twice the particles the ratio of signal to noise is twice that of a half-set.
        Volume map = Models[0].Unmasked(_sums[0], Ridge(_sums[0].MeanWeights(), 2));
        Models[0].ApplyMask(map);
        return map;
    }

    private static double[] LeastRidge(double[] weights)
    {
        // Samples that no slice came near stay near zero instead of becoming a quotient of two tiny numbers.
        double share = Math.Pow(VolumeModel.Oversampling, 3);
        return [.. weights.Select(w => 1e-3 * share * w)];
    }

    private double[] Ridge(double[] weights, double sets)
    {
        double share = Math.Pow(VolumeModel.Oversampling, 3);
        double[] ridge = new double[Math.Min(weights.Length, Fsc.Values.Count)];
        bool ended = false;
        for (int s = 0; s < ridge.Length; s++)
        {
            double f = Math.Clamp(Fsc.Values[s], LeastFsc, GreatestFsc);
            ended |= s > 2 && Fsc.Values[s] < LeastFsc;
            ridge[s] = ended ? double.PositiveInfinity : share * weights[s] * (1 - f) / (f * sets);
        }
        return ridge;
    }

    private Volume Masked(Volume map)
    {
        Volume copy = new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);
        Models[0].ApplyMask(copy);
        return copy;
    }
}
