using CryoSpin.Compute;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

public class MomentumStepTests
{
    [Fact]
    public void The_evidence_rises_from_a_random_start()
    {
        using WorkerTeam team = new(2);
        TinyDataset set = TinyDataset.OfPhantom(150);
        ParticleCache cache = set.Load(team);
        double[] signal = SignalPower.PerShell(cache, cache.NoiseVariance);
        SearchSchedule schedule = new() { Batches = 30, BatchSize = 60, FirstBand = 4, LastBand = 4, MaxShiftPixels = 1.5, FirstEffectiveShare = 0.05 };
        MomentumStep step = new(4, cache.Count, 0.9, _ => 0.4, signal, team);
        StochasticSearch search = new(cache, schedule, set.MaskDiameterAngstrom, signal, new Random(1), team, step);
        List<SearchReport> reports = [];
        search.Run(reports.Add, CancellationToken.None);
        double early = reports.Take(3).Average(r => r.MeanEvidence), late = reports.TakeLast(3).Average(r => r.MeanEvidence);
        Assert.True(late > early + 1, $"{early} to {late}");
        Assert.All(search.Model.Map.Voxels, v => Assert.True(float.IsFinite(v)));
    }
}
