using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Optics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Simulation;

namespace CryoSpin.Reconstruction.Tests.Data;

/// <summary>Particles in memory with known poses, and what the stages need of them.</summary>
internal sealed class TinyDataset
{
    private TinyDataset(Volume truth, float[][] images, Candidate[] poses, ContrastTransferFunction[]? ctf)
    {
        Truth = truth;
        Images = images;
        Poses = poses;
        Ctf = ctf;
    }

    /// <summary>The map, in the units of the images.</summary>
    public Volume Truth { get; }

    public float[][] Images { get; }

    /// <summary>True poses.</summary>
    public Candidate[] Poses { get; }

    public ContrastTransferFunction[]? Ctf { get; }

    public int Count => Images.Length;

    public int Box => Truth.Size;

    /// <summary>Alternating half-sets.</summary>
    public int[] HalfSet => [.. Enumerable.Range(0, Count).Select(i => 1 + (i & 1))];

    /// <summary>Mask that holds the phantom.</summary>
    public double MaskDiameterAngstrom => 0.8 * Box * Truth.PixelSizeAngstrom;

    /// <summary>Images of the phantom with CTF, shifts and noise of standard deviation 1.</summary>
    public static TinyDataset OfPhantom(int count, int box = 24, double snr = 0.5, double maxShift = 1.5, int seed = 5)
    {
        const double PixelSize = 6;
        Volume map = Phantom.Create(box, PixelSize);
        SimulationOptions options = new() { Particles = count, Snr = snr, MaxShiftPixels = maxShift, Seed = seed };
        ParticleSimulator simulator = new(map, options);
        SimulatedParticle[] particles = [.. simulator.Images()];
        // Images are divided by their background's standard deviation, nearly that of the noise.
        float scale = (float)(1 / simulator.NoiseStandardDeviation);
        Volume truth = new(box, PixelSize, [.. simulator.Truth.Voxels.Select(v => v * scale)]);
        return new TinyDataset(
            truth, [.. particles.Select(p => p.Image)],
            [.. particles.Select(p => p.Pose).Select(
                p => new Candidate(p.Rotation, p.OriginXAngstrom / PixelSize, p.OriginYAngstrom / PixelSize, 0))],
            [.. particles.Select(p => new ContrastTransferFunction(simulator.Optics, p.Ctf))]);
    }

    /// <summary>Projections of a blob particle without CTF, with white noise of standard deviation 1 times a factor.</summary>
    public static TinyDataset OfBlobs(BlobParticle particle, int count, double noise, double maxShift = 1.5, int seed = 3)
    {
        Random random = new(seed);
        Candidate[] poses = [.. Enumerable.Range(0, count).Select(_ => RandomPose(random, maxShift))];
        float[][] images = [.. poses.Select(p => particle.Image(p))];
        foreach (float[] image in images)
        {
            for (int i = 0; i < image.Length; i++) image[i] += (float)(noise * Normal(random));
        }
        return new TinyDataset(particle.Map(), images, poses, null);
    }

    /// <summary>A uniform rotation and an origin within a disc.</summary>
    public static Candidate RandomPose(Random random, double maxShift)
    {
        double r = maxShift * Math.Sqrt(random.NextDouble()), angle = 2 * Math.PI * random.NextDouble();
        return new Candidate(RandomRotations.Next(random), r * Math.Cos(angle), r * Math.Sin(angle), 0);
    }

    /// <summary>A pose turned by an angle about a random axis and moved by a distance in a random direction.</summary>
    public static Candidate Perturbed(in Candidate pose, Random random, double degrees, double pixels)
    {
        (double x, double y, double z) = RandomRotations.Next(random).Apply(0, 0, degrees * Math.PI / 180);
        double direction = 2 * Math.PI * random.NextDouble();
        return new Candidate(
            So3.Exp(new RotationVector(x, y, z)) * pose.Rotation,
            pose.OriginX + pixels * Math.Cos(direction), pose.OriginY + pixels * Math.Sin(direction), 0);
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Reads the images; the noise level is that of white noise of standard deviation 1.</summary>
    public ParticleStore Load(WorkerTeam team, double? radius = null, string? scratchFolder = null)
    {
        FrequencyDisc disc = new(radius ?? Box / 2 - 1);
        ParticleStore store = ParticleStore.Load(
            Box, Truth.PixelSizeAngstrom, disc, (i, pixels) => Images[i].CopyTo(pixels), Ctf, HalfSet, new StorePlace(scratchFolder, 1), team);
        store.SetNoise([.. Enumerable.Repeat((double)Box * Box, disc.Extent + 2)]);
        return store;
    }

    /// <summary>A model that holds a copy of the true map.</summary>
    public VolumeModel Model(WorkerTeam team, double band)
    {
        VolumeModel model = new(Box, Truth.PixelSizeAngstrom, MaskDiameterAngstrom, team);
        model.Set(new Volume(Box, Truth.PixelSizeAngstrom, [.. Truth.Voxels]), band);
        return model;
    }

    /// <summary>1 / variance of the true map's transform per shell, as a solver wants it.</summary>
    public static double[] InverseSignal(ParticleStore store) =>
        [.. SignalPower.PerShell(store, store.NoiseVariance).Select(v => v > 0 ? 1 / v : double.PositiveInfinity)];

    /// <summary>Pearson correlation of two maps.</summary>
    public static double Correlation(Volume a, Volume b)
    {
        double ma = a.Voxels.Average(), mb = b.Voxels.Average(), ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Voxels.Length; i++)
        {
            double x = a.Voxels[i] - ma, y = b.Voxels[i] - mb;
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        return ab / Math.Sqrt(aa * bb);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Runs something that must be stopped by its cancellation; a parallel loop wraps what its body throws.</summary>
    public static void AssertCancelled(Action run)
    {
        Exception? e = Record.Exception(run);
        Assert.IsAssignableFrom<OperationCanceledException>(e is AggregateException loop ? loop.InnerException : e);
    }
}
