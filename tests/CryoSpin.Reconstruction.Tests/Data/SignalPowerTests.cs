using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Tests.Data;

public class SignalPowerTests
{
    [Fact]
    public void Power_of_noisy_images_less_the_noise_is_the_power_of_the_map()
    {
        BlobParticle particle = BlobParticle.Lopsided();
        using WorkerTeam team = new(2);
        ParticleStore store = TinyDataset.OfBlobs(particle, 200, 1).Load(team);
        double[] signal = SignalPower.PerShell(store, store.NoiseVariance);
        FrequencyDisc disc = new(6);
        Random random = new(8);
        for (int shell = 1; shell <= 5; shell++)
        {
            // The map's power over spheres through the images' frequencies.
            int[] members = [.. Enumerable.Range(0, disc.Count).Where(p => disc.Shell[p] == shell)];
            double expected = 0;
            const int Directions = 300;
            foreach (int p in members)
            {
                double k = Math.Sqrt(disc.Kx[p] * disc.Kx[p] + disc.Ky[p] * disc.Ky[p]);
                for (int i = 0; i < Directions; i++)
                {
                    (double x, double y, double z) = RandomRotations.Next(random).Apply(k, 0, 0);
                    expected += Math.Pow(particle.Transform(x, y, z).Magnitude, 2) / (Directions * members.Length);
                }
            }
            Assert.InRange(signal[shell] / expected, 0.8, 1.25);
        }
        Assert.Equal(signal[1], signal[0]);
    }

    [Fact]
    public void Noise_alone_has_little_signal_and_never_less_than_none()
    {
        BlobParticle nothing = new(16, 4, new BlobParticle.Blob(0, 0, 0, 1, 0));
        using WorkerTeam team = new(1);
        ParticleStore store = TinyDataset.OfBlobs(nothing, 100, 1).Load(team);
        double[] signal = SignalPower.PerShell(store, store.NoiseVariance);
        Assert.All(signal, v => Assert.InRange(v, 0, 0.15 * 16 * 16));
    }

    [Fact]
    public void The_transfer_function_is_divided_out()
    {
        TinyDataset set = TinyDataset.OfPhantom(40);
        using WorkerTeam team = new(2);
        ParticleStore store = set.Load(team);
        double[] signal = SignalPower.PerShell(store, store.NoiseVariance);
        for (int s = 1; s <= store.Disc.Extent; s++)
        {
            double expected = Math.Max(0, store.MeanPower[s] - set.Box * set.Box);
            Assert.Equal(expected, signal[s] * store.MeanCtfSquared[s], 1e-6 * store.MeanPower[s]);
        }
    }
}
