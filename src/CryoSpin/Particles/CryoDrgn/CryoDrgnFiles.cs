using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.IO.Star;
using CryoSpin.Optics;

namespace CryoSpin.Particles.CryoDrgn;

/// <summary>
/// cryoDRGN's pose.pkl (rotations N x 3 x 3 and translations N x 2 as fractions of the box) and ctf.pkl (N x 9: box, pixel size, defocus
/// U, V
/// and angle, kilovolts, Cs in millimetres, amplitude contrast, phase shift in degrees), as pickled NumPy arrays of single precision.
/// Its rotation is the pose's matrix, its translation RELION's origin over the width of the box, with the same sign.
/// </summary>
public static class CryoDrgnFiles
{
    private const int CtfColumns = 9;

    /// <summary>Writes pose.pkl.</summary>
    /// <param name="set">Particles that have poses.</param>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <exception cref="CryoSpinException">The particles lack poses or the box's size, or the file cannot be written.</exception>
    public static void WritePoses(ParticleSet set, string path)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (!set.HasPoses) throw Lacks(set, "poses (rlnAngleRot, rlnAngleTilt, rlnAnglePsi)", path);
        RequireBox(set, path);
        float[] rotations = new float[9 * set.Count], shifts = new float[2 * set.Count];
        for (int i = 0; i < set.Count; i++)
        {
            Pose pose = set.Pose(i) ?? throw new InputException(
                set.Where(i), $"the particle has no pose, which {path} must state for every one.",
                "Leave particles without a pose out: --subset FILE, with the indices of the others.");
            Rotation r = pose.Rotation;
            ReadOnlySpan<double> m = [r.M00, r.M01, r.M02, r.M10, r.M11, r.M12, r.M20, r.M21, r.M22];
            for (int k = 0; k < 9; k++) rotations[9 * i + k] = (float)m[k];
            double width = set.Optics(i).BoxSize * set.Optics(i).PixelSizeAngstrom;
            shifts[2 * i] = Single(set, i, pose.OriginXAngstrom / width);
            shifts[2 * i + 1] = Single(set, i, pose.OriginYAngstrom / width);
        }
        PickleWriter.Write(path, TypedArray.Of(rotations, set.Count, 3, 3), TypedArray.Of(shifts, set.Count, 2));
    }

    /// <summary>Writes ctf.pkl.</summary>
    /// <param name="set">Particles that have CTFs.</param>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <exception cref="CryoSpinException">The particles lack CTFs or the box's size, or the file cannot be written.</exception>
    public static void WriteCtf(ParticleSet set, string path)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (!set.HasCtf) throw Lacks(set, "defoci (rlnDefocusU, rlnDefocusV, rlnDefocusAngle)", path);
        RequireBox(set, path);
        float[] values = new float[CtfColumns * set.Count];
        for (int i = 0; i < set.Count; i++)
        {
            OpticsGroup o = set.Optics(i);
            CtfParameters c = set.Ctf(i)!.Value;
            ReadOnlySpan<double> row =
            [
                o.BoxSize, o.PixelSizeAngstrom, c.DefocusUAngstrom, c.DefocusVAngstrom, c.AstigmatismAngleDegrees, o.VoltageKilovolts,
                o.SphericalAberrationMillimeters, o.AmplitudeContrast, c.PhaseShiftDegrees,
            ];
            for (int k = 0; k < CtfColumns; k++) values[CtfColumns * i + k] = Single(set, i, row[k]);
        }
        PickleWriter.Write(path, TypedArray.Of(values, set.Count, CtfColumns));
    }

    /// <summary>
    /// Makes particles of cryoDRGN's files: the images of one or more stacks in their order, and one row of each pickle per image. Where
    /// the
    /// stacks were downsampled, the pixel size follows from the box that ctf.pkl states, as in cryoDRGN.
    /// </summary>
    /// <param name="images">A stack (.mrcs, .mrc, .st), or a star or .cs file whose images are meant and whose poses and CTFs are
    /// replaced.</param>
    /// <param name="pickles">pose.pkl, ctf.pkl or both, in any order: told apart by their shapes.</param>
    /// <param name="options">How to read the images; a pixel size given here beats ctf.pkl's.</param>
    /// <exception cref="InputException">A file cannot be read, or the numbers of particles differ.</exception>
    public static ParticleSet Load(string images, IReadOnlyList<string> pickles, ParticleLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pickles);
        options ??= new ParticleLoadOptions();
        // The pickles have a row for every image: a subset is taken afterwards.
        ParticleSet set = ParticleSet.Load(images, options with { Subset = null });
        StarTable particles = set.Data.Particles.Copy("particles");
        StarTable? optics = set.Data.Optics;
        if (set.Data.File.Find("optics") is null && set.StackPaths is [var stack] && stack == images)
        {
            particles.SetColumn(ImageNames.Column, [.. particles.GetTexts(ImageNames.Column).Select(RelionStackName.Of)]);
        }
        CryoDrgnPickle[] read = [.. pickles.Select(p => CryoDrgnPickle.Read(p, set))];
        foreach (CryoDrgnPickle pickle in read.Where(r => r.Ctf is not null))
        {
            optics = CryoDrgnTables.SetCtf(particles, pickle, set, options);
        }
        double[] widths = CryoDrgnTables.Widths(particles, optics, set);
        foreach (CryoDrgnPickle pickle in read.Where(r => r.Ctf is null)) CryoDrgnTables.SetPoses(particles, pickle, widths);
        StarFile file = new(images);
        if (optics is not null) file.Add(optics);
        file.Add(particles);
        // A bare stack without ctf.pkl has its pixel size from its header or from the caller, which the tables do not say.
        double? pixelSize = options.PixelSizeAngstrom ?? (optics is null ? set.PixelSizeAngstrom : null);
        ParticleLoadOptions again = options with { PixelSizeAngstrom = pixelSize, IsOfPickles = true };
        ParticleSetData made = ParticleSet.FromStar(file, images, again).Data;
        // A dataset's own fields would contradict the pickles', and are left behind.
        string[] lost = set.IsFromCryoSparc ? [.. ConversionLosses.OfDataset(set)] : [];
        return new ParticleSet(made with
        {
            Warnings = [.. set.Warnings, .. lost, .. made.Warnings.Except(set.Warnings)],
            TableFiles = [.. made.TableFiles, .. set.Data.TableFiles, .. pickles],
        });
    }

    private static float Single(ParticleSet set, int particle, double value) =>
        float.IsFinite((float)value)
            ? (float)value
            : throw new InputException(
                set.Where(particle), FormattableString.Invariant($"{value} does not fit the single precision of cryoDRGN's files."),
                "Correct the value: cryospin validate says which one it is.");

    private static CryoSpinException Lacks(ParticleSet set, string what, string path) =>
        new($"{set.Source}: the particles have no {what}, which {path} is made of. Give particles that have them.");

    private static void RequireBox(ParticleSet set, string path)
    {
        if (set.OpticsGroups.Any(g => g.BoxSize == 0))
        {
            throw new CryoSpinException($"{set.Source}: the size of the images is not known, which {path} needs. Put the stacks in reach.");
        }
    }
}
