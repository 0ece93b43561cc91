using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Maps;

public sealed class VolumeModelTests : IDisposable
{
    private const int Box = 24;
    private const double MaskDiameter = 64;
    private readonly WorkerTeam _team = new(2);
    private readonly BlobParticle _particle = BlobParticle.Lopsided(Box);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void The_mask_keeps_the_inside_and_falls_smoothly_to_zero()
    {
        // Diameter 64 angstrom at 4 angstrom: radius 8 voxels; edge of 2.
        VolumeModel model = Make();
        Volume ones = new(Box, 4, [.. Enumerable.Repeat(1f, Box * Box * Box)]);
        model.Mask.Apply(ones);
        List<(double R, float Value)> edge = [];
        for (int z = 0; z < Box; z++)
        {
            for (int y = 0; y < Box; y++)
            {
                for (int x = 0; x < Box; x++)
                {
                    double r = Math.Sqrt((x - 12) * (x - 12) + (y - 12) * (y - 12) + (z - 12) * (z - 12));
                    float v = ones[z, y, x];
                    if (r <= 8) Assert.Equal(1, v);
                    else if (r >= 10) Assert.Equal(0, v);
                    else edge.Add((r, v));
                }
            }
        }
        edge.Sort();
        Assert.All(edge, e => Assert.InRange(e.Value, 0, 1));
        for (int i = 1; i < edge.Count; i++) Assert.True(edge[i].Value <= edge[i - 1].Value + 1e-6f);
        Assert.Equal(0.5, edge.MinBy(e => Math.Abs(e.R - 9)).Value, 0.1);
    }

    [Fact]
    public void Set_masks_the_map_and_its_lattice_gives_the_projections()
    {
        VolumeModel model = Make(96);
        model.Set(_particle.Map(), 8);
        Assert.Equal(8, model.Lattice.Radius);
        FrequencyDisc disc = new(8);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
        Random random = new(2);
        for (int i = 0; i < 5; i++)
        {
            Candidate pose = TinyDataset.RandomPose(random, 0);
            CentralSlice.Sample(model.Lattice, disc, pose.Rotation, re, im);
            double difference = 0, power = 0;
            for (int p = 0; p < disc.Count; p++)
            {
                System.Numerics.Complex expected = _particle.Slice(pose, disc.Kx[p], disc.Ky[p]);
                difference += Math.Pow((expected - new System.Numerics.Complex(re[p], im[p])).Magnitude, 2);
                power += Math.Pow(expected.Magnitude, 2);
            }
            // Trilinear interpolation at two samples per shell of a particle that fills half the box.
            Assert.InRange(Math.Sqrt(difference / power), 0, 0.04);
        }
    }

    [Fact]
    public void Solving_from_slices_in_all_directions_gives_the_map_back()
    {
        VolumeModel model = Make(96);
        BackProjection sum = Slices(300, 9);
        // A ridge of a thousandth of the weights: only samples that no slice came near are damped.
        double[] ridge = [.. sum.MeanWeights().Select(w => 8e-3 * w)];
        model.Solve(sum, ridge, 7);
        Assert.Equal(7, model.Lattice.Radius);
        Volume expected = _particle.Map();
        model.Mask.Apply(expected);
        Assert.InRange(TinyDataset.Correlation(model.Map, expected), 0.99, 1);
        Assert.InRange(Slope(expected, model.Map), 0.93, 1.05);
    }

    private static double Slope(Volume x, Volume y)
    {
        double xy = 0, xx = 0;
        for (int i = 0; i < x.Voxels.Length; i++)
        {
            xy += (double)x.Voxels[i] * y.Voxels[i];
            xx += (double)x.Voxels[i] * x.Voxels[i];
        }
        return xy / xx;
    }

    private VolumeModel Make(double diameter = MaskDiameter) => new(Box, 4, diameter, _team);

    private BackProjection Slices(int count, double radius)
    {
        FrequencyDisc disc = new(radius);
        BackProjection sum = new(radius, VolumeModel.Oversampling);
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount], weight = new float[disc.PaddedCount];
        Array.Fill(weight, 1f, 0, disc.Count);
        Random random = new(4);
        for (int i = 0; i < count; i++)
        {
            Candidate pose = TinyDataset.RandomPose(random, 0);
            for (int p = 0; p < disc.Count; p++)
            {
                System.Numerics.Complex f = _particle.Slice(pose, disc.Kx[p], disc.Ky[p]);
                (re[p], im[p]) = ((float)f.Real, (float)f.Imaginary);
            }
            sum.Insert(disc, pose.Rotation, re, im, weight);
        }
        return sum;
    }
}
