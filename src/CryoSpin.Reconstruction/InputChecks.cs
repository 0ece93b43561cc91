using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Particles;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>Refuses what cannot be reconstructed, before any image is read.</summary>
internal static class InputChecks
{
    private const int FewestParticles = 20;
    private const int SmallestBox = 16;

    /// <summary>Refuses options out of their range or that cannot stand beside each other.</summary>
    /// <exception cref="ArgumentException">One of them cannot be used; the message names it as the command line does.</exception>
    public static void CheckOptions(MethodOptions method, RunResources resources)
    {
        ReconstructionOptions options = OptionCatalogue.Defaults with { Method = method, Resources = resources };
        foreach (RunOption option in OptionCatalogue.All)
        {
            string? mistake = null;
            if (option.Words(options) is { } words) option.With(options, words, out mistake);
            if (mistake is not null) throw new ArgumentException(mistake);
        }
        if (OptionCatalogue.Objection(options) is { } objection) throw new ArgumentException(objection);
    }

    /// <summary>Refuses too few particles, too small a box, and a largest shift or a mask that do not suit it.</summary>
    /// <param name="name">What messages call the particles.</param>
    /// <param name="count">Number of particles.</param>
    /// <param name="box">Width of the images as reconstructed, pixels.</param>
    /// <param name="pixelSizeAngstrom">Their pixel size.</param>
    /// <param name="method">What the method does with them.</param>
    /// <exception cref="InputException">They cannot be reconstructed.</exception>
    public static void CheckSizes(string name, int count, int box, double pixelSizeAngstrom, MethodOptions method)
    {
        if (count < FewestParticles)
        {
            throw new InputException(
                name, count == 1 ? "there is 1 particle." : $"there are {count} particles.", $"At least {FewestParticles} are needed; thousands are usual.");
        }
        if (box < SmallestBox) throw new InputException(name, $"the images are {box} pixels wide.", $"At least {SmallestBox} are needed.");
        if (!(method.MaxShiftPixels >= 0))
        {
            throw new InputException(name, Invariant($"a largest shift of {method.MaxShiftPixels} pixels is no distance."), "Give 0 or more.");
        }
        if (method.MaxShiftPixels > box / 4.0)
        {
            throw new InputException(
                name, Invariant($"a largest shift of {method.MaxShiftPixels} pixels is more than a quarter of the {box}-pixel box."),
                "Re-centre the particles, extract them in a larger box, or give a smaller --max-shift.");
        }
        double width = box * pixelSizeAngstrom;
        if (method.MaskDiameterAngstrom is { } mask && (mask > width || mask < 4 * pixelSizeAngstrom))
        {
            throw new InputException(
                name, Invariant($"a mask of {mask:0.#} Å does not suit a box of {width:0.#} Å."), "Give the particle's diameter with --mask-diameter.");
        }
    }

    /// <summary>Refuses particles from memory whose parts do not fit each other.</summary>
    /// <exception cref="ArgumentException">There are not as many transfer functions or half-sets as particles.</exception>
    /// <exception cref="InputException">A box that cannot be transformed, a pixel size that is none, or half-sets that are none.</exception>
    public static void CheckParts(ReconstructionInput input)
    {
        ArgumentNullException.ThrowIfNull(input.ReadImage, nameof(input));
        CheckLength(input.Ctf?.Length, input.Count, "transfer functions");
        CheckLength(input.HalfSet?.Length, input.Count, "half-sets");
        if (!double.IsFinite(input.PixelSizeAngstrom) || input.PixelSizeAngstrom <= 0)
        {
            throw new InputException(
                input.Name, Invariant($"the pixel size is {input.PixelSizeAngstrom} Å."), "Give the images' pixel size in angstrom, a number above 0.");
        }
        int box = input.BoxSize;
        if (box % 2 != 0 || !FourierSizes.IsGood(box))
        {
            throw new InputException(
                input.Name, $"the images are {box} pixels wide, which is not a usable box.",
                $"A box is even and has no prime factor above 7. Crop or pad the images to {FourierSizes.PreviousGood(box)} or {FourierSizes.NextGood(box)} pixels.");
        }
        CheckHalfSets(input);
    }

    /// <summary>Refuses folders that are not there: a run that wrote no checkpoint could not go on.</summary>
    /// <exception cref="CryoSpinException">One is missing.</exception>
    public static void CheckFolders(RunResources resources)
    {
        Exists(resources.CheckpointDirectory, "checkpoints");
        Exists(resources.ScratchDirectory, "the scratch file");

        static void Exists(string? folder, string what)
        {
            if (folder is not null && !Directory.Exists(folder)) throw new CryoSpinException($"{folder}: the folder for {what} is not there. Make it first.");
        }
    }

    private static void CheckHalfSets(ReconstructionInput input)
    {
        if (input.HalfSet is not { } half) return;
        if (Array.FindIndex(half, h => h is not (1 or 2)) is >= 0 and var odd)
        {
            throw new InputException(input.Name, $"the half-set of particle {odd + 1} is {half[odd]}.", "Give 1 or 2, or no half-sets to have them drawn.");
        }
        int one = half.Count(h => h == 1), two = half.Length - one;
        if (!HalfSetSplit.IsOneSided(one, two)) return;
        throw new InputException(
            input.Name, $"there are {one} particles in half-set 1 and {two} in half-set 2.", "Give halves of about equal size, or no half-sets to have them drawn.");
    }

    private static void CheckLength(int? length, int count, string what)
    {
        if (length is { } found && found != count) throw new ArgumentException($"There are {count} particles, but {found} {what}. Give one for each particle.");
    }
}
