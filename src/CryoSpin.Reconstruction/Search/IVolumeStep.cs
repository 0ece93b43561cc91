using CryoSpin.Reconstruction.Maps;

namespace CryoSpin.Reconstruction.Search;

/// <summary>How the marginalised search turns a mini-batch's posterior into the next volume.</summary>
internal interface IVolumeStep
{
    /// <summary>Told of the random start.</summary>
    /// <param name="model">The volume. Its transform has the power that is wanted; its map has not been scaled.</param>
    /// <param name="shellFactors">By what the map's shells must be multiplied to have that power too.</param>
    void Begin(VolumeModel model, IReadOnlyList<double> shellFactors);

    /// <summary>Changes the volume and transforms it up to the next band.</summary>
    /// <param name="model">The volume.</param>
    /// <param name="posterior">The mini-batch's posterior sums; emptied.</param>
    /// <param name="batch">The mini-batch.</param>
    void Apply(VolumeModel model, PosteriorSums posterior, in VolumeStepBatch batch);
}

/// <summary>A mini-batch as a volume step sees it.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Temperature">By what their noise variance is inflated.</param>
/// <param name="BandShells">Band that they were compared in.</param>
/// <param name="NextBandShells">Band of the next one.</param>
internal readonly record struct VolumeStepBatch(int Number, int Images, double Temperature, double BandShells, double NextBandShells)
{
    /// <summary>
    /// Shells of a regularisation that are in use: one shell more than is known is left in the map, which is what the next, slightly wider
    /// band starts from.
    /// </summary>
    public int Shells(double[] perShell) => Math.Min(perShell.Length, (int)Math.Round(BandShells + 1) + 1);
}
