using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction.Data;

/// <summary>The particles of a run, loaded, without the images that stand out from the others.</summary>
/// <param name="Input">Those that are used.</param>
/// <param name="Store">Their transforms, with the noise level set.</param>
/// <param name="SignalPower">Per shell, the variance of the map's transform as the data show it.</param>
/// <param name="Rejected">Those that are not used, by their indices in the run's input.</param>
internal sealed record LoadedParticles(
    ReconstructionInput Input, ParticleStore Store, double[] SignalPower, IReadOnlyList<RejectedImage> Rejected) : IDisposable
{
    /// <summary>Loads them.</summary>
    /// <param name="input">All particles.</param>
    /// <param name="halfSet">1 or 2 per particle.</param>
    /// <param name="keepAll">Whether images that stand out are kept.</param>
    /// <param name="scratchFolder">Folder for a scratch file that holds them; null for memory.</param>
    /// <param name="team">Workers.</param>
    /// <param name="observer">Told how many are left out, and what is odd.</param>
    /// <param name="loaded">Receives the number of particles read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static LoadedParticles Load(
        ReconstructionInput input, int[] halfSet, bool keepAll, string? scratchFolder, WorkerTeam team, IRunObserver observer,
        Action<int> loaded, CancellationToken cancellation)
    {
        ImagePreparation preparation = ImagePreparation.Of(input, observer);
        LowFrequencyPower[] power = new LowFrequencyPower[input.Count];
        ParticleStore store = preparation.Fill(halfSet, scratchFolder, team, power, loaded, cancellation);
        try
        {
            RejectedImage[] rejected = keepAll ? [] : ImageOutliers.Find(power);
            if (rejected.Length > 0)
            {
                observer.Log(Sentence(rejected.Length, input.Count));
                // What the first measurement took for noise and contrast may have been theirs.
                return new LoadedParticles(input, store, [], []).Without(rejected, observer);
            }
            return new LoadedParticles(input, store, preparation.SetNoise(store, observer), []);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Leaves further images out: noise and signal are measured again on what is left. This object must not be used any more.</summary>
    /// <param name="rejected">Which, by their indices among those that are used, and why; in order.</param>
    /// <param name="observer">Told what is odd.</param>
    public LoadedParticles Without(IReadOnlyList<RejectedImage> rejected, IRunObserver observer)
    {
        HashSet<int> left = [.. rejected.Select(r => r.Particle)];
        int[] kept = [.. Enumerable.Range(0, Input.Count).Where(i => !left.Contains(i))];
        Store.Keep(kept);
        ReconstructionInput input = Input.Only(kept);
        RejectedImage[] all = [.. Rejected, .. rejected.Select(r => r with { Particle = Input.Origin?[r.Particle] ?? r.Particle })];
        return new LoadedParticles(
            input, Store, new ImagePreparation(input).SetNoise(Store, observer), [.. all.OrderBy(r => r.Particle)]);
    }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    private static string Sentence(int rejected, int count) => Invariant(
        $"{rejected} of {count} images ({100.0 * rejected / count:0.#} %) {Plural.Choose(rejected, "is left out: it varies", "are left out: they vary")} over large distances far more than the others, ")
        + "as ice, carbon edges and aggregates do. rejected.star lists " + Plural.Choose(rejected, "it", "them") + "; --keep-all keeps " + Plural.Choose(rejected, "it.", "them.");
}
