using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Tests.Volumes;

/// <summary>A volume, some poses, and a linear functional of its slices, whose gradients are compared with differences.</summary>
internal sealed class VolumeScene
{
    public VolumeScene(ILearnedVolume volume, int slices, int seed)
    {
        Random random = new(seed);
        Volume = volume;
        Rotations = [.. Enumerable.Range(0, slices).Select(_ => RandomRotations.Next(random))];
        int length = slices * volume.Disc.PaddedCount;
        (Real, Imaginary) = (new float[length], new float[length]);
        WeightReal = [.. Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1))];
        WeightImaginary = [.. Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1))];
        Turns = new RotationVector[slices];
    }

    public ILearnedVolume Volume { get; }

    public Rotation[] Rotations { get; }

    public float[] Real { get; }

    public float[] Imaginary { get; }

    public float[] WeightReal { get; }

    public float[] WeightImaginary { get; }

    public RotationVector[] Turns { get; }

    public static NetworkVolume Network(WorkerTeam team, double radius = 5, int seed = 4) => new(
        16, new FrequencyDisc(radius), new SineShape(2, 16), new SineShape(3, 32), new Random(seed), team);

    /// <summary>The functional at given poses.</summary>
    public double Value(Rotation[] rotations)
    {
        Volume.Slice(rotations, rotations.Length, Real, Imaginary);
        double sum = 0;
        for (int i = 0; i < Real.Length; i++) sum += (double)WeightReal[i] * Real[i] + (double)WeightImaginary[i] * Imaginary[i];
        return sum;
    }

    public void Backward() => Volume.Backward(Rotations, Rotations.Length, WeightReal, WeightImaginary, Turns);
}
