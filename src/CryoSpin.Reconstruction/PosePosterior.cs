using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>
/// How well each view direction of a map explains an image: the log likelihood over a grid of the rotation group and of shifts, of which
/// the greatest over in-plane turns and shifts is told for each view. For pictures of what a pose search has to choose from.
/// </summary>
/// <remarks>
/// The images are prepared as a run prepares them, with the noise level of a sample. A map in the middle of a run may have any scale
/// (filtered maps are too weak, networks have units of their own), so it is brought to the scale that fits the images best at given poses.
/// </remarks>
public sealed class PosePosterior : IDisposable
{
    private const int SampledImages = 300;
    private const int GridOrder = 3;
    private const int TurnsPerPass = 6;
    private const double ShiftSpacingPeriods = 0.235;
    private const double GreatestBand = 12;
    private readonly WorkerTeam _team;
    private readonly ParticleStore _store;
    private readonly int[] _sample;
    private readonly int _wanted;
    private readonly double _maxShiftPixels;

    private PosePosterior(WorkerTeam team, ParticleStore store, int[] sample, int wanted, double maxShiftPixels)
    {
        (_team, _store, _sample, _wanted, _maxShiftPixels) = (team, store, sample, wanted, maxShiftPixels);
    }

    /// <summary>View directions of the grid: unit vectors in the map's frame (row 2 of the rotations), 768 of equal area.</summary>
    public static IReadOnlyList<(double X, double Y, double Z)> Views { get; } =
    [
        .. So3Grid.Views(GridOrder).Select(v => new EulerAngles(v.Rot, v.Tilt, 0).ToRotation()).Select(r => (r.M20, r.M21, r.M22)),
    ];

    /// <summary>Reads some particles' images, and a sample of the others for the noise level.</summary>
    /// <param name="options">The run's options: preparation, threads, largest shift.</param>
    /// <param name="source">The particles.</param>
    /// <param name="particles">Indices, from 0, of those that will be asked for.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CryoSpin.Diagnostics.InputException">An image cannot be read.</exception>
    public static PosePosterior Open(
        ReconstructionOptions options, ParticleSource source, IReadOnlyList<int> particles, CancellationToken cancellation = default)
    {
        // What preparation has to say has been said by the run.
        SilentObserver silent = new();
        PreparedParticles prepared = PreparedParticles.Open(source, options.Images.ToPreparation());
        ReconstructionInput all = ReconstructionRun.InputOf(prepared, silent);
        int sampled = Math.Min(SampledImages, all.Count);
        int[] sample = [.. particles.Concat(Enumerable.Range(0, sampled).Select(i => (int)((long)i * all.Count / sampled))).Distinct()];
        ReconstructionInput few = all with
        {
            Count = sample.Length,
            ReadImage = (i, pixels) => all.ReadImage(sample[i], pixels),
            Ctf = all.Ctf is null ? null : [.. sample.Select(i => all.Ctf[i])],
            HalfSet = null,
        };
        WorkerTeam team = new(options.Resources.Threads);
        try
        {
            int[] halves = [.. sample.Select((_, i) => 1 + i % 2)];
            (ParticleStore store, _) = new ImagePreparation(few).Load(halves, null, team, silent, null, cancellation);
            return new PosePosterior(team, store, sample, particles.Distinct().Count(), options.Method.MaxShiftPixels);
        }
        catch
        {
            team.Dispose();
            throw;
        }
    }

    /// <summary>The posteriors of the particles named in <see cref="Open"/>, in that order.</summary>
    /// <param name="map">The map, in a box as wide in angstrom as the images.</param>
    /// <param name="bandShells">Frequencies to compare, shells; at most 12 and what map and images hold are used.</param>
    /// <param name="poses">Poses of all particles that the map goes with, for its scale; null entries are left out.</param>
    /// <returns>[particle][view]: the greatest log likelihood ratio to an empty map over in-plane turns and shifts.</returns>
    public IReadOnlyList<double[]> OverViews(Volume map, double bandShells, IReadOnlyList<Pose?> poses)
    {
        double band = Math.Max(1, Math.Min(Math.Min(bandShells, GreatestBand), Math.Min(map.Size / 2.0 - 1, _store.Disc.Radius)));
        FrequencyDisc disc = new(band);
        VolumeModel model = new(map.Size, map.PixelSizeAngstrom, map.Size * map.PixelSizeAngstrom, _team);
        Volume scaled = new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);
        model.Set(scaled, band);
        double scale = ScaleOf(model.Lattice, disc, poses);
        if (scale != 1)
        {
            TensorPrimitives.Multiply(scaled.Voxels, (float)scale, scaled.Voxels);
            model.Set(scaled, band);
        }
        return Search(model.Lattice, disc);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _team.Dispose();
    }

    private double[][] Search(FourierLattice lattice, FrequencyDisc disc)
    {
        ShiftGrid shifts = new(_maxShiftPixels, ShiftSpacingPeriods * _store.Box / disc.Radius, disc, _store.Box);
        Rotation[] grid = So3Grid.Healpix(GridOrder);
        int turns = So3Grid.InPlaneCount(GridOrder), views = So3Grid.ViewCount(GridOrder);
        double[][] best = [.. Enumerable.Range(0, _wanted).Select(_ => Enumerable.Repeat(double.NegativeInfinity, views).ToArray())];
        int[] wanted = [.. Enumerable.Range(0, _wanted)];
        DenseSearch search = new(disc, shifts, _team);
        BandView view = _store.View(disc);
        Rotation[] part = new Rotation[views * TurnsPerPass];
        // The whole grid's table of scores would take gigabytes: some in-plane turns at a time.
        for (int first = 0; first < turns; first += TurnsPerPass)
        {
            for (int i = 0; i < part.Length; i++) part[i] = grid[i / TurnsPerPass * turns + first + i % TurnsPerPass];
            search.SetModel(lattice, part);
            search.Score(view, wanted, (slot, _, scores, _, _) =>
            {
                double[] top = best[slot];
                for (int i = 0; i < scores.Length; i++)
                {
                    int v = i % part.Length / TurnsPerPass;
                    if (scores[i] > top[v]) top[v] = scores[i];
                }
            });
        }
        return best;
    }

    /// <summary>Least squares: sum conj(model) data / sum |model|^2 over the sample at its poses; 1 where that says nothing.</summary>
    private double ScaleOf(FourierLattice lattice, FrequencyDisc disc, IReadOnlyList<Pose?> poses)
    {
        int k = disc.PaddedCount;
        float[] re = new float[k], im = new float[k], ctf = new float[k], modelRe = new float[k], modelIm = new float[k];
        BandView view = _store.View(disc);
        double cross = 0, power = 0;
        for (int i = 0; i < _sample.Length; i++)
        {
            if (_sample[i] >= poses.Count || poses[_sample[i]] is not { } pose) continue;
            view.Read(i, re, im, ctf);
            CentralSlice.Sample(lattice, disc, pose.Rotation, modelRe, modelIm);
            double x = pose.OriginXAngstrom / _store.PixelSizeAngstrom, y = pose.OriginYAngstrom / _store.PixelSizeAngstrom;
            for (int p = 0; p < disc.Count; p++)
            {
                (double sin, double cos) = Math.SinCos(2 * Math.PI * (disc.Kx[p] * x + disc.Ky[p] * y) / _store.Box);
                double mr = ctf[p] * modelRe[p], mi = ctf[p] * modelIm[p];
                cross += mr * (re[p] * cos + im[p] * sin) + mi * (im[p] * cos - re[p] * sin);
                power += mr * mr + mi * mi;
            }
        }
        return cross > 0 && power > 0 ? cross / power : 1;
    }
}
