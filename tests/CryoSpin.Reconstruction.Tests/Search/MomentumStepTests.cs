using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

public class MomentumStepTests
{
    // Ten million images make the prior's curvature vanish beside the data's.
    [Theory]
    [InlineData(150)]
    [InlineData(10_000_000)]
    public void The_evidence_rises_from_a_random_start(int images)
    {
        using WorkerTeam team = new(2);
        StochasticSearch search = Search(team, images, rate: 0.4);
        List<SearchReport> reports = [];
        search.Run(reports.Add, CancellationToken.None);
        double early = reports.Take(3).Average(r => r.MeanEvidence), late = reports.TakeLast(3).Average(r => r.MeanEvidence);
        Assert.True(late > early + 1, $"{early} to {late}");
        Assert.All(search.Model.Map.Voxels, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void A_map_that_explodes_ends_the_search()
    {
        using WorkerTeam team = new(2);
        StochasticSearch search = Search(team, images: 150, rate: 1e5);
        CryoSpinException e = Assert.Throws<CryoSpinException>(() => search.Run(_ => { }, CancellationToken.None));
        Assert.Contains("no longer a finite number (mini-batch ", e.Message, StringComparison.Ordinal);
    }

    private static StochasticSearch Search(WorkerTeam team, int images, double rate)
    {
        TinyDataset set = TinyDataset.OfPhantom(150);
        ParticleStore store = set.Load(team);
        double[] signal = SignalPower.PerShell(store, store.NoiseVariance);
        SearchSchedule schedule = new() { Batches = 30, BatchSize = 60, FirstBand = 4, LastBand = 4, MaxShiftPixels = 1.5, FirstEffectiveShare = 0.05 };
        MomentumStep step = new(4, images, 0.9, _ => rate, signal, team);
        return new StochasticSearch(store, schedule, set.MaskDiameterAngstrom, signal, PoseSpace.C1, new Random(1), team, step);
    }
}
