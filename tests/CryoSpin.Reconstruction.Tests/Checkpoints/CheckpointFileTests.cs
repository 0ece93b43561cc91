using System.Security.Cryptography;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private static readonly InputFingerprint Input = new([("--seed", "1"), ("the stack a.mrcs", "12 bytes")]);
    private readonly string _folder = Directory.CreateTempSubdirectory("cryospin-test-").FullName;

    private string File1 => Path.Combine(_folder, "checkpoint-0001.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Every_number_comes_back_exactly(int stage)
    {
        RunState state = State(stage);
        CheckpointFile.Write(File1, Input, state);
        (InputFingerprint input, RunState read) = CheckpointFile.Read(File1);
        Assert.Null(input.Difference(Input));
        Assert.Equal(state.Random, read.Random);
        Assert.Equal(state.Course with { Times = [] }, read.Course with { Times = [] });
        Assert.Equal(state.Course.Times, read.Course.Times);
        Assert.Equal(Bits(state.Map.Voxels), Bits(read.Map.Voxels));
        Assert.Equal((state.Map.PixelSizeAngstrom, state.Band, state.Proposed), (read.Map.PixelSizeAngstrom, read.Band, read.Proposed));
        Assert.Equal(Bits(state.Lattice), Bits(read.Lattice));
        Assert.Equal(state.Candidates is null, read.Candidates is null);
        if (state.Candidates is not null) Assert.All(state.Candidates.Zip(read.Candidates!), pair => Assert.Equal(pair.First, pair.Second));
        Assert.Equal(state.Stage, read.Stage);
        Assert.Equal(state.Search is null, read.Search is null);
        if (state.Search is { } was && read.Search is { } found)
        {
            Assert.Equal((was.Done, was.FirstTemperature, was.Next), (found.Done, found.FirstTemperature, found.Next));
            Assert.Equal(was.Order, found.Order);
            Assert.Equal(Bits(was.Sums), Bits(found.Sums));
            Assert.Equal(was.Found, found.Found);
        }
        if (state.Decoding is not { } a || read.Decoding is not { } b) return;
        Assert.Equal((a.Iteration, a.Band, a.Choice, a.Still, a.BestShell, a.Ended, a.Done), (b.Iteration, b.Band, b.Choice, b.Still, b.BestShell, b.Ended, b.Done));
        Assert.Equal(a.Likelihood, b.Likelihood);
        Assert.Equal(a.Change, b.Change);
        Assert.Equal(state.MaskDiameterAngstrom, read.MaskDiameterAngstrom);
        Assert.Equal(state.Fsc, read.Fsc);
        Assert.Equal(state.MaskShape, read.MaskShape);
        Assert.All(state.HalfMaps!.Zip(read.HalfMaps!), pair => Assert.Equal(Bits(pair.First.Voxels), Bits(pair.Second.Voxels)));
    }

    [Fact]
    public void A_state_of_the_search_says_which_mini_batch_comes_next() => Assert.Equal("mini-batch 4 of the search", State(4).Stage);

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void No_damage_goes_unseen(int stage)
    {
        CheckpointFile.Write(File1, Input, State(stage));
        byte[] whole = File.ReadAllBytes(File1);
        for (int at = 0; at < whole.Length; at += 97)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 4;
            File.WriteAllBytes(File1, damaged);
            Assert.Throws<CheckpointFormatException>(() => CheckpointFile.Read(File1));
        }
        foreach (int length in (int[])[0, 5, 31, 32, 33, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(File1, whole[..length]);
            Assert.Throws<CheckpointFormatException>(() => CheckpointFile.Read(File1));
        }
    }

    [Fact]
    public void Another_format_is_refused_by_its_number()
    {
        CheckpointFile.Write(File1, Input, State(0));
        byte[] bytes = File.ReadAllBytes(File1);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), CheckpointFile.Version - 1);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).CopyTo(bytes, bytes.Length - 32);
        File.WriteAllBytes(File1, bytes);
        CheckpointFormatException fault = Assert.Throws<CheckpointFormatException>(() => CheckpointFile.Read(File1));
        Assert.Contains($"format {CheckpointFile.Version - 1}", fault.Message);
    }

    [Fact]
    public void The_newest_and_the_one_before_are_kept_and_a_damaged_one_is_passed_over()
    {
        for (int stage = 0; stage < 3; stage++) CheckpointFolder.Write(_folder, Input, State(stage));
        Assert.Equal(["checkpoint-0002.bin", "checkpoint-0003.bin"], Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order());
        List<string> log = [];
        Assert.NotNull(CheckpointFolder.Newest(_folder, log.Add)!.Value.State.Decoding);
        Assert.Empty(log);
        using (FileStream file = File.OpenWrite(Path.Combine(_folder, "checkpoint-0003.bin"))) file.SetLength(100);
        Assert.Null(CheckpointFolder.Newest(_folder, log.Add)!.Value.State.Decoding);
        Assert.Contains("checkpoint-0003.bin", Assert.Single(log));
        // The next one gets a number of its own, and the damaged one is not the older of two that are kept for ever.
        CheckpointFolder.Write(_folder, Input, State(2));
        CheckpointFolder.Write(_folder, Input, State(2));
        Assert.Equal(["checkpoint-0004.bin", "checkpoint-0005.bin"], Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void Clearing_leaves_what_is_not_a_checkpoint()
    {
        CheckpointFolder.Write(_folder, Input, State(0));
        foreach (string name in (string[])[".checkpoint-0002.bin.abc.tmp", "checkpoint-mine.bin", "map.mrc"])
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }
        CheckpointFolder.Clear(_folder);
        Assert.Equal(["checkpoint-mine.bin", "map.mrc"], Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void A_difference_is_named_with_both_values()
    {
        InputFingerprint other = new([("--seed", "2"), ("the stack b.mrcs", "12 bytes")]);
        string difference = Input.Difference(other)!;
        Assert.Contains("--seed (1 then, 2 now)", difference);
        Assert.Contains("the stack a.mrcs (12 bytes then, none now)", difference);
        Assert.Contains("the stack b.mrcs (none then, 12 bytes now)", difference);
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    /// <summary>Stage 0: after the search; 1: among the proposals; 2: within a pass of auto-decoding; 4 and 5: within the search.</summary>
    private static RunState State(int stage)
    {
        Random random = new(stage);
        RunState state = new()
        {
            Random = [1, ulong.MaxValue, 3, 4],
            Course = new RunCourse(1L << 40, 12, TimeSpan.FromTicks(123456789), [new PhaseTime("search", 0.1, 0.19), new PhaseTime("loading", 1 / 3.0)]),
            Map = Map(6),
            Band = 4.7,
            Lattice = [.. Enumerable.Range(0, 50).Select(_ => random.NextSingle()), float.NaN, -0f, float.Epsilon],
        };
        if (stage == 0) return state;
        if (stage >= 4)
        {
            return state with
            {
                Starts = new StartsState
                {
                    Rejections = 2,
                    Rejected =
                    [
                        new RejectedImage(1, RejectionReason.NoParticle, 0) { ParticleProbability = 1 / 3.0 },
                        new RejectedImage(5, RejectionReason.Unexplained, 0) { ParticleProbability = 0 },
                    ],
                    Finished = [new FinishedStart { Map = Map(4), Band = 1.5, Lattice = [1, -0f, 3], Poses = [Fit(), Fit()] }],
                },
                Search = new SearchState
                {
                    Evidence = [-3.5, 1 / 7.0, 12],
                    FirstTemperature = 1 / 3.0,
                    Order = [2, 0, 3, 1],
                    Next = 3,
                    Sums = [.. Enumerable.Range(0, 70).Select(_ => random.NextSingle()), float.NaN, -0f, float.Epsilon],
                    // Stage 5 is of a run with snapshots.
                    Found = stage == 5 ? [[Fit()], [], [Fit()], []] : null,
                },
            };
        }
        Candidate[][] candidates = [[Fit(), Fit(), Fit()], [], [Fit()]];
        state = state with { Candidates = candidates, Proposed = 2 };
        if (stage == 1) return state;
        return state with
        {
            MaskDiameterAngstrom = 1 / 7.0,
            // Stage 3 has a shape, the others a sphere.
            MaskShape = stage == 3 ? Map(8).Voxels : null,
            HalfMaps = [Map(8), Map(8)],
            Fsc = [1, 0.75, 1.0 / 3],
            Decoding = new DecodingState(5.3, 3)
            {
                Iteration = 4,
                Choice = CandidateChoice.Best,
                Still = 1,
                BestShell = 7.1,
                Done = 2,
                Widenings = 3,
                Likelihood = [0.1, double.NaN, -3],
                Change = [1e-300, 2, 3],
            },
        };

        Volume Map(int size) => new(size, 1.1, [.. Enumerable.Range(0, size * size * size).Select(_ => random.NextSingle())]);
        Candidate Fit() => new(RandomRotations.Next(random), random.NextDouble(), -random.NextDouble(), 100 * random.NextDouble());
    }
}
