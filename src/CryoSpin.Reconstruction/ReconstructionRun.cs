using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>A reconstruction from particles to map and poses.</summary>
public static class ReconstructionRun
{
    private const int FewestParticles = 20;
    private const int SmallestBox = 16;

    /// <summary>Runs the preset that the options ask for.</summary>
    /// <param name="options">What the user asked.</param>
    /// <param name="source">The particles.</param>
    /// <param name="observer">Receives progress, metrics and log lines.</param>
    /// <param name="cancellation">Stops the run cleanly.</param>
    /// <exception cref="InputException">The particles cannot be reconstructed; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ReconstructionOutcome Run(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation = default)
    {
        ReconstructionInput input = InputOf(source);
        Check(input, options);
        foreach (string warning in source.Warnings) observer.Log("warning: " + warning);
        using WorkerTeam team = new(options.Threads);
        return options.Preset == ReconstructionPreset.Paper
            ? PaperPreset.Run(input, options, observer, team, cancellation)
            : new DefaultReconstruction(input, options, new MethodSettings(), observer, team).Run(cancellation);
    }

    /// <summary>The particles of a source, free of file formats.</summary>
    internal static ReconstructionInput InputOf(ParticleSource source)
    {
        ParticleSet set = source.Set;
        int[] all = [.. Enumerable.Range(0, set.Count)];
        ContrastTransferFunction[]? ctf = set.HasCtf ? [.. all.Select(i => new ContrastTransferFunction(set.Optics(i), set.Ctf(i)!.Value))] : null;
        int[]? half = all.All(i => set.RandomSubset(i) is 1 or 2) ? [.. all.Select(i => set.RandomSubset(i)!.Value)] : null;
        return new ReconstructionInput(set.Count, set.BoxSize, set.PixelSizeAngstrom, source.ReadImage, ctf, half)
        {
            Name = set.Source,
        };
    }

    private static void Check(ReconstructionInput input, ReconstructionOptions options)
    {
        if (input.Count < FewestParticles)
        {
            throw new InputException(
                input.Name, $"there are {input.Count} particles.", $"At least {FewestParticles} are needed; thousands are usual.");
        }
        if (input.BoxSize % 2 != 0 || !FourierSizes.IsGood(input.BoxSize))
        {
            throw new InputException(
                input.Name, $"the images are {input.BoxSize} pixels wide.",
                "The box must be even with no prime factor above 7: rescale the stack, e.g. relion_image_handler --new_box "
                + $"{FourierSizes.NextGood(input.BoxSize)}.");
        }
        if (input.BoxSize < SmallestBox)
        {
            throw new InputException(input.Name, $"the images are {input.BoxSize} pixels wide.", $"At least {SmallestBox} are needed.");
        }
        if (options.MaxShiftPixels > input.BoxSize / 4.0)
        {
            throw new InputException(
                input.Name, $"a largest shift of {options.MaxShiftPixels} pixels is more than a quarter of the {input.BoxSize}-pixel box.",
                "Re-centre the particles, extract them in a larger box, or give a smaller --max-shift.");
        }
        double box = input.BoxSize * input.PixelSizeAngstrom;
        if (options.MaskDiameterAngstrom is { } mask && (mask > box || mask < 4 * input.PixelSizeAngstrom))
        {
            throw new InputException(
                input.Name, $"a mask of {mask} A does not suit a box of {box:F0} A.", "Give the particle's diameter with --mask-diameter.");
        }
    }
}
