using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Search;

public sealed class StochasticSearchTests : IDisposable
{
    private static readonly SearchSchedule s_schedule = new()
    {
        Batches = 14,
        BatchSize = 60,
        FirstBand = 4,
        LastBand = 4,
        MaxShiftPixels = 1.5,
        Memory = 0.8,
    };

    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(150));
    private readonly WorkerTeam _team = new(2);
    private readonly ParticleStore _store;

    public StochasticSearchTests() => _store = s_set.Value.Load(_team);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void The_evidence_rises_and_the_posterior_sharpens()
    {
        List<SearchReport> reports = [];
        StochasticSearch search = Make(s_schedule, 1);
        search.Run(reports.Add, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 14), reports.Select(r => r.Batch));
        Assert.All(reports, r => Assert.True(double.IsFinite(r.MeanEvidence) && r.MeanEffectivePoses >= 1 && r.ImagesPerSecond > 0));
        double early = reports.Take(3).Average(r => r.MeanEvidence), late = reports.TakeLast(3).Average(r => r.MeanEvidence);
        Assert.True(late > early + 1, $"{early} to {late}");
        Assert.True(reports[^1].MeanEffectivePoses < reports[0].MeanEffectivePoses);
        Assert.All(search.Model.Map.Voxels, v => Assert.True(float.IsFinite(v)));
        Assert.Contains(search.Model.Map.Voxels, v => v != 0);
    }

    [Fact]
    public void The_band_grows_as_scheduled()
    {
        SearchSchedule schedule = s_schedule with { Batches = 4, FirstBand = 3, LastBand = 5, MarchingShare = 0.5 };
        Assert.Equal([3, 4, 5, 5, 5], Enumerable.Range(0, 5).Select(schedule.BandAt));
        List<SearchReport> reports = [];
        StochasticSearch search = Make(schedule, 1);
        Assert.Equal(3, search.Model.Lattice.Radius);
        search.Run(reports.Add, CancellationToken.None);
        Assert.Equal([3, 4, 5, 5], reports.Select(r => r.BandShells));
        Assert.Equal(5, search.Model.Lattice.Radius);
        Assert.Equal(_store.Box * _store.PixelSizeAngstrom, search.Model.Map.Size * search.Model.Map.PixelSizeAngstrom, 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_another_map()
    {
        SearchSchedule schedule = s_schedule with { Batches = 3 };
        float[] a = Map(1), again = Map(1), b = Map(2);
        Assert.True(a.AsSpan().SequenceEqual(again));
        Assert.False(a.AsSpan().SequenceEqual(b));

        float[] Map(int seed)
        {
            StochasticSearch search = Make(schedule, seed);
            search.Run(_ => { }, CancellationToken.None);
            return search.Model.Map.Voxels;
        }
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_workers()
    {
        SearchSchedule schedule = s_schedule with { Batches = 4, FirstBand = 3, LastBand = 5, MarchingShare = 0.5 };
        float[] expected = Map(1);
        foreach (int workers in (int[])[2, 3]) Assert.True(expected.AsSpan().SequenceEqual(Map(workers)), $"{workers} workers");

        float[] Map(int workers)
        {
            using WorkerTeam team = new(workers);
            double[] signal = SignalPower.PerShell(_store, _store.NoiseVariance);
            StochasticSearch search = new(_store, schedule, s_set.Value.MaskDiameterAngstrom, signal, PoseSpace.C1, new Random(1), team);
            search.Run(_ => { }, CancellationToken.None);
            return search.Model.Map.Voxels;
        }
    }

    [Fact]
    public void A_search_goes_on_from_any_mini_batch_to_the_same_bytes()
    {
        // The band grows, the noise is annealed and the particles are shuffled anew.
        SearchSchedule schedule = s_schedule with { Batches = 8, FirstBand = 3, LastBand = 5, FirstEffectiveShare = 0.2 };
        List<Kept> kept = [];
        Kept expected = Searched(1, null, kept.Add);
        Assert.True(kept[0].State.FirstTemperature > 1);
        Assert.Equal(8, kept.Count);
        foreach (Kept from in kept.SkipLast(1))
        {
            // Another seed: nothing of the start that is drawn in vain may show.
            Kept resumed = Searched(99, from, _ => { });
            Assert.True(expected.Map.AsSpan().SequenceEqual(resumed.Map), $"after {from.State.Done} mini-batches");
            Assert.True(expected.Lattice.AsSpan().SequenceEqual(resumed.Lattice));
            Assert.True(expected.State.Sums.AsSpan().SequenceEqual(resumed.State.Sums));
            Assert.Equal(expected.Random, resumed.Random);
            Assert.Equal(expected.State.Order, resumed.State.Order);
            Assert.Equal((8, expected.State.Next), (resumed.State.Done, resumed.State.Next));
        }

        Kept Searched(ulong seed, Kept? from, Action<Kept> each)
        {
            SavedRandom random = new(seed);
            double[] signal = SignalPower.PerShell(_store, _store.NoiseVariance);
            StochasticSearch search = new(_store, schedule, s_set.Value.MaskDiameterAngstrom, signal, PoseSpace.C1, random, _team);
            if (from is not null)
            {
                random.State = from.Random;
                Volume map = new(search.Model.Map.Size, search.Model.Map.PixelSizeAngstrom, [.. from.Map]);
                search.Restore(from.State, map, from.Band, [.. from.Lattice]);
            }
            search.Run(_ => each(Now()), CancellationToken.None);
            return Now();

            Kept Now() => new(
                search.State with { Order = [.. search.State.Order], Sums = [.. search.State.Sums] }, [.. search.Model.Map.Voxels],
                search.Model.Lattice.Radius, [.. search.Model.Lattice.Values], random.State);
        }
    }

    [Fact]
    public void The_first_map_has_the_asked_share_of_the_data_power()
    {
        StochasticSearch search = Make(s_schedule with { StartPower = 0.1 }, 3);
        double[] signal = SignalPower.PerShell(_store, _store.NoiseVariance);
        CryoSpin.Projection.FourierLattice lattice = search.Model.Lattice;
        for (int shell = 1; shell <= 4; shell++)
        {
            double power = 0, count = 0;
            for (int z = -lattice.Half; z <= lattice.Half; z++)
            {
                for (int y = -lattice.Half; y <= lattice.Half; y++)
                {
                    for (int x = -lattice.Half; x <= lattice.Half; x++)
                    {
                        if ((int)Math.Round(Math.Sqrt(x * x + y * y + z * z) / VolumeModel.Oversampling) != shell) continue;
                        long at = lattice.IndexOf(x, y, z);
                        power += lattice.Values[at] * lattice.Values[at] + lattice.Values[at + 1] * lattice.Values[at + 1];
                        count++;
                    }
                }
            }
            Assert.Equal(0.1 * signal[shell], power / count, 1e-3 * signal[shell]);
        }
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.99, 3.0)]
    public void Old_sums_fade_as_the_memory_says(double memory, double expected)
    {
        // With next to no signal allowed all poses stay equally likely, each batch adds the same sum, and the map is proportional to it.
        double[] little = [.. Enumerable.Repeat(1e-4, _store.Disc.Extent + 2)];
        SearchSchedule schedule = s_schedule with { Batches = 5, BatchSize = 150, Memory = memory };
        StochasticSearch search = new(_store, schedule, s_set.Value.MaskDiameterAngstrom, little, PoseSpace.C1, new Random(1), _team);
        List<double> norms = [];
        search.Run(_ => norms.Add(Math.Sqrt(search.Model.Map.Voxels.Sum(v => (double)v * v))), CancellationToken.None);
        // The weight of n batches grows as 1, 1.5, 2, 2.5, 3 until the window is full.
        Assert.Equal(expected, norms[^1] / norms[0], 0.1 * expected);
    }

    [Fact]
    public void The_search_can_be_stopped()
    {
        using CancellationTokenSource source = new();
        int batches = 0;
        TinyDataset.AssertCancelled(() => Make(s_schedule, 1).Run(
            _ =>
            {
                if (++batches == 2) source.Cancel();
            },
            source.Token));
        Assert.Equal(2, batches);
    }

    private sealed record Kept(SearchState State, float[] Map, double Band, float[] Lattice, IReadOnlyList<ulong> Random);

    private StochasticSearch Make(SearchSchedule schedule, int seed) =>
        new(_store, schedule, s_set.Value.MaskDiameterAngstrom, SignalPower.PerShell(_store, _store.NoiseVariance), PoseSpace.C1, new Random(seed), _team);
}
