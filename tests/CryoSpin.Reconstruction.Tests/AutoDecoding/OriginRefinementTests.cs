using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public sealed class OriginRefinementTests : IDisposable
{
    private const int Box = 32;
    private const double Band = 15;
    private const double MaxShiftPixels = 3;
    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(100, Box, snr: 0.5));
    private readonly WorkerTeam _team = new(2);
    private readonly ParticleStore _store;

    public OriginRefinementTests() => _store = s_set.Value.Load(_team);

    public void Dispose()
    {
        _store.Dispose();
        _team.Dispose();
    }

    [Fact]
    public void Where_the_outer_shells_of_a_map_are_noise_origins_are_better_without_them()
    {
        FourierLattice lattice = NoisyBeyond(11);
        OriginRefinement origins = For(FallingAfter(11), lattice, ofBoth: false, weighs: false)!;
        ImageOnDisc image = new(new FrequencyDisc(Band), Box);
        BandView view = _store.View(image.Disc);
        PoseRefiner wide = new(lattice, image);
        Random random = new(6);
        double before = 0, after = 0;
        ForEach((i, record) =>
        {
            Candidate truth = s_set.Value.Poses[i];
            image.Read(view, i);
            Candidate found = wide.Refine(TinyDataset.Perturbed(truth, random, 2, 0.5), PoseRefinementLimits.Wide(MaxShiftPixels));
            Candidate rival = TinyDataset.RandomPose(random, 1) with { LogLikelihood = -3 };
            Candidate[] moved = origins.Refine(i, record, [found, rival], 0);
            // Which pose wins, and with what weight, is the wide band's affair.
            Assert.Equal([(found.Rotation, found.LogLikelihood), (rival.Rotation, rival.LogLikelihood)], moved.Select(m => (m.Rotation, m.LogLikelihood)));
            before += Square(found, truth);
            after += Square(moved[0], truth);
        });
        Assert.InRange(Math.Sqrt(after / before), 0.2, 0.8);
    }

    [Fact]
    public void A_map_of_both_half_sets_is_half_signal_farther_out()
    {
        // Half-maps that correlate by 0.4: of each 0.4 is signal, of both together 0.57.
        FourierLattice lattice = s_set.Value.Model(_team, Band).Lattice;
        FscCurve fsc = new(Box, 6, [.. Enumerable.Range(0, Box / 2 + 1).Select(s => s < 11 ? 1 : 0.4)]);
        Assert.NotNull(For(fsc, lattice, ofBoth: false));
        Assert.Null(For(fsc, lattice));
    }

    [Fact]
    public void Centred_particles_and_maps_without_noise_need_no_band_of_their_own()
    {
        FourierLattice lattice = s_set.Value.Model(_team, Band).Lattice;
        Assert.NotNull(For(FallingAfter(11), lattice));
        Assert.Null(For(FallingAfter(11), lattice, maxShift: 0));
        Assert.Null(For(FallingAfter(15), lattice));
        // Of the map that auto-decoding begins with nothing is known.
        Assert.Null(For(null, lattice));
        // A coarse map's band is not made narrower still.
        Assert.Null(For(FallingAfter(5), s_set.Value.Model(_team, 10).Lattice));
    }

    [Fact]
    public void Auto_decoding_and_joint_refinement_use_it_unless_told_otherwise()
    {
        (Candidate[] With, Candidate[] Without) decoded = (Decoded(true, false), Decoded(false, false)), joint = (Decoded(true, true), Decoded(false, true));
        Assert.NotEqual(decoded.With.Select(p => p.OriginX), decoded.Without.Select(p => p.OriginX));
        Assert.NotEqual(joint.With.Select(p => p.OriginX), joint.Without.Select(p => p.OriginX));
    }

    private OriginRefinement? For(
        FscCurve? fsc, FourierLattice lattice, bool ofBoth = true, bool weighs = true, double maxShift = MaxShiftPixels) => OriginRefinement.For(
        _store, new ReferenceMap(s_set.Value.Truth, fsc, ofBoth, 1, []), lattice,
        new RefinementOptions { WeighsShells = weighs, MaxShiftPixels = maxShift }, _team.Workers);

    private static FscCurve FallingAfter(int shell) => new(Box, 6, [.. Enumerable.Range(0, Box / 2 + 1).Select(s => s <= shell ? 1.0 : 0.1)]);

    private static double Square(in Candidate a, in Candidate b) =>
        (a.OriginX - b.OriginX) * (a.OriginX - b.OriginX) + (a.OriginY - b.OriginY) * (a.OriginY - b.OriginY);

    private void ForEach(ParticleAction action)
    {
        for (int h = 0; h < 2; h++)
        {
            _store.Pass(h, chunk =>
            {
                for (int r = 0; r < chunk.Count; r++) action(_store.ParticleAt(chunk.First + r), chunk[r]);
            });
        }
    }

    /// <summary>The true map's transform, with noise of four times the signal's amplitude beyond a shell.</summary>
    private FourierLattice NoisyBeyond(int shell)
    {
        FourierLattice lattice = s_set.Value.Model(_team, Band).Lattice;
        Random random = new(9);
        List<long> beyond = [];
        for (int z = -lattice.Half; z <= lattice.Half; z++)
        {
            for (int y = -lattice.Half; y <= lattice.Half; y++)
            {
                for (int x = -lattice.Half; x <= lattice.Half; x++)
                {
                    if (Math.Sqrt((x * x) + (y * y) + (z * z)) > shell * lattice.Oversampling) beyond.Add(lattice.IndexOf(x, y, z));
                }
            }
        }
        double scale = Math.Sqrt(beyond.Average(p => (double)lattice.Values[p] * lattice.Values[p]));
        foreach (long p in beyond)
        {
            for (int channel = 0; channel < 2; channel++) lattice.Values[p + channel] += (float)(4 * scale * TinyDataset.Normal(random));
        }
        return lattice;
    }

    private Candidate[] Decoded(bool refinesOrigins, bool jointly)
    {
        TinyDataset set = s_set.Value;
        DecodingScene scene = new(set, _team);
        DecodingState state = new(Band, scene.Poses.Count) { Iteration = 2, Choice = CandidateChoice.Likely };
        RefinementOptions options = new() { MaxShiftPixels = MaxShiftPixels, RefinesOrigins = refinesOrigins };
        if (jointly)
        {
            JointRefinement joint = new(scene.Store, scene.Tools, scene.Maps, options, _team);
            CandidateTable table = joint.Run(scene.Poses, scene.Maps.Maps[0], state, (_, _, _) => { }, CancellationToken.None);
            return [.. Enumerable.Range(0, table.Count).Select(i => table.Best(i))];
        }
        AutoDecodingStage stage = new(scene.Store, scene.Poses, scene.Tools, scene.Maps, options, _team) { MaxIterations = 2 };
        stage.Run(state, _ => { }, _ => { }, CancellationToken.None);
        return [.. Enumerable.Range(0, scene.Poses.Count).Select(i => scene.Poses.Best(i))];
    }

    private delegate void ParticleAction(int particle, ReadOnlySpan<Half> record);
}
