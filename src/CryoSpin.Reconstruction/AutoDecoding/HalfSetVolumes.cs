using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>The two half-sets' volumes: each is solved from its own particles alone; only the FSC between them is shared.</summary>
/// <remarks>
/// Sums, lattice and padded transform of a large box are gigabytes. The sums of both half-sets must stand at once; the half-sets take turns
/// with one lattice and one transform.
/// </remarks>
internal sealed class HalfSetVolumes
{
    // Beyond these the ratio of signal to noise that follows from an FSC is meaningless.
    private const double LeastFsc = 0.01;
    private const double GreatestFsc = 0.9995;
    private readonly WorkerTeam _team;
    private readonly ParticleCache _cache;
    private readonly MapTransform _transform;
    private readonly BackProjection[] _sums;
    private float[] _latticeStorage;
    private SphericalMask _sphere;

    public HalfSetVolumes(ParticleCache cache, double maskDiameterAngstrom, WorkerTeam team)
    {
        (_cache, _team) = (cache, team);
        double radius = cache.Disc.Radius;
        _transform = new MapTransform(cache.Box, cache.PixelSizeAngstrom, VolumeModel.Oversampling, team);
        _sphere = new SphericalMask(cache.Box, cache.PixelSizeAngstrom, maskDiameterAngstrom, team);
        Mask = new VolumeMask(_sphere, null);
        _sums = [new BackProjection(radius, VolumeModel.Oversampling), new BackProjection(radius, VolumeModel.Oversampling)];
        _latticeStorage = new float[FourierLattice.LengthFor(radius, VolumeModel.Oversampling)];
        Insertion = new SliceInsertion(cache, team);
        Maps = [new Volume(cache.Box, cache.PixelSizeAngstrom), new Volume(cache.Box, cache.PixelSizeAngstrom)];
        Fsc = new FscCurve(cache.Box, cache.PixelSizeAngstrom, new double[cache.Box / 2 + 1]);
    }

    /// <summary>What the maps are multiplied with.</summary>
    public VolumeMask Mask { get; private set; }

    /// <summary>The masked, filtered map of half-set 1 and of half-set 2.</summary>
    public Volume[] Maps { get; }

    /// <summary>FSC between the masked, unfiltered half-maps of the last update.</summary>
    public FscCurve Fsc { get; private set; }

    /// <summary>The unfiltered, unmasked half-maps of the last update.</summary>
    public Volume[] Unfiltered { get; private set; } = [];

    /// <summary>Puts particles into sums.</summary>
    public SliceInsertion Insertion { get; }

    /// <summary>Begins both half-sets with a copy of one map, masked.</summary>
    public void Start(Volume map)
    {
        for (int h = 0; h < 2; h++)
        {
            Maps[h] = Copy(map);
            Mask.Apply(Maps[h]);
        }
    }

    /// <summary>Takes the maps, the FSC and the mask's shape of an interrupted run.</summary>
    public void Restore(IReadOnlyList<Volume> maps, IReadOnlyList<double> fsc, SoftMask? shape = null)
    {
        (Maps[0], Maps[1]) = (maps[0], maps[1]);
        Mask = new VolumeMask(_sphere, shape);
        Fsc = new FscCurve(_cache.Box, _cache.PixelSizeAngstrom, [.. fsc]);
    }

    /// <summary>Takes a narrower mask from here on, for the maps as they are too.</summary>
    public void Narrow(double maskDiameterAngstrom)
    {
        _sphere = new SphericalMask(_cache.Box, _cache.PixelSizeAngstrom, maskDiameterAngstrom, _team);
        Mask = Mask.Within(_sphere);
        foreach (Volume map in Maps) Mask.Apply(map);
    }

    /// <summary>
    /// Takes the shape that the last update's unfiltered half-maps show within the sphere, for the maps as they are too; false, and the mask
    /// stays, where they show none.
    /// </summary>
    /// <param name="resolutionAngstrom">Their resolution.</param>
    public bool TakeShape(double resolutionAngstrom)
    {
        if (SignalShape.Of(Unfiltered[0], Unfiltered[1], _sphere, resolutionAngstrom, _team) is not { } shape) return false;
        Mask = Mask.Shaped(shape);
        foreach (Volume map in Maps) Mask.Apply(map);
        return true;
    }

    /// <summary>The transform of a half-set's map up to a band; valid until the next call.</summary>
    public FourierLattice Lattice(int half, double bandShells) => Lattice(Maps[half], bandShells);

    /// <summary>The same of any map of this box.</summary>
    public FourierLattice Lattice(Volume map, double bandShells) => Lattice(map, bandShells, _latticeStorage);

    /// <summary>The same in memory of its own, so that it stays valid: for narrow bands.</summary>
    public FourierLattice LastingLattice(Volume map, double bandShells) => Lattice(map, bandShells, null);

    /// <summary>Gives the lattice's memory back: no more slices will be taken.</summary>
    public void EndSlicing() => _latticeStorage = [];

    /// <summary>A half-set's sum, emptied.</summary>
    public BackProjection EmptySum(int half)
    {
        _sums[half].Clear();
        return _sums[half];
    }

    /// <summary>Sums both half-sets anew from the poses as they stand, and solves.</summary>
    public void Update(PoseTable poses)
    {
        for (int h = 0; h < 2; h++) Insertion.InsertAll(EmptySum(h), poses, h);
        Solve();
    }

    /// <summary>Solves both volumes from their sums and filters them by their FSC.</summary>
    public void Solve()
    {
        double[][] weights = [_sums[0].MeanWeights(), _sums[1].MeanWeights()];
        Unfiltered = [.. Enumerable.Range(0, 2).Select(h => _transform.Reconstruct(_sums[h], LeastRidge(weights[h])))];
        Fsc = FourierShellCorrelation.Compute(Masked(Unfiltered[0]), Masked(Unfiltered[1]), team: _team);
        for (int h = 0; h < 2; h++)
        {
            Maps[h] = _transform.Reconstruct(_sums[h], Ridge(weights[h], 1));
            Mask.Apply(Maps[h]);
        }
    }

    /// <summary>
    /// The map from all particles, filtered by what the half-sets agree on, masked. The sums are joined: only <see cref="Update"/> and the
    /// other <see cref="Join(PoseTable, double)"/>, which fill them anew, can follow.
    /// </summary>
    public Volume Join()
    {
        _sums[0].Absorb(_sums[1], _team);
        return Joined(1);
    }

    /// <summary>The same without the filter, for half-sets that agree on nothing: it would be made of a correlation that is none.</summary>
    public Volume JoinUnfiltered()
    {
        _sums[0].Absorb(_sums[1], _team);
        Volume map = _transform.Reconstruct(_sums[0], LeastRidge(_sums[0].MeanWeights()));
        Mask.Apply(map);
        return map;
    }

    /// <summary>The same with all particles at other poses; the filter stays that of the half-sets' agreement.</summary>
    /// <param name="poses">The poses.</param>
    /// <param name="ratioGain">How many times the ratio of signal to noise is what the half-sets' agreement tells of it.</param>
    public Volume Join(PoseTable poses, double ratioGain = 1)
    {
        BackProjection sum = EmptySum(0);
        for (int h = 0; h < 2; h++) Insertion.InsertAll(sum, poses, h);
        return Joined(ratioGain);
    }

    private Volume Joined(double ratioGain)
    {
        // With twice the particles the ratio of signal to noise is twice that of a half-set.
        Volume map = _transform.Reconstruct(_sums[0], Ridge(_sums[0].MeanWeights(), 2 * ratioGain));
        Mask.Apply(map);
        return map;
    }

    private static double[] LeastRidge(double[] weights)
    {
        // Samples that no slice came near stay near zero instead of becoming a quotient of two tiny numbers.
        double share = Math.Pow(VolumeModel.Oversampling, 3);
        return [.. weights.Select(w => 1e-3 * share * w)];
    }

    private double[] Ridge(double[] weights, double sets)
    {
        double share = Math.Pow(VolumeModel.Oversampling, 3);
        double[] ridge = new double[Math.Min(weights.Length, Fsc.Values.Count)];
        bool ended = false;
        for (int s = 0; s < ridge.Length; s++)
        {
            double f = Math.Clamp(Fsc.Values[s], LeastFsc, GreatestFsc);
            ended |= s > 2 && Fsc.Values[s] < LeastFsc;
            ridge[s] = ended ? double.PositiveInfinity : share * weights[s] * (1 - f) / (f * sets);
        }
        return ridge;
    }

    private static Volume Copy(Volume map) => new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);

    private Volume Masked(Volume map)
    {
        Volume copy = Copy(map);
        Mask.Apply(copy);
        return copy;
    }

    private FourierLattice Lattice(Volume map, double bandShells, float[]? storage)
    {
        FourierLattice lattice = new(bandShells, VolumeModel.Oversampling, storage);
        _transform.ToLattice(map, lattice);
        return lattice;
    }
}
