using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Tests.Volumes;

public sealed class HartleyVolumeTests
{
    [Fact]
    public void Slices_and_gradients_are_those_of_the_published_decoder()
    {
        FrequencyDisc disc = new(5);
        using WorkerTeam team = new(2);
        using HartleyVolume volume = new(16, disc, 3, new Random(2), team);
        HartleyDecoder decoder = new(16, disc);
        decoder.Randomise(new Random(2));
        VolumeScene scene = new(volume, 3, 1);
        scene.Value(scene.Rotations);
        scene.Backward();
        DecoderSlice slice = new(disc);
        int row = disc.PaddedCount;
        for (int s = 0; s < 3; s++)
        {
            decoder.SliceWithGradient(scene.Rotations[s], slice);
            Assert.Equal(slice.Real[..disc.Count], scene.Real[(s * row)..(s * row + disc.Count)]);
            Assert.Equal(slice.Imaginary[..disc.Count], scene.Imaginary[(s * row)..(s * row + disc.Count)]);
            RotationVector expected = decoder.PoseGradient(
                slice, scene.WeightReal.AsSpan(s * row, row), scene.WeightImaginary.AsSpan(s * row, row));
            Assert.Equal(expected, scene.Turns[s]);
        }
        Assert.Equal(decoder.Grid.Values.Length, volume.ParameterCount);
    }

    [Fact]
    public void A_step_against_the_gradient_lowers_the_value()
    {
        using WorkerTeam team = new(2);
        using HartleyVolume volume = new(16, new FrequencyDisc(5), 4, new Random(2), team);
        VolumeScene scene = new(volume, 4, 3);
        double before = scene.Value(scene.Rotations);
        scene.Backward();
        volume.Step(1e-2);
        Assert.True(scene.Value(scene.Rotations) < before);
    }

    [Fact]
    public void A_band_beyond_the_images_is_refused()
    {
        using WorkerTeam team = new(1);
        Assert.Throws<ArgumentException>(() => new HartleyVolume(16, new FrequencyDisc(8), 1, new Random(1), team));
        Assert.Throws<ArgumentException>(
            () => new NetworkVolume(16, new FrequencyDisc(8), new SineShape(1, 16), new SineShape(1, 16), new Random(1), team));
    }
}
