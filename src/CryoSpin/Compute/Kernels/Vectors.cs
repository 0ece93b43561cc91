using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace CryoSpin.Compute.Kernels;

/// <summary>What vectors this processor has, or is allowed to use.</summary>
public static class Vectors
{
    /// <summary>Width of the widest, in bits: 512, 256 or 128; 0 where vectors are imitated by loops, many times slower.</summary>
    public static int Bits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>Whether a fused multiply-add rounds once; elsewhere it is a multiplication and an addition.</summary>
    public static bool AreFused => Fma.IsSupported || AdvSimd.IsSupported;
}
