using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CryoSpin.Optics;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>What the result of a run on images from memory depends on, as its checkpoints keep it.</summary>
internal static class MemoryFingerprint
{
    // Enough to notice other images, and read in a moment.
    private const int SampledImages = 64;

    /// <summary>Takes the fingerprint: the options that matter, sizes, half-sets, transfer functions, and a sample of the images.</summary>
    public static InputFingerprint Of(ReconstructionInput input, MethodOptions method)
    {
        ReconstructionOptions options = OptionCatalogue.Defaults with { Method = method };
        return new InputFingerprint(
        [
            .. OptionCatalogue.All.Where(o => o.Effect == OptionEffect.Result).Select(o => (o.Name, o.Show(options))),
            ("the largest shift in pixels", Text(method.MaxShiftPixels)),
            ("the number of particles", Text(input.Count)),
            ("the box", Text(input.BoxSize)),
            ("the pixel size", Text(input.PixelSizeAngstrom)),
            ("the half-sets", input.HalfSet is { } half ? Hash(MemoryMarshal.AsBytes<int>(half)) : "drawn"),
            ("the transfer functions", input.Ctf is { } ctf ? Hash(MemoryMarshal.AsBytes<double>(Values(ctf, input))) : "none"),
            ("a sample of the images", Sample(input)),
        ]);
    }

    /// <summary>Two values of each function, at a quarter and half of Nyquist, off the axes.</summary>
    private static double[] Values(ContrastTransferFunction[] ctf, ReconstructionInput input)
    {
        double nyquist = 0.5 / input.PixelSizeAngstrom;
        return [.. ctf.SelectMany(c => (double[])[c.Evaluate(0.25 * nyquist, 0.1 * nyquist), c.Evaluate(-0.2 * nyquist, 0.5 * nyquist)])];
    }

    private static string Sample(ReconstructionInput input)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] pixels = new float[input.BoxSize * input.BoxSize];
        int sampled = Math.Min(SampledImages, input.Count);
        for (int i = 0; i < sampled; i++)
        {
            input.ReadImage((int)((long)i * input.Count / sampled), pixels);
            hash.AppendData(MemoryMarshal.AsBytes<float>(pixels));
        }
        return Short(hash.GetHashAndReset());
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Short(SHA256.HashData(bytes));

    private static string Short(byte[] hash) => "SHA-256 " + Convert.ToHexStringLower(hash)[..16];

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
