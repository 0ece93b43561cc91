using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Maps;

public class MapCentreTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1.5, -2, 0.75)]
    public void The_centre_of_one_blob_is_its_middle(double x, double y, double z)
    {
        (double cx, double cy, double cz) = MapCentre.OfMass(new BlobParticle(24, 4, new BlobParticle.Blob(x, y, z, 2, 3)).Map());
        Assert.Equal(x, cx, 0.05);
        Assert.Equal(y, cy, 0.05);
        Assert.Equal(z, cz, 0.05);
    }

    [Fact]
    public void Two_blobs_balance_by_mass_and_weak_background_does_not_pull()
    {
        BlobParticle.Blob[] blobs = [new(5, 0, 0, 1.5, 1), new(-3, 0, 0, 1.5 * Math.Cbrt(2), 1)];
        Volume map = new BlobParticle(24, 4, blobs).Map();
        for (int i = 0; i < map.Voxels.Length / 2; i++) map.Voxels[i] = Math.Max(map.Voxels[i], 0.08f);
        (double x, double y, double z) = MapCentre.OfMass(map);
        Assert.Equal((5 - 6) / 3.0, x, 0.15);
        Assert.Equal(0, y, 0.15);
        Assert.Equal(0, z, 0.15);
    }

    [Fact]
    public void An_empty_map_has_its_centre_in_the_middle()
    {
        Assert.Equal((0.0, 0.0, 0.0), MapCentre.OfMass(new Volume(8, 1)));
        Assert.Equal((0.0, 0.0, 0.0), MapCentre.OfMass(new Volume(8, 1, [.. Enumerable.Repeat(-1f, 512)])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_signals_diameter_does_not_depend_on_the_noise(double noise)
    {
        // A ball of radius 6 and density 1 in a box of 32: 99 % of its power lies within 12 voxels.
        Volume[] halves = [new(32, 4), new(32, 4)];
        Random random = new(8);
        for (int i = 0; i < halves[0].Voxels.Length; i++)
        {
            int x = i % 32 - 16, y = i / 32 % 32 - 16, z = i / 1024 - 16;
            float signal = x * x + y * y + z * z <= 36 ? 10 : 0;
            foreach (Volume half in halves) half.Voxels[i] = signal + (float)(noise * TinyDataset.Normal(random));
        }
        Assert.InRange(MapCentre.SignalDiameterVoxels(halves[0], halves[1], 0.99), 11, 13);
        Assert.Equal(32, MapCentre.SignalDiameterVoxels(new Volume(32, 4), halves[0], 0.99));
    }

    [Fact]
    public void A_moved_pose_shows_the_moved_map_as_the_old_pose_showed_the_old_one()
    {
        BlobParticle old = BlobParticle.Lopsided().MovedBy(1.2, -0.8, 2);
        BlobParticle moved = old.MovedBy(-1.2, 0.8, -2);
        using WorkerTeam team = new(1);
        VolumeModel oldModel = Model(old, team), movedModel = Model(moved, team);
        FrequencyDisc disc = new(7);
        Random random = new(6);
        for (int i = 0; i < 8; i++)
        {
            Candidate pose = TinyDataset.RandomPose(random, 2) with { LogLikelihood = 5 };
            Candidate there = MapCentre.Moved(pose, (1.2, -0.8, 2));
            Assert.Equal(pose.Rotation, there.Rotation);
            Assert.Equal(5, there.LogLikelihood);
            Complex[] a = Slice(oldModel, disc, pose), b = Slice(movedModel, disc, there);
            double difference = a.Zip(b, (u, v) => Math.Pow((u - v).Magnitude, 2)).Sum(), power = a.Sum(u => Math.Pow(u.Magnitude, 2));
            Assert.InRange(Math.Sqrt(difference / power), 0, 0.02);
            float[] image = old.Image(pose), other = moved.Image(there);
            for (int p = 0; p < image.Length; p++) Assert.Equal(image[p], other[p], 1e-3f);
        }
    }

    private static VolumeModel Model(BlobParticle particle, WorkerTeam team)
    {
        VolumeModel model = new(particle.Box, particle.PixelSizeAngstrom, 1000, team);
        model.Set(particle.Map(), 7);
        return model;
    }

    private static Complex[] Slice(VolumeModel model, FrequencyDisc disc, Candidate pose)
    {
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
        CentralSlice.Sample(model.Lattice, disc, pose.Rotation, re, im);
        return [.. Enumerable.Range(0, disc.Count).Select(p => new Complex(re[p], im[p]) * Complex.FromPolarCoordinates(
            1, 2 * Math.PI * (disc.Kx[p] * pose.OriginX + disc.Ky[p] * pose.OriginY) / model.Map.Size))];
    }
}
