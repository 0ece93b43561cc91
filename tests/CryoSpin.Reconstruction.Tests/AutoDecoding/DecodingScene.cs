using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

/// <summary>True poses turned by 8 degrees and moved by a pixel, and the maps that follow from them.</summary>
internal sealed class DecodingScene
{
    public const double MaxShiftPixels = 3;
    private readonly TinyDataset _set;
    private readonly WorkerTeam _team;

    public DecodingScene(TinyDataset set, WorkerTeam team, string? scratchFolder = null)
    {
        (_set, _team) = (set, team);
        Store = set.Load(team, scratchFolder: scratchFolder);
        Random random = new(13);
        Poses = new CandidateTable([.. set.Poses.Select(p => new[] { TinyDataset.Perturbed(p, random, 8, 1) })], set.HalfSet, PoseSpace.C1);
        Tools = MapTools.For(Store, team);
        Maps = Tools.Solve(Poses, Sphere(set.MaskDiameterAngstrom));
    }

    public ParticleStore Store { get; }

    public CandidateTable Poses { get; }

    public MapTools Tools { get; }

    /// <summary>The maps of the poses as they were at first.</summary>
    public HalfMaps Maps { get; set; }

    public static RefinementOptions Refinement { get; } = new() { MaxShiftPixels = MaxShiftPixels };

    public AutoDecodingStage Stage(int passes) => new(Store, Poses, Tools, Maps, Refinement, _team) { MaxIterations = passes };

    public VolumeMask Sphere(double diameterAngstrom) => new(new SphericalMask(Store.Box, Store.PixelSizeAngstrom, diameterAngstrom, _team), null);

    /// <summary>The maps of the poses as they stand now.</summary>
    public HalfMaps Solve() => Tools.Solve(Poses, Maps.Mask);

    /// <summary>The transform of a half-set's map.</summary>
    public FourierLattice Lattice(int half, double band) => Tools.Slicer.Lattice(Maps.Maps[half], band);

    /// <summary>A search at 7 shells that proposes four poses.</summary>
    public ProposalRenewal Renewal() =>
        new(Store, new SearchSchedule { LastBand = 7, MaxShiftPixels = MaxShiftPixels }, 4, 30, PoseSpace.C1, 1, _team);

    public double MedianError(CandidateTable? table = null) => TinyDataset.Median(
        Enumerable.Range(0, _set.Count).Select(i => (table ?? Poses).Best(i).Rotation.AngleToDegrees(_set.Poses[i].Rotation)));

    /// <summary>Share of the particles with a candidate within some degrees of the truth.</summary>
    public double ShareFound(CandidateTable table, double degrees) => Enumerable.Range(0, _set.Count)
        .Count(i => table[i].ToArray().Any(c => c.Rotation.AngleToDegrees(_set.Poses[i].Rotation) < degrees)) / (double)_set.Count;
}
