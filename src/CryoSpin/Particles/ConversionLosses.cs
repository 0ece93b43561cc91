using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using CryoSpin.Particles.CryoSparc;
using static System.FormattableString;

namespace CryoSpin.Particles;

/// <summary>A form that particles are written in.</summary>
public enum ParticleForm
{
    /// <summary>RELION's star file.</summary>
    Relion,

    /// <summary>cryoSPARC's dataset.</summary>
    CryoSparc,

    /// <summary>cryoDRGN's pickles.</summary>
    CryoDrgn,
}

/// <summary>What a set of particles says and a program's files cannot say, so that nothing is lost without a word.</summary>
public static class ConversionLosses
{
    // What a dataset made of a star file says in fields of its own; csparc... are its own values on their way back.
    private static readonly string[] s_inCryoSparc =
    [
        "rlnImageName", "rlnOpticsGroup", "rlnImagePixelSize", "rlnPixelSize", "rlnDetectorPixelSize", "rlnMagnification", "rlnImageSize",
        "rlnImageDimensionality", "rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast", "rlnDefocusU", "rlnDefocusV",
        "rlnDefocusAngle", "rlnPhaseShift", "rlnCtfBfactor", "rlnCtfScalefactor", "rlnCtfMaxResolution", "rlnCtfFigureOfMerit",
        "rlnBeamTiltX", "rlnBeamTiltY", "rlnMagMat00", "rlnMagMat01", "rlnMagMat10", "rlnMagMat11", CryoSparcLocations.ScoreColumn,
    ];

    private static readonly string[] s_withPoses =
        [.. PoseColumns.Angles, .. PoseColumns.Origins, "rlnOriginX", "rlnOriginY", "rlnRandomSubset", "rlnClassNumber"];

    private static readonly string[] s_withPlaces =
        [CryoSparcLocations.MicrographColumn, CryoSparcLocations.XColumn, CryoSparcLocations.YColumn, CryoSparcLocations.PixelSizeColumn];

    // These have lines of their own.
    private static readonly string[] s_told = ["rlnCtfDataArePhaseFlipped", "rlnCtfDataAreCtfPremultiplied", "rlnOddZernike", "rlnEvenZernike"];

    // What a star file made of a dataset says.
    private static readonly string[] s_inRelion =
    [
        "uid", "blob", "ctf", "alignments3D", "location/micrograph_path", "location/micrograph_shape", "location/micrograph_uid",
        "location/exp_group_id", "location/center_x_frac", "location/center_y_frac", "location/micrograph_psize_A", "pick_stats/ncc_score",
    ];

    /// <summary>A sentence for each property that is lost, and for each that the other program takes for something else.</summary>
    /// <param name="set">What is written.</param>
    /// <param name="form">In which form.</param>
    public static IReadOnlyList<string> Of(ParticleSet set, ParticleForm form)
    {
        ArgumentNullException.ThrowIfNull(set);
        IEnumerable<string> lines = form switch
        {
            ParticleForm.Relion => OfRelion(set),
            // A dataset that came from cryoSPARC keeps every field.
            ParticleForm.CryoSparc => set.IsFromCryoSparc ? [] : OfCryoSparc(set),
            _ => OfCryoDrgn(set),
        };
        return [.. lines.Select(l => $"{set.Source}: {l}")];
    }

    private static IEnumerable<string> OfRelion(ParticleSet set)
    {
        if (Contrast(set, "RELION") is { } contrast) yield return contrast;
        int unposed = set.HasPoses ? Enumerable.Range(0, set.Count).Count(i => set.Pose(i) is null) : 0;
        if (unposed > 0)
        {
            yield return $"{Plural.Of(unposed, "particle")} without a pose {Plural.Choose(unposed, "is", "are")} written with angles of {PoseColumns.None}, which RELION takes for angles. "
                + "Leave particles without a pose out with --subset FILE before RELION uses the poses.";
        }
        if (LackOfOptics(set) is { } lack) yield return lack;
        foreach (string line in OfRecords(set)) yield return line;
    }

    /// <summary>That a star file of the particles lacks what RELION wants of every one; null where it has it.</summary>
    public static string? LackOfOptics(ParticleSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.OpticsGroups.All(g => double.IsFinite(g.VoltageKilovolts) && double.IsFinite(g.SphericalAberrationMillimeters))
            ? null
            : "voltage and spherical aberration are not known and not written. RELION 3.1 wants both in data_optics: add rlnVoltage and "
                + "rlnSphericalAberration, with the microscope's values.";
    }

    /// <summary>The fields of cryoSPARC that a star file has no columns for, in a sentence.</summary>
    internal static IEnumerable<string> OfDataset(ParticleSet set) => OfRecords(set).Select(l => $"{set.Source}: {l}");

    private static IEnumerable<string> OfRecords(ParticleSet set)
    {
        if (set.Data.CryoSparcRecords is not { } records) yield break;
        string[] groups =
        [
            .. records.Columns.Where(c => !s_inRelion.Contains(c) && !s_inRelion.Contains(c.Split('/')[0]) && !CryoSparcAlignment.IsAlignment(c))
                .Select(c => c.StartsWith("location/", StringComparison.Ordinal) ? c : c.Split('/')[0]).Distinct(),
        ];
        if (groups.Length > 0) yield return $"a star file has no columns for the fields {string.Join(", ", groups)}; they are left out.";
    }

    private static IEnumerable<string> OfCryoSparc(ParticleSet set)
    {
        foreach (string line in OfImages(set, "cryoSPARC")) yield return line;
        if (set.HasCtf && set.OpticsGroups.Any(g => g.OddZernike is not null || g.EvenZernike is not null))
        {
            yield return "the aberrations in rlnOddZernike and rlnEvenZernike are left out: cryoSPARC's fields for them are other terms. "
                + "Refine them there.";
        }
        if (set.HasPoses && set.RandomSubset(0) is not null && HalfSetSplit.Of(set, out _) is null)
        {
            yield return "rlnRandomSubset does not split the particles into two half-sets; cryoSPARC splits them anew.";
        }
        string[] said =
        [
            .. s_inCryoSparc, .. s_told, .. set.HasPoses ? s_withPoses : [], .. CryoSparcLocations.AreKnown(set) ? s_withPlaces : [],
            .. HasOwnGroupNames(set) ? Array.Empty<string>() : ["rlnOpticsGroupName"],
        ];
        string[] left = [.. Columns(set).Where(c => !said.Contains(c) && !c.StartsWith("csparc", StringComparison.Ordinal))];
        if (left.Length > 0) yield return $"a dataset of cryoSPARC has no fields for the columns {string.Join(", ", left)}; they are left out.";
        if (left.Contains(CryoSparcLocations.MicrographColumn))
        {
            yield return "without the places in micrographs, particles cannot be extracted again in cryoSPARC. It wants the micrographs' sizes, "
                + "which a star file does not state.";
        }
    }

    private static IEnumerable<string> OfCryoDrgn(ParticleSet set)
    {
        foreach (string line in OfImages(set, "cryoDRGN")) yield return line;
        if (Contrast(set, "cryoDRGN") is { } contrast) yield return contrast;
        if (set.HasCtf)
        {
            string[] lost = [.. LostOfCtf(set)];
            if (lost.Length > 0) yield return $"the CTFs of cryoDRGN know no {string.Join(", no ", lost)}; left out.";
        }
        if (set.RandomSubset(0) is not null) yield return "cryoDRGN knows no half-sets; rlnRandomSubset is left out.";
        if (!AreWholeStacks(set))
        {
            yield return "the particles are not all images of their stacks in order, and the pickles have one row for each particle. "
                + "Give cryoDRGN a star file of the same particles (-o), or a restacked copy (cryospin preprocess), and not the stacks.";
        }
    }

    // What was done to the images, which only RELION can say.
    private static IEnumerable<string> OfImages(ParticleSet set, string program)
    {
        int flipped = Count(set, g => g is { IsPhaseFlipped: true, IsPremultiplied: false }), premultiplied = Count(set, g => g.IsPremultiplied);
        if (flipped > 0)
        {
            yield return $"{Plural.Of(flipped, "image")} {Plural.Choose(flipped, "is", "are")} phase-flipped (rlnCtfDataArePhaseFlipped). {program} has no such flag and would flip the phases "
                + "once more. Give it images that are not flipped.";
        }
        if (premultiplied > 0)
        {
            yield return $"{Plural.Of(premultiplied, "image")} {Plural.Choose(premultiplied, "is", "are")} CTF-premultiplied (rlnCtfDataAreCtfPremultiplied). {program} has no such flag and would apply "
                + "the CTF once more. Give it images that are not multiplied.";
        }
    }

    private static IEnumerable<string> LostOfCtf(ParticleSet set)
    {
        CtfParameters[] ctfs = [.. Enumerable.Range(0, set.Count).Select(i => set.Ctf(i)!.Value)];
        if (ctfs.Any(c => c.Scale != 1)) yield return "scale factor";
        if (ctfs.Any(c => c.BFactorAngstromSquared != 0)) yield return "B-factor";
        if (set.OpticsGroups.Any(g => g.BeamTiltXMilliradians != 0 || g.BeamTiltYMilliradians != 0)) yield return "beam tilt";
        if (set.OpticsGroups.Any(g => g.OddZernike is not null || g.EvenZernike is not null)) yield return "higher aberrations";
        if (set.OpticsGroups.Any(g => !g.Magnification.IsIdentity)) yield return "anisotropic magnification";
    }

    private static string? Contrast(ParticleSet set, string program)
    {
        int dark = set.DarkParticles;
        if (dark == 0) return null;
        string which = dark == set.Count ? Plural.Choose(dark, "the image is", "the images are") : Invariant($"{dark} of {set.Count} images {Plural.Choose(dark, "is", "are")}");
        string consequence = dark == set.Count ? "would make a map of negative density" : "would add images of opposite contrast";
        return $"{which} dark on light (blob/sign -1). {program} takes all images for light on dark and {consequence}. "
            + "Write images of one contrast with cryospin preprocess.";
    }

    private static IEnumerable<string> Columns(ParticleSet set) =>
        set.Data.Particles.Columns.Concat(set.Data.Optics?.Columns ?? []).Distinct();

    // An exposure group's number is all that a dataset says of an optics group.
    private static bool HasOwnGroupNames(ParticleSet set) => set.OpticsGroups.Any(
        g => !g.Name.StartsWith(CryoSparcFields.GroupPrefix, StringComparison.Ordinal)
            && !g.Name.StartsWith("opticsGroup", StringComparison.Ordinal));

    private static int Count(ParticleSet set, Func<OpticsGroup, bool> has) => Enumerable.Range(0, set.Count).Count(i => has(set.Optics(i)));

    private static bool AreWholeStacks(ParticleSet set)
    {
        int stack = -1, next = 0;
        for (int i = 0; i < set.Count; i++)
        {
            if (set.StackOf(i) != stack) (stack, next) = (set.StackOf(i), 0);
            if (set.ImageIndex(i) != next++) return false;
        }
        return true;
    }
}
