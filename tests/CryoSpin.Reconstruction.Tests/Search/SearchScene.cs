using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

/// <summary>Phantom images, the phantom's lattice, and scores of poses by double loops.</summary>
internal sealed class SearchScene : IDisposable
{
    public SearchScene(int particles, double band = 5, int workers = 2, double snr = 0.5, double maxShift = 1.5)
    {
        Team = new WorkerTeam(workers);
        Set = TinyDataset.OfPhantom(particles, snr: snr, maxShift: maxShift);
        Store = Set.Load(Team);
        Disc = new FrequencyDisc(band);
        View = Store.View(Disc);
        Lattice = Set.Model(Team, band).Lattice;
    }

    public WorkerTeam Team { get; }

    public TinyDataset Set { get; }

    public ParticleStore Store { get; }

    public FrequencyDisc Disc { get; }

    public BandView View { get; }

    public FourierLattice Lattice { get; }

    public void Dispose() => Team.Dispose();

    /// <summary>One image's whitened data and transfer function, without padding.</summary>
    public (Complex[] Data, double[] Ctf) Read(int particle)
    {
        float[] re = new float[Disc.PaddedCount], im = new float[Disc.PaddedCount], ctf = new float[Disc.PaddedCount];
        View.Read(particle, re, im, ctf);
        return (
            [.. Enumerable.Range(0, Disc.Count).Select(p => new Complex(re[p], im[p]))],
            [.. ctf.Take(Disc.Count).Select(c => (double)c)]);
    }

    /// <summary>The map's slice, without padding.</summary>
    public Complex[] Slice(in Rotation rotation)
    {
        float[] re = new float[Disc.PaddedCount], im = new float[Disc.PaddedCount];
        CentralSlice.Sample(Lattice, Disc, rotation, re, im);
        return [.. Enumerable.Range(0, Disc.Count).Select(p => new Complex(re[p], im[p]))];
    }

    /// <summary>Data shifted by +origin.</summary>
    public Complex[] Shifted(Complex[] data, double x, double y) => [.. data.Select((d, p) =>
        d * Complex.FromPolarCoordinates(1, -2 * Math.PI * (Disc.Kx[p] * x + Disc.Ky[p] * y) / Set.Box))];

    /// <summary>sum |a|^2 - |a - c v|^2 by the definition.</summary>
    public double LogLikelihood(int particle, in Rotation rotation, double x, double y)
    {
        (Complex[] data, double[] ctf) = Read(particle);
        Complex[] shifted = Shifted(data, x, y), slice = Slice(rotation);
        double sum = 0;
        for (int p = 0; p < data.Length; p++)
        {
            sum += Math.Pow(shifted[p].Magnitude, 2) - Math.Pow((shifted[p] - ctf[p] * slice[p]).Magnitude, 2);
        }
        return sum;
    }

    public ShiftGrid Shifts(double radius, double spacing) => new(radius, spacing, Disc, Set.Box);
}
