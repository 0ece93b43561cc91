using CryoSpin.Diagnostics;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Running;

/// <summary>The particles of a file that have a pose, for verbs that can use no others.</summary>
internal static class PosedParticles
{
    /// <summary>Opens them and checks their values.</summary>
    /// <param name="path">The particle file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="log">Receives what is left out and what is odd.</param>
    /// <exception cref="InputException">They cannot be read, have no poses, or values that nothing can be computed with.</exception>
    public static ParticleSource Open(string path, ParticleLoadOptions options, Action<string> log)
    {
        ParticleSet set = ParticleSet.Load(path, options);
        if (!set.HasPoses)
        {
            string why = set.Warnings.Count > 0 ? " " + string.Join(' ', set.Warnings) : "";
            throw new InputException(path, $"the particles have no poses.{why}", NoPoses(set));
        }
        foreach (string line in CtfCheck.Of(set)) log(line);
        int[] unposed = [.. Enumerable.Range(0, set.Count).Where(i => set.Pose(i) is null)];
        if (unposed.Length > 0)
        {
            log($"warning: {path}: {unposed.Length} of {Plural.Of(set.Count, "particle")} {Plural.Choose(unposed.Length, "has no pose and is", "have no pose and are")} left out.");
            set = ParticleSet.Load(path, options with { Subset = ParticleSubset.Without(options.Subset, unposed) });
        }
        foreach (string line in ParticleReview.Values(set, ValueUse.All, options.DataDirectory)) log(line);
        return new ParticleSource(set);
    }

    private static string NoPoses(ParticleSet set) => set.IsFromCryoSparc
        ? "They are the fields alignments3D of a refinement: give its passthrough file too (--passthrough FILE.cs), or use reconstruct."
        : "They are the columns rlnAngleRot, rlnAngleTilt and rlnAnglePsi: give the file of a refinement, or use reconstruct.";
}
