using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection.Kernels;

namespace CryoSpin.Projection;

/// <summary>
/// Central slices of a lattice: value(kx, ky) = lattice(A^T (kx, ky, 0)), trilinear. All arrays are over a disc's padded list.
/// </summary>
internal static class CentralSlice
{
    /// <summary>Samples one slice.</summary>
    /// <param name="lattice">The map's transform.</param>
    /// <param name="disc">The frequencies; radius at most the lattice's.</param>
    /// <param name="rotation">Pose A.</param>
    /// <param name="channel0">Channel 0 (real part), overwritten.</param>
    /// <param name="channel1">Channel 1 (imaginary part), overwritten.</param>
    public static void Sample(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, Span<float> channel0, Span<float> channel1)
    {
        rotation.ThrowIfNotRotation();
        if (Vector256.IsHardwareAccelerated) SliceKernel<Lanes8>.Sample(lattice, disc, rotation, channel0, channel1);
        else SliceKernel<Lanes4>.Sample(lattice, disc, rotation, channel0, channel1);
    }

    /// <summary>
    /// Samples one slice and what its derivative in a left perturbation exp([w]x) A needs, per channel: g (along) and t (turn), with
    /// d/dwx = -ky g, d/dwy = kx g, d/dwz = t, per radian.
    /// </summary>
    /// <param name="lattice">The map's transform.</param>
    /// <param name="disc">The frequencies.</param>
    /// <param name="rotation">Pose A.</param>
    /// <param name="channel0">Channel 0.</param>
    /// <param name="channel1">Channel 1.</param>
    /// <param name="along0">g of channel 0: derivative per shell along the view direction.</param>
    /// <param name="along1">g of channel 1.</param>
    /// <param name="turn0">t of channel 0.</param>
    /// <param name="turn1">t of channel 1.</param>
    public static void SampleWithGradient(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, Span<float> channel0, Span<float> channel1,
        Span<float> along0, Span<float> along1, Span<float> turn0, Span<float> turn1)
    {
        rotation.ThrowIfNotRotation();
        if (Vector256.IsHardwareAccelerated)
            SliceKernel<Lanes8>.SampleWithGradient(lattice, disc, rotation, channel0, channel1, along0, along1, turn0, turn1);
        else
            SliceKernel<Lanes4>.SampleWithGradient(lattice, disc, rotation, channel0, channel1, along0, along1, turn0, turn1);
    }

    /// <summary>
    /// Adds the transpose of <see cref="Sample"/>: lattice += S^T (channel0, channel1), so that for every lattice V and slice y
    /// &lt;Sample(V), y&gt; = &lt;V, Insert(y)&gt; over the disc's entries. The padding of the spans is ignored.
    /// </summary>
    /// <param name="lattice">Sum of gradients; both channels are added to. Not thread-safe: one per worker.</param>
    /// <param name="disc">The frequencies; radius at most the lattice's.</param>
    /// <param name="rotation">Pose A.</param>
    /// <param name="channel0">Values for channel 0, over the disc's padded list.</param>
    /// <param name="channel1">Values for channel 1.</param>
    public static void Insert(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> channel0, ReadOnlySpan<float> channel1)
    {
        rotation.ThrowIfNotRotation();
        if (Vector256.IsHardwareAccelerated) AdjointKernel<Lanes8>.Insert(lattice, disc, rotation, channel0, channel1);
        else AdjointKernel<Lanes4>.Insert(lattice, disc, rotation, channel0, channel1);
    }
}
