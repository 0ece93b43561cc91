using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Encoder;

[Trait("Category", "Kernel")]
public unsafe class FiltersAndAdamTests
{
    [SharedTheory("golden/pyramid_input.npy")]
    [InlineData(false, "pyramid_output")]
    [InlineData(true, "pyramid_normalised")]
    public void Golden_filter_bank_is_met(bool normalise, string golden)
    {
        NpyArray input = NpyArray.Golden("pyramid_input"), expected = NpyArray.Golden(golden);
        using WorkerTeam team = new(2);
        using GaussianFilterBank bank = new(team, 20, EncoderArchitecture.PublishedVariances, normalise);
        float[] maps = new float[2 * 20 * 20 * 5];
        bank.Apply(input.Floats, 2, maps);
        double[] actual = [.. Enumerable.Range(0, maps.Length).Select(
            i => (double)maps[(((i / 2000 * 400) + (i % 400)) * 5) + (i / 400 % 5)])];
        Numbers.Close(expected.Values, actual, 1e-4, golden);
    }

    [Fact]
    public void A_constant_image_becomes_the_fixed_mean()
    {
        using WorkerTeam team = new(1);
        using GaussianFilterBank bank = new(team, 14, [1]);
        float[] maps = new float[14 * 14];
        bank.Apply(Enumerable.Repeat(0f, 14 * 14).ToArray(), 1, maps);
        Assert.All(maps, v => Assert.Equal(0.45f, v, 1e-6f));
    }

    [SharedFact("golden/adam_gradients.npy")]
    public void Golden_Adam_trajectory_is_met()
    {
        float[] gradients = NpyArray.Golden("adam_gradients").Floats;
        double[] trajectory = NpyArray.Golden("adam_trajectory").Values;
        using WorkerTeam team = new(1);
        using ParameterStore store = new(team);
        Parameter p = store.Add("p", 8, 8);
        store.Allocate();
        for (int i = 0; i < 8; i++) p.Value[i] = (float)trajectory[i];
        for (int step = 0; step < 10; step++)
        {
            gradients.AsSpan(8 * step, 8).CopyTo(new Span<float>(p.Gradient, 8));
            store.Step(0.05);
            double[] actual = [.. Enumerable.Range(0, 8).Select(i => (double)p.Value[i])];
            Numbers.Close(trajectory[(8 * (step + 1))..(8 * (step + 2))], actual, 1e-5, $"step {step}");
        }
    }
}
