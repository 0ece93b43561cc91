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
    /// <summary>Makes one example; the answer is returned.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="image">Receives the example; over the view's disc.</param>
    /// <param name="random">Source of the example.</param>
    /// <param name="noise">Standard deviation of the noise relative to the data's.</param>
    public Rotation Next(FourierLattice lattice, ImageOnDisc image, Random random, float noise)
    {
        // Of this particle only the transfer function stays.
        image.Read(view, random.Next(particles));
        Rotation rotation = RandomRotations.Next(random);
        CentralSlice.Sample(lattice, view.Disc, rotation, image.Real, image.Imaginary);
        TensorPrimitives.Multiply(image.Real, image.Ctf, image.Real);
        TensorPrimitives.Multiply(image.Imaginary, image.Ctf, image.Imaginary);
        double r = maxShiftPixels * Math.Sqrt(random.NextDouble()), angle = 2 * Math.PI * random.NextDouble();
        PhaseShift.Apply(image, -r * Math.Cos(angle), -r * Math.Sin(angle), image.Real, image.Imaginary);
        for (int p = 0; p < view.Disc.Count; p++)
        {
            // Whitened noise: variance 1 per complex coefficient, half of it in each part.
            double radius = Math.Sqrt(-Math.Log(1 - random.NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            image.Real[p] += noise * (float)(radius * cos);
            image.Imaginary[p] += noise * (float)(radius * sin);
        }
        return rotation;
    }
}
