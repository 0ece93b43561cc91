using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public class VolumeUpdateTests
{
    [Fact]
    public void A_refit_forgets_all_and_holds_every_particle_once()
    {
        using WorkerTeam team = new(2);
        TinyDataset set = TinyDataset.OfPhantom(40, snr: 1);
        using ParticleStore store = set.Load(team);
        int[] all = [.. Enumerable.Range(0, set.Count)];
        Candidate[] wrong = [.. all.Select(i => TinyDataset.RandomPose(new Random(i), 1))];

        // One batch of all particles with nothing before it is the volume of all particles.
        VolumeModel expected = set.Model(team, 6), actual = set.Model(team, 6);
        Update(40).Apply(expected, all, set.Poses);
        VolumeUpdate update = Update(12);
        update.Apply(actual, all[..12], wrong[..12]);
        Assert.InRange(TinyDataset.Correlation(expected.Map, actual.Map), -1, 0.95);
        update.Refit(actual, all, set.Poses);
        Assert.InRange(TinyDataset.Correlation(expected.Map, actual.Map), 0.99999, 1.00001);

        // Afterwards the sum goes on forgetting: many batches of wrong poses replace what the refit found.
        for (int i = 0; i < 40; i++) update.Apply(actual, all[..12], wrong[..12]);
        Assert.InRange(TinyDataset.Correlation(expected.Map, actual.Map), -1, 0.95);

        VolumeUpdate Update(int batch) =>
            new(store, new FrequencyDisc(6), TinyDataset.InverseSignal(store), 0.9, batch, team) { SolvesEarly = true };
    }

    [Fact]
    public void Shells_beyond_the_band_stay_empty()
    {
        using WorkerTeam team = new(2);
        TinyDataset set = TinyDataset.OfPhantom(40, snr: 1);
        using ParticleStore store = set.Load(team);
        int[] all = [.. Enumerable.Range(0, set.Count)];
        double[] power = new double[2];
        for (int i = 0; i < 2; i++)
        {
            VolumeModel model = set.Model(team, 7);
            new VolumeUpdate(store, new FrequencyDisc(7), TinyDataset.InverseSignal(store), 0.9, 40, team)
            {
                SolvesEarly = true,
                Band = i == 0 ? double.PositiveInfinity : 3,
            }.Apply(model, all, set.Poses);
            FrequencyDisc disc = new(7);
            float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
            CentralSlice.Sample(model.Lattice, disc, set.Poses[0].Rotation, re, im);
            power[i] = Enumerable.Range(0, disc.Count).Where(p => disc.Shell[p] >= 6).Sum(p => re[p] * re[p] + im[p] * im[p]);
        }
        // The mask lets a little of the inner shells through.
        Assert.InRange(power[1], 0, 0.1 * power[0]);
    }
}
