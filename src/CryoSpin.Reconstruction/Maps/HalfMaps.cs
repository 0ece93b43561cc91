using System.Numerics.Tensors;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>The maps of half-set 1 and half-set 2 after one solve, or the map that both begin with. Immutable.</summary>
internal sealed class HalfMaps
{
    private HalfMaps(IReadOnlyList<Volume> maps, VolumeMask mask, FscCurve? fsc, IReadOnlyList<Volume> unfiltered) =>
        (Maps, Mask, Fsc, Unfiltered) = (maps, mask, fsc, unfiltered);

    /// <summary>The filtered, masked map of half-set 1 and of half-set 2: what poses are compared with.</summary>
    public IReadOnlyList<Volume> Maps { get; }

    /// <summary>What they were multiplied with.</summary>
    public VolumeMask Mask { get; }

    /// <summary>FSC between the masked, unfiltered half-maps; null where both half-sets have the map that they begin with.</summary>
    public FscCurve? Fsc { get; }

    /// <summary>The unfiltered, unmasked half-maps; empty where they were not solved here.</summary>
    public IReadOnlyList<Volume> Unfiltered { get; }

    /// <summary>Both half-sets begin with one map, masked.</summary>
    public static HalfMaps Begin(Volume map, VolumeMask mask) => new([Masked(map, mask), Masked(map, mask)], mask, null, []);

    /// <summary>The maps of an interrupted run.</summary>
    /// <param name="maps">Filtered and masked.</param>
    /// <param name="mask">Their mask.</param>
    /// <param name="fsc">FSC that they were filtered by; null for the map that both began with.</param>
    public static HalfMaps Restored(IReadOnlyList<Volume> maps, VolumeMask mask, FscCurve? fsc) => new([.. maps], mask, fsc, []);

    /// <summary>The result of a solve.</summary>
    /// <param name="unfiltered">Unfiltered, unmasked half-maps.</param>
    /// <param name="filtered">Filtered, unmasked half-maps; they are masked in place.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="fsc">FSC of the masked, unfiltered half-maps.</param>
    public static HalfMaps Solved(Volume[] unfiltered, Volume[] filtered, VolumeMask mask, FscCurve fsc)
    {
        foreach (Volume map in filtered) mask.Apply(map);
        return new HalfMaps(filtered, mask, fsc, unfiltered);
    }

    /// <summary>These maps under another mask; the FSC stays that of the solve.</summary>
    public HalfMaps Under(VolumeMask mask) => new([Masked(Maps[0], mask), Masked(Maps[1], mask)], mask, Fsc, Unfiltered);

    /// <summary>A half-set's map as its particles' poses see it.</summary>
    /// <param name="half">0 or 1.</param>
    /// <param name="members">The half-set's particles.</param>
    public ReferenceMap Reference(int half, IReadOnlyList<int> members) => new(Maps[half], Fsc, IsOfBoth: false, Mask.Mean, members);

    /// <summary>A map of all particles as their poses see it.</summary>
    /// <param name="map">The map, filtered by these half-maps' FSC and masked.</param>
    /// <param name="particles">Number of particles.</param>
    public ReferenceMap ReferenceOfBoth(Volume map, int particles) =>
        new(map, Fsc, IsOfBoth: true, Mask.Mean, [.. Enumerable.Range(0, particles)]);

    /// <summary>The mean of the filtered half-maps.</summary>
    public Volume Mean()
    {
        Volume mean = new(Maps[0].Size, Maps[0].PixelSizeAngstrom);
        TensorPrimitives.Add(Maps[0].Voxels, Maps[1].Voxels, mean.Voxels);
        TensorPrimitives.Multiply(mean.Voxels, 0.5f, mean.Voxels);
        return mean;
    }

    private static Volume Masked(Volume map, VolumeMask mask)
    {
        Volume copy = new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);
        mask.Apply(copy);
        return copy;
    }
}
