using System.Diagnostics;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Volumes;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>
/// cryoAI: poses are an encoder's and nothing else. Levy, Poitevin, Martel, Nashed, Peck, Miolane, Ratner, Dunne and Wetzstein, ECCV 2022,
/// arXiv 2203.08138.
/// </summary>
internal sealed class CryoAiMethod(CryoAiSettings settings) : IPoseMethod
{
    /// <summary>What was asked for.</summary>
    public CryoAiSettings Settings => settings;

    /// <inheritdoc/>
    public MethodResult Run(MethodContext context, CancellationToken cancellation)
    {
        FrequencyDisc disc = new(Math.Min(settings.BandShells, context.Store.Disc.Radius));
        using ILearnedVolume volume = Create(context, disc);
        using CryoAiTraining training = new(
            context.Store, volume, settings, context.Options.MaxShiftPixels, context.Options.Seed, context.Team);
        try
        {
            Train(context, volume, training, disc.Radius, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Before the volume goes.
            context.Track.LeaveMap();
            throw;
        }
        Candidate[][] poses = [.. training.Chosen.Select(p => (Candidate[])[p!.Value])];
        return new MethodResult(poses, training.ParameterCount);
    }

    private void Train(MethodContext context, ILearnedVolume volume, CryoAiTraining training, double radius, CancellationToken cancellation)
    {
        context.Track.Start("auto-encoding", 0.01, 0.97);
        double rate = settings.Volume == VolumeKind.Network ? settings.NetworkLearningRate : settings.GridLearningRate;
        int epochs = settings.EpochsFor(context.Store.Count);
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            EpochReport start = new(epoch, epochs, 0, radius, double.NaN, double.NaN);
            context.Track.Epoch(RunEpoch(context, training, start, rate, cancellation));
            context.Track.Snapshot(
                epoch, radius, () => Map(context, volume, training), i => training.Chosen[i], training.Candidates);
        }
        context.Track.Start("poses", 0.97, 0.98);
        training.Infer(cancellation);
    }

    private static Volume Map(MethodContext context, ILearnedVolume volume, CryoAiTraining training) =>
        volume.ToMap(context.Store.PixelSizeAngstrom, training.Unit, context.Team);

    private ILearnedVolume Create(MethodContext context, FrequencyDisc disc) => settings.Volume == VolumeKind.Network
        ? new NetworkVolume(context.Store.Box, disc, settings.Envelope, settings.Modulant, context.Random, context.Team)
        : new HartleyVolume(context.Store.Box, disc, settings.BatchSize, context.Random, context.Team);

    private EpochReport RunEpoch(
        MethodContext context, CryoAiTraining training, EpochReport epoch, double volumeRate, CancellationToken cancellation)
    {
        training.Shuffle(context.Random);
        int count = context.Store.Count;
        long started = Stopwatch.GetTimestamp();
        double sum = 0;
        EpochReport report = epoch;
        for (int done = 0; done < count;)
        {
            cancellation.ThrowIfCancellationRequested();
            double factor = settings.RateFactor((epoch.Epoch - 1 + (double)done / count) / epoch.Epochs);
            done += training.Train(done, factor * volumeRate, factor * settings.EncoderLearningRate, out double loss);
            sum += loss;
            if (!double.IsFinite(sum))
            {
                throw new CryoSpinException(
                    $"The loss is no longer a finite number (auto-encoding, epoch {epoch.Epoch}). Look for damaged images.");
            }
            double seconds = Math.Max(1e-6, Stopwatch.GetElapsedTime(started).TotalSeconds);
            report = epoch with { ImageVisits = done, Loss = sum / done, ImagesPerSecond = done / seconds };
            context.Track.Within(report, (double)done / count);
        }
        return report;
    }
}
