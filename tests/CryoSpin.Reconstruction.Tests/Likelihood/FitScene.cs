using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Likelihood;

/// <summary>One image of the blob particle and a slice, and its misfit by the definition.</summary>
internal sealed class FitScene : IDisposable
{
    private readonly WorkerTeam _team = new(1);

    /// <param name="radius">Band, shells.</param>
    /// <param name="weight">Density of the particle; noise has variance 1 per pixel.</param>
    public FitScene(double radius = 7, double weight = 1)
    {
        Particle = BlobParticle.Lopsided(24, weight);
        Disc = new FrequencyDisc(radius);
        VolumeModel model = new(24, 4, 1000, _team);
        model.Set(Particle.Map(), radius);
        Lattice = model.Lattice;
        Image = new ImageOnDisc(Disc, 24);
        Slice = new SliceOnDisc(Disc);
        for (int p = 0; p < Disc.Count; p++)
        {
            // Some transfer function that changes sign, divided by the noise's standard deviation; 0 at the origin.
            Image.Ctf[p] = Disc.Shell[p] == 0 ? 0 : (float)(Math.Cos(0.4 * Disc.Shell[p] + 0.3) / 24);
        }
    }

    public BlobParticle Particle { get; }

    public FrequencyDisc Disc { get; }

    public FourierLattice Lattice { get; }

    public ImageOnDisc Image { get; }

    public SliceOnDisc Slice { get; }

    public void Dispose() => _team.Dispose();

    /// <summary>Makes the image that of a pose, from the closed form.</summary>
    public void Show(in Candidate pose, double noise, Random random)
    {
        for (int p = 0; p < Disc.Count; p++)
        {
            Complex data = Disc.Shell[p] == 0 ? 0 : Image.Ctf[p] * Particle.Slice(pose, Disc.Kx[p], Disc.Ky[p])
                + noise * Math.Sqrt(0.5) * new Complex(TinyDataset.Normal(random), TinyDataset.Normal(random));
            Image.Real[p] = (float)data.Real;
            Image.Imaginary[p] = (float)data.Imaginary;
        }
    }

    /// <summary>Fills the slice and its gradient.</summary>
    public void Sample(in Rotation rotation) => Slice.Sample(Lattice, rotation);

    /// <summary>Sum over the half plane of |c v - a e^(-i theta)|^2 - |a|^2, term by term in double precision.</summary>
    public double Misfit(in Rotation rotation, double x, double y)
    {
        float[] re = new float[Disc.PaddedCount], im = new float[Disc.PaddedCount];
        CentralSlice.Sample(Lattice, Disc, rotation, re, im);
        double sum = 0;
        for (int p = 0; p < Disc.Count; p++)
        {
            Complex data = new(Image.Real[p], Image.Imaginary[p]);
            Complex shifted = data * Complex.FromPolarCoordinates(1, -2 * Math.PI * (Disc.Kx[p] * x + Disc.Ky[p] * y) / 24);
            Complex residual = Image.Ctf[p] * new Complex(re[p], im[p]) - shifted;
            sum += residual.Magnitude * residual.Magnitude - data.Magnitude * data.Magnitude;
        }
        return sum;
    }
}
