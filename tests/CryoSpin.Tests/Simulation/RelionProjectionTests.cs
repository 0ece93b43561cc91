using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Simulation;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Simulation;

public class RelionProjectionTests
{
    private const string Map = "data/A_maps/clean70SRibosome_vol_65p.mrc";
    private const string Star = "data/B_particles/aspire/rln_proj_64.star";

    // Images and projections are compared at mean 0 and deviation 1, as their authors do.
    [SharedFact(Star)]
    public void Relions_projections_of_the_ribosome_are_reproduced_within_4_percent()
    {
        MrcVolume read = MrcVolumeIO.Read(SharedData.Path(Map));
        Volume map = new(64, 1, To64(read.Voxels));
        using ParticleSource source = ParticleSource.Open(SharedData.Path(Star), new ParticleLoadOptions(PixelSizeAngstrom: 1));
        KaiserBesselProjector projector = new(map);
        CentredFft2D fft = new(64);
        float[] slice = new float[fft.SpectrumLength], ours = new float[64 * 64], relions = new float[64 * 64];
        Assert.Equal(5, source.Set.Count);
        for (int i = 0; i < source.Set.Count; i++)
        {
            Pose pose = source.Set.Pose(i)!.Value;
            Assert.Equal((0, 0), (pose.OriginXAngstrom, pose.OriginYAngstrom));
            projector.Slice(pose.Rotation, slice);
            fft.InverseInPlace(slice, ours);
            source.ReadImage(i, relions);
            Standardise(ours);
            Standardise(relions);
            double error = Math.Sqrt(ours.Zip(relions).Sum(p => Math.Pow(p.First - p.Second, 2)) / ours.Length);
            Assert.InRange(error, 0, 0.04);
        }
    }

    // The 65-voxel map was cut to 64 in Fourier space with voxel 0 kept in its place (not the centre): slow sums over cosines, axis by axis.
    private static float[] To64(float[] map)
    {
        double[,] matrix = new double[64, 65];
        for (int j = 0; j < 64; j++)
        {
            for (int i = 0; i < 65; i++)
            {
                double sum = 1;
                for (int k = 1; k < 32; k++) sum += 2 * Math.Cos(2 * Math.PI * k * (j / 64.0 - i / 65.0));
                matrix[j, i] = sum / 65;
            }
        }
        double[] values = [.. map.Select(v => (double)v)];
        // Each pass resamples the fastest axis and makes it the slowest: three passes and the order is the old one.
        for (int pass = 0; pass < 3; pass++)
        {
            int lines = values.Length / 65;
            double[] next = new double[64 * lines];
            for (int line = 0; line < lines; line++)
            {
                for (int j = 0; j < 64; j++)
                {
                    double sum = 0;
                    for (int i = 0; i < 65; i++) sum += matrix[j, i] * values[line * 65 + i];
                    next[j * lines + line] = sum;
                }
            }
            values = next;
        }
        return [.. values.Select(v => (float)v)];
    }

    private static void Standardise(float[] image)
    {
        double mean = image.Average(), deviation = Math.Sqrt(image.Average(v => (v - mean) * (v - mean)));
        for (int i = 0; i < image.Length; i++) image[i] = (float)((image[i] - mean) / deviation);
    }
}
