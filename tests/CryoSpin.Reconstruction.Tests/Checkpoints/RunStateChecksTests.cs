using System.Security.Cryptography;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Checkpoints;

/// <summary>A checkpoint whose checksum is right may still have been made by hand: no number of it is believed unseen.</summary>
public sealed class RunStateChecksTests
{
    private const int Particles = 3;
    private const int Box = 16;
    private static readonly Candidate Good = new(new EulerAngles(10, 30, 50).ToRotation(), 1, -1, 5);

    // Longer than so small a box: it ends at the images' last shell.
    private static readonly SearchSchedule s_schedule = new() { Batches = 10, FirstBand = 3, LastBand = 30 };

    [Fact]
    public void A_state_of_the_run_passes()
    {
        RunStateChecks checks = new(Particles, Box, s_schedule);
        checks.Check(State());
        checks.Check(Searching());
        checks.Check(Searching(s => s with { Found = null }));
        Assert.Throws<CheckpointFormatException>(() => checks.Check(Searching(null, s_schedule with { LastBand = 3.5 })));
    }

    [Fact]
    public void What_cannot_be_of_the_run_is_refused()
    {
        RunState good = State();
        RunState[] wrong =
        [
            good with { Random = [0, 0, 0, 0] },
            good with { Course = good.Course with { Metrics = -1 } },
            good with { Course = good.Course with { Times = [new PhaseTime("search", double.NaN)] } },
            good with { Map = new Volume(32, 2) },
            good with { Map = new Volume(8, double.PositiveInfinity) },
            good with { Band = double.NaN },
            good with { Band = 1e9 },
            good with { Lattice = good.Lattice[1..] },
            good with { Lattice = [.. good.Lattice[1..], float.NaN] },
            good with { Candidates = [[Good], [Good]] },
            good with { Candidates = [[Good], [], [Good]] },
            good with { Proposed = 4 },
            good with { MaskDiameterAngstrom = double.NaN },
            good with { MaskShape = new float[7] },
            good with { HalfMaps = [new Volume(8, 2), new Volume(Box, 2)] },
            good with { HalfMaps = null },
            good with { Fsc = [1, 0.5] },
            good with { Fsc = [.. Enumerable.Repeat(double.NaN, Box / 2 + 1)] },
            .. Searches(),
            Searching() with { Candidates = [[], [], []] },
            Searching() with { Proposed = 1 },
            Searching() with { Map = new Volume(8, 2) },
            Searching() with { Band = 3, Lattice = new float[FourierLattice.LengthFor(3, VolumeModel.Oversampling)] },
            .. Rotations().Select(r => Searching(s => s with { Found = [[], [Good with { Rotation = r }], []] })),
            .. Rotations().Select(r => good with { Candidates = [[Good], [Good with { Rotation = r }], [Good]] }),
            .. new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity }.Select(
                l => good with { Candidates = [[Good], [Good with { LogLikelihood = l }], [Good]] }),
            .. new[] { double.NaN, 1e5, double.NegativeInfinity }.Select(o => good with { Candidates = [[Good], [Good with { OriginY = o }], [Good]] }),
            .. Decodings().Select(d => good with { Decoding = d }),
        ];
        for (int i = 0; i < wrong.Length; i++)
        {
            RunState state = wrong[i];
            bool refused = Record.Exception(() => new RunStateChecks(Particles, Box, s_schedule).Check(state)) is CheckpointFormatException;
            Assert.True(refused, $"state {i} passes");
        }
    }

    [Fact]
    public void Kernels_are_not_given_what_is_no_rotation()
    {
        FourierLattice lattice = new(4, 2);
        FrequencyDisc disc = new(4);
        float[] values = new float[disc.PaddedCount];
        BackProjection sum = new(4, 2);
        using Compute.WorkerTeam team = new(1);
        foreach (Rotation wrong in Rotations())
        {
            Assert.Throws<ArgumentException>(() => CentralSlice.Sample(lattice, disc, wrong, values, values));
            Assert.Throws<ArgumentException>(
                () => CentralSlice.SampleWithGradient(lattice, disc, wrong, values, values, values, values, values, values));
            Assert.Throws<ArgumentException>(() => CentralSlice.Insert(lattice, disc, wrong, values, values));
            Assert.Throws<ArgumentException>(() => sum.Insert(disc, wrong, values, values, values));
            Assert.Throws<ArgumentException>(() => new SliceBatch(disc, 1, team).SetRotation(0, wrong));
            Assert.Throws<ArgumentException>(() => new TransposeBatch(disc, 1, team).SetRotation(0, wrong));
        }
    }

    // Every four bytes in turn become the largest and the smallest number, with a checksum that is right.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkpoint_with_any_number_changed_is_read_or_refused_but_nothing_else(bool searching)
    {
        SearchSchedule schedule = s_schedule with { LastBand = 3.5 };
        RunState state = searching ? Searching(null, schedule) : State();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cryospin-test-");
        try
        {
            string path = Path.Combine(folder.FullName, "checkpoint-0001.bin");
            CheckpointFile.Write(path, new InputFingerprint([("--seed", "1")]), state);
            byte[] whole = File.ReadAllBytes(path);
            // The maps are long and all alike; the poses stand before those of the half-sets, or at the end, after the search's sums.
            int poses = searching ? whole.Length - 36 : whole.Length - 32 - 9 * 8 - 2 * (4 * Box * Box * Box + 16);
            int search = searching ? poses - 200 - 4 * state.Search!.Sums.Length : 0;
            bool Dense(int at) => at < 300 || (at > poses - (searching ? 240 : 800) && at < poses + 8) || (at > search - 120 && at < search);
            for (int at = 12; at < whole.Length - 36; at += Dense(at) ? 1 : 1009)
            {
                foreach (int word in (int[])[int.MaxValue, -1, 1 << 28])
                {
                    byte[] changed = [.. whole];
                    BitConverter.TryWriteBytes(changed.AsSpan(at), word);
                    SHA256.HashData(changed.AsSpan(0, changed.Length - 32)).CopyTo(changed, changed.Length - 32);
                    File.WriteAllBytes(path, changed);
                    Exception? fault = Record.Exception(() => new RunStateChecks(Particles, Box, schedule).Check(CheckpointFile.Read(path).State));
                    Assert.True(fault is null or CheckpointFormatException, $"{word} at byte {at}: {fault}");
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<Rotation> Rotations()
    {
        Rotation r = Good.Rotation;
        yield return default;
        yield return r with { M01 = double.NaN };
        yield return r with { M12 = r.M12 + 1e-3 };
        yield return new Rotation(1e5, 0, 0, 0, 1e5, 0, 0, 0, 1e5);
        yield return new Rotation(1, 0, 0, 0, 1, 0, 0, 0, -1);
        yield return new Rotation(1, 0, 0, 1, 0, 0, 0, 0, 1);
    }

    private static IEnumerable<DecodingState> Decodings()
    {
        yield return new DecodingState(double.NaN, Particles);
        yield return new DecodingState(100, Particles);
        yield return new DecodingState(4, Particles) { Iteration = 0 };
        yield return new DecodingState(4, Particles) { Choice = (CandidateChoice)99 };
        yield return new DecodingState(4, Particles) { Done = 4 };
        yield return new DecodingState(4, Particles) { Done = -1 };
        yield return new DecodingState(4, Particles) { Widenings = -1 };
        yield return new DecodingState(4, Particles) { Widenings = 9 };
        yield return new DecodingState(4, Particles) { BestShell = double.PositiveInfinity };
        yield return new DecodingState(4, Particles) { Change = [0, double.PositiveInfinity, 0] };
    }

    private static IEnumerable<RunState> Searches()
    {
        yield return Searching(s => s with { Evidence = [] });
        yield return Searching(s => s with { Evidence = new double[10] });
        yield return Searching(s => s with { Evidence = new double[5] });
        yield return Searching(s => s with { Evidence = [1, 2, double.NaN, 3] });
        yield return Searching(s => s with { FirstTemperature = double.NaN });
        yield return Searching(s => s with { FirstTemperature = 0.5 });
        yield return Searching(s => s with { Order = [] });
        yield return Searching(s => s with { Order = [0, 1, 2, 3], Found = null });
        yield return Searching(s => s with { Order = [0, 2, 2] });
        yield return Searching(s => s with { Order = [0, 3, 1] });
        yield return Searching(s => s with { Order = [0, -1, 1] });
        yield return Searching(s => s with { Next = -1 });
        yield return Searching(s => s with { Next = 4 });
        yield return Searching(s => s with { Sums = s.Sums[4..] });
        yield return Searching(s => s with { Sums = [.. s.Sums[1..], float.PositiveInfinity] });
        yield return Searching(s => s with { Found = [[], []] });
        yield return Searching(s => s with { Found = [[], [Good, Good], []] });
        yield return Searching(s => s with { Found = [[], [Good with { OriginX = 1e5 }], []] });
    }

    /// <summary>In the middle of the search; all of it the run's but for a change.</summary>
    private static RunState Searching(Func<SearchState, SearchState>? change = null, SearchSchedule? planned = null)
    {
        const int Done = 4;
        SearchSchedule schedule = (planned ?? s_schedule).Within(ImagePreparation.RadiusFor(Box));
        double band = schedule.BandAt(Done);
        SearchState search = new()
        {
            Evidence = new double[Done],
            FirstTemperature = 2,
            Order = [2, 0, 1],
            Next = 3,
            Sums = new float[BackProjection.LengthFor(schedule.LastBand, VolumeModel.Oversampling)],
            Found = [[Good], [], [Good]],
        };
        return State() with
        {
            Map = new Volume(VolumeModel.BoxFor(schedule.LastBand, Box), 2),
            Band = band,
            Lattice = new float[FourierLattice.LengthFor(band, VolumeModel.Oversampling)],
            Search = change?.Invoke(search) ?? search,
            Candidates = null,
            Proposed = 0,
            Decoding = null,
        };
    }

    private static RunState State() => new()
    {
        Random = [1, 2, 3, 4],
        Course = new RunCourse(100, 5, TimeSpan.FromMinutes(1), [new PhaseTime("search", 1)]),
        Map = new Volume(8, 2),
        Band = 2,
        Lattice = new float[FourierLattice.LengthFor(2, VolumeModel.Oversampling)],
        Candidates = [[Good], [Good, Good], [Good]],
        Proposed = 3,
        Decoding = new DecodingState(4, Particles) { Likelihood = [1, double.NaN, 3] },
        MaskDiameterAngstrom = 20,
        HalfMaps = [new Volume(Box, 2), new Volume(Box, 2)],
        Fsc = new double[Box / 2 + 1],
    };
}
