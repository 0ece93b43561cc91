using CryoSpin.Evaluation;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>One map as poses see it: what they are compared with, how much of it is signal, and whom it was made of.</summary>
/// <param name="Map">The map, filtered and masked.</param>
/// <param name="HalfMapFsc">FSC of the half-maps that it was filtered by; null where none is known, as of the map that auto-decoding begins with.</param>
/// <param name="IsOfBoth">Whether it is made of both half-sets together, and has twice a half-map's ratio of signal to noise.</param>
/// <param name="MaskMean">Mean of the mask over the box, 0 to 1.</param>
/// <param name="Members">The particles that it was made of.</param>
internal sealed record ReferenceMap(Volume Map, FscCurve? HalfMapFsc, bool IsOfBoth, double MaskMean, IReadOnlyList<int> Members)
{
    /// <summary>The share of the map's power that is signal, where the half-maps' FSC is f.</summary>
    public static double SignalShare(double f, bool isOfBoth) => isOfBoth ? 2 * f / (1 + f) : f;

    /// <summary>The FSC of half-maps where a map has this share of signal: <see cref="SignalShare"/> solved for f.</summary>
    public static double FscFor(double share, bool isOfBoth) => isOfBoth ? share / (2 - share) : share;
}
