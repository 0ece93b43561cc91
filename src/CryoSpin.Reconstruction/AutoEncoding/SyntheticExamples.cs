using System.Numerics.Tensors;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// Images with known poses: slices of the current volume in random directions with the optics of random particles, random shifts and noise.
/// They teach the encoder all of SO(3), evenly, at the price of a slice.
/// </summary>
internal sealed class SyntheticExamples(BandView view, int particles, double maxShiftPixels)
{
    /// <summary>Fills the buffers' data and transfer function with one example; the answer is returned.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="b">Buffers over the view's disc.</param>
    /// <param name="random">Source of the example.</param>
    /// <param name="noise">Standard deviation of the noise relative to the data's.</param>
    public Rotation Next(FourierLattice lattice, ImageOnDisc b, Random random, float noise)
    {
        view.Read(random.Next(particles), b);
        Rotation rotation = RandomRotations.Next(random);
        CentralSlice.Sample(lattice, view.Disc, rotation, b.Slice0, b.Slice1);
        TensorPrimitives.Multiply(b.Slice0, b.Ctf, b.DataReal);
        TensorPrimitives.Multiply(b.Slice1, b.Ctf, b.DataImaginary);
        double r = maxShiftPixels * Math.Sqrt(random.NextDouble()), angle = 2 * Math.PI * random.NextDouble();
        PhaseShift.Apply(b, -r * Math.Cos(angle), -r * Math.Sin(angle), b.Slice0, b.Slice1);
        for (int p = 0; p < view.Disc.Count; p++)
        {
            // Whitened noise: variance 1 per complex coefficient, half of it in each part.
            double radius = Math.Sqrt(-Math.Log(1 - random.NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            b.DataReal[p] = b.Slice0[p] + noise * (float)(radius * cos);
            b.DataImaginary[p] = b.Slice1[p] + noise * (float)(radius * sin);
        }
        return rotation;
    }
}
