using CryoSpin.Reconstruction;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Benchmarks.Ablations;

/// <summary>One variant of the default method.</summary>
/// <param name="Name">Short name, for --only.</param>
/// <param name="What">What differs from the default.</param>
/// <param name="Heads">Heads of the encoder.</param>
/// <param name="Settings">The method.</param>
internal sealed record Ablation(string Name, string What, int Heads, MethodSettings Settings)
{
    private static readonly MethodSettings Usual = new();

    private static readonly MethodSettings Amortized = Usual with
    {
        AutoEncoding = Usual.AutoEncoding! with { SearchShare = 0 },
        Proposals = SearchProposals.None,
    };

    private static MethodSettings Encoding(AutoEncodingSchedule schedule) => Amortized with { AutoEncoding = schedule };

    /// <summary>All variants, the default first.</summary>
    public static IReadOnlyList<Ablation> All { get; } =
    [
        new("default", "as shipped: 7 heads, both stages", 7, Usual),
        new("one-head", "1 head", 1, Usual),
        new("no-encoder", "search proposals only, no encoder", 7, Usual with { AutoEncoding = null }),
        new("encoder-400", "at most 400 steps of auto-encoding", 7, Usual with { AutoEncoding = new() { Steps = 400 } }),
        new("encoder-200", "at most 200 steps of auto-encoding", 7, Usual with { AutoEncoding = new() { Steps = 200 } }),
        new("encoder-100", "at most 100 steps of auto-encoding", 7, Usual with { AutoEncoding = new() { Steps = 100 } }),
        new("sphere", "the mask stays a sphere", 7, Usual with { ShapesMask = false }),
        new("shells-alike", "all shells of the band count alike in auto-decoding", 7, Usual with { Refinement = new() { WeighsShells = false } }),
        new("origins-wide", "origins from the band that rotations come from", 7, Usual with { Refinement = new() { RefinesOrigins = false } }),
        new("settled-kept", "particles whose modes have settled are not searched again", 7, Usual with { SearchesSettled = false }),
        new("own-share-kept", "a particle's own share in the map stays in its likelihoods", 7, Usual with { Refinement = new() { TakesOwnShare = false } }),
        new("no-renewal", "no search in auto-decoding", 7, Usual with { RenewsProposals = false }),
        new("rescue-all", "auto-encoding searches all real images", 7, Usual with { AutoEncoding = new() { SearchShare = 1 } }),
        new("stage-1-only", "auto-encoding only, no auto-decoding", 7, Usual with { DecodingPasses = 0 }),
        new("one-candidate", "one search proposal per particle, no encoder", 7, Usual with { AutoEncoding = null, Candidates = 1 }),
        new("no-marching", "search at 10 shells from the start", 7, Usual with { Search = Usual.Search with { FirstBand = 10 } }),
        new("heads-only", "encoder's candidates only (search only starts the volume)", 7, Amortized),
        new("heads-only-1", "the same with 1 head", 1, Amortized),
        new("heads-only-stage-1", "the same, 7 heads, auto-encoding only", 7, Amortized with { DecodingPasses = 0 }),
        new("heads-only-untrained", "the same with an untrained encoder", 7,
            Encoding(new() { SearchShare = 0, Steps = 2, LearningRate = 0 })),
        new("heads-only-no-copies", "the same without turned and mirrored copies", 7,
            Encoding(new() { SearchShare = 0, DihedralCopies = false })),
        new("heads-only-one-band", "the same, heads refined at 10 shells only", 7,
            Encoding(new() { SearchShare = 0, CoarseBand = 10 })),
        new("heads-only-real", "the same without synthetic examples", 7,
            Encoding(new() { SearchShare = 0, SyntheticShare = 0, WarmUpShare = 0 })),
        new("heads-only-hard", "the same, losing heads get no gradient", 7,
            Encoding(new() { SearchShare = 0, LosersShare = 0 })),
        new("random-start", "encoder and volume from the blob of one mini-batch of search at 3 shells", 7,
            Amortized with { Search = new SearchSchedule { Batches = 1 } }),
    ];
}
