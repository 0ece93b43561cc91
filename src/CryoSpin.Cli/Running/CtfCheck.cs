using CryoSpin.Diagnostics;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Running;

/// <summary>
/// Particles without CTFs, in verbs that make maps of them: a map of images whose CTF is unknown looks right and is not, so the user has to
/// say that there is none.
/// </summary>
internal static class CtfCheck
{
    /// <summary>The option by which the user says so.</summary>
    public const string Option = "--no-ctf";

    /// <summary>Refuses particles without CTFs, unless the user said that the images have none.</summary>
    /// <param name="set">The particles.</param>
    /// <returns>What is worth a line of the log.</returns>
    /// <exception cref="InputException">There are no CTF values.</exception>
    public static IReadOnlyList<string> Of(ParticleSet set)
    {
        if (set.HasUnusedCtf) return [$"The CTF values of {set.Source} are ignored, as {Option} asks: the images are taken as free of any CTF."];
        if (set.HasCtf || set.IsWithoutCtfAsAsked) return [];
        throw new InputException(set.Source, $"the particles have no CTF values: {Missing(set)}", Remedy(set));
    }

    private static string Missing(ParticleSet set) => set.IsFromCryoSparc
        ? "there are no fields ctf/df1_A, ctf/df2_A and ctf/df_angle_rad."
        : Path.GetExtension(set.Source).Equals(".star", StringComparison.OrdinalIgnoreCase)
            ? "there are no columns _rlnDefocusU, _rlnDefocusV and _rlnDefocusAngle."
            : "a stack of images holds none.";

    private static string Remedy(ParticleSet set)
    {
        string give = set.IsFromCryoSparc ? "Give the file that has them too (--passthrough FILE.cs)."
            : "Give the star file of the particles' extraction, which has defocus, voltage, spherical aberration and amplitude contrast.";
        return $"{give} If the images have no CTF, because they were corrected for it or simulated without one, say so with {Option}.";
    }
}
