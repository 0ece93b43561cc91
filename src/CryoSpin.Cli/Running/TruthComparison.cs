using CryoSpin.Cli.Display;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Reporting;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Running;

/// <summary>A result held against a known truth: poses, map, or both.</summary>
internal sealed record TruthComparison
{
    private const int DeepestNames = 4;

    /// <summary>The poses' errors; null where no true poses were given.</summary>
    public PoseComparisonResult? Poses { get; private init; }

    /// <summary>The map brought onto the true one; null where no true map was given.</summary>
    public AlignedMap? Map { get; private init; }

    /// <summary>FSC of the aligned map with the true one.</summary>
    public FscCurve? Fsc { get; private init; }

    /// <summary>
    /// FSC after a shift by whole voxels, which is what simple scoring programs report and what figures of different programs can be
    /// compared by: never better than <see cref="Fsc"/> but for rounding.
    /// </summary>
    public FscCurve? WholeVoxelFsc { get; private init; }

    /// <summary>Compares. With true poses, the map's frame is theirs; without, it is searched for.</summary>
    /// <param name="poses">Estimated and true poses, particle by particle; null for none.</param>
    /// <param name="maps">Estimated and true map; null for none.</param>
    /// <param name="group">The truth's symmetry in its own axes; null for none.</param>
    public static TruthComparison Of(
        (Pose[] Estimated, Pose[] Truth)? poses, (Volume Estimated, Volume Truth)? maps, PointGroup? group = null)
    {
        TruthComparison result = new();
        if (poses is { } p) result = result with { Poses = PoseComparison.Compare(p.Estimated, p.Truth, group) };
        if (maps is not { } m) return result;
        using WorkerTeam team = new(Environment.ProcessorCount);
        AlignedMap aligned = result.Poses is { } frame
            ? MapAlignment.WithRotation(m.Estimated, m.Truth, frame.GlobalRotation, frame.Mirrored, team)
            : MapAlignment.Search(m.Estimated, m.Truth, tryMirror: true, team);
        AlignedMap coarse = MapAlignment.WithRotation(m.Estimated, m.Truth, aligned.Rotation, aligned.Mirrored, team, wholeVoxels: true);
        return result with
        {
            Map = aligned,
            Fsc = FourierShellCorrelation.Compute(aligned.Map, m.Truth, default, team),
            WholeVoxelFsc = FourierShellCorrelation.Compute(coarse.Map, m.Truth, default, team),
        };
    }

    /// <summary>
    /// The poses of two files, paired by image: number and stack's file name, wherever the stack lies. Particles of the first without a
    /// pose are left out.
    /// </summary>
    /// <exception cref="InputException">A file has no poses, or an image of the first has no pose in the second.</exception>
    public static (Pose[] Estimated, Pose[] Truth, int Unposed) ReadPoses(string estimatedPath, string truthPath)
    {
        ParticleSet set = Load(estimatedPath);
        int[] posed = [.. Enumerable.Range(0, set.Count).Where(i => set.Pose(i) is not null)];
        return ([.. posed.Select(i => set.Pose(i)!.Value)], TruePoses(set, truthPath, posed), set.Count - posed.Length);
    }

    /// <summary>The true pose of every particle of a set, found by image.</summary>
    /// <exception cref="InputException">The file has no poses, or lacks an image of the set or its pose.</exception>
    public static Pose[] TruePoses(ParticleSet set, string truthPath) => TruePoses(set, truthPath, [.. Enumerable.Range(0, set.Count)]);

    private static Pose[] TruePoses(ParticleSet set, string truthPath, int[] wanted)
    {
        ParticleSet truth = Load(truthPath);
        int depth = NamesNeeded(truth);
        Dictionary<(string, int), int> rows = [];
        for (int i = 0; i < truth.Count; i++)
        {
            if (!rows.TryAdd(Key(truth, i, depth), i))
            {
                throw new InputException(
                    truth.Where(i), $"the image {Name(truth, i)} occurs twice.",
                    "Images are paired by number and file name, which must be unique.");
            }
        }
        Pose[] paired = new Pose[wanted.Length];
        Dictionary<int, int> particleOf = [];
        for (int k = 0; k < paired.Length; k++)
        {
            int i = wanted[k];
            if (!rows.TryGetValue(Key(set, i, depth), out int row))
            {
                throw new InputException(
                    truthPath, $"the image {Name(set, i)} of {set.Source} is not in it.", "Give the true poses of these images.");
            }
            // A copy of a row has the same stack; another stack whose name only ends alike does not have the same images.
            if (!particleOf.TryAdd(row, i) && set.StackOf(particleOf[row]) != set.StackOf(i))
            {
                throw new InputException(
                    set.Where(i), $"{set.ImagePath(particleOf[row])} and {set.ImagePath(i)} both are paired with {Name(truth, row)} of {truthPath}.",
                    "Give the true poses with names that tell the stacks apart.");
            }
            paired[k] = KnownPose(truth, row);
        }
        return paired;
    }

    /// <summary>The poses of a star file, row by row.</summary>
    /// <exception cref="InputException">It has none.</exception>
    public static Pose[] ReadTruth(string path)
    {
        ParticleSet set = Load(path);
        return [.. Enumerable.Range(0, set.Count).Select(i => KnownPose(set, i))];
    }

    /// <summary>Everything, for text and JSON.</summary>
    public FactSheet ToFacts()
    {
        FactSheet sheet = new();
        if (Poses is { } p)
        {
            sheet.Add("particles", "particles", p.RotationErrorsDegrees.Count, Wording.Count(p.RotationErrorsDegrees.Count));
            sheet.Add("medianRotationErrorDegrees", "median rotation error", p.MedianDegrees, Degrees(p.MedianDegrees));
            sheet.Add("meanRotationErrorDegrees", "mean rotation error", p.MeanDegrees, Degrees(p.MeanDegrees));
            sheet.Add("medianViewErrorDegrees", "median view error", p.MedianViewDegrees, Degrees(p.MedianViewDegrees));
            sheet.Add("within5Degrees", "within 5 degrees", p.ShareWithin5Degrees, Percent(p.ShareWithin5Degrees));
            sheet.Add("within10Degrees", "within 10 degrees", p.ShareWithin10Degrees, Percent(p.ShareWithin10Degrees));
            sheet.Add(
                "medianShiftErrorAngstrom", "median shift error", p.Origins?.MedianAngstrom, Wording.Angstrom(p.Origins?.MedianAngstrom));
            sheet.Add("mirrored", "hand", p.Mirrored, p.Mirrored ? "opposite (removed)" : "same");
        }
        if (Map is { } map && Fsc is { } fsc && WholeVoxelFsc is { } whole)
        {
            if (Poses is null) sheet.Add("mirrored", "hand", map.Mirrored, map.Mirrored ? "opposite (removed)" : "same");
            sheet.Add("fsc05Angstrom", "FSC 0.5 with the truth", whole.ResolutionAngstrom(0.5), Both(whole, fsc, 0.5));
            sheet.Add("fsc0143Angstrom", "FSC 0.143 with the truth", whole.ResolutionAngstrom(0.143), Both(whole, fsc, 0.143));
            sheet.Add("fsc05SubvoxelAngstrom", null, fsc.ResolutionAngstrom(0.5));
            sheet.Add("fsc0143SubvoxelAngstrom", null, fsc.ResolutionAngstrom(0.143));
            sheet.Add("nyquistAngstrom", "Nyquist", 2 * fsc.PixelSizeAngstrom, Wording.Angstrom(2 * fsc.PixelSizeAngstrom));
            sheet.Add("mapCorrelation", "correlation of the maps", map.Correlation, Wording.Number(map.Correlation, 4));
            sheet.Add("mapShiftAngstrom", null, new[] { map.ShiftXAngstrom, map.ShiftYAngstrom, map.ShiftZAngstrom });
            sheet.Add("fsc", null, whole.Values.ToArray());
            sheet.Add("fscSubvoxel", null, fsc.Values.ToArray());
        }
        return sheet;
    }

    /// <summary>The chief figures, for the report.</summary>
    public IReadOnlyList<ReportFigure> ToFigures()
    {
        List<ReportFigure> figures = [];
        if (Poses is { } p)
        {
            figures.Add(new ReportFigure("median rotation error", Degrees(p.MedianDegrees)));
            figures.Add(new ReportFigure("images within 10 degrees", Percent(p.ShareWithin10Degrees)));
            figures.Add(new ReportFigure("median shift error", Wording.Angstrom(p.Origins?.MedianAngstrom)));
        }
        if (Fsc is { } fsc && WholeVoxelFsc is { } whole) figures.Add(new ReportFigure("FSC 0.5 with the truth", Both(whole, fsc, 0.5)));
        return figures;
    }

    private static Pose KnownPose(ParticleSet truth, int row) =>
        truth.Pose(row) ?? throw new InputException(
            truth.Where(row), "the particle has no pose (angles of -999, or 0, 0, 0 in several rows).", "A truth has a pose for every image.");

    private static ParticleSet Load(string path)
    {
        ParticleSet set = ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
        if (!set.HasPoses)
        {
            throw new InputException(
                path, "there are no poses in it.", "The columns rlnAngleRot, rlnAngleTilt and rlnAnglePsi are needed.");
        }
        ParticleReview.Values(set, ValueUse.Poses);
        return set;
    }

    /// <summary>
    /// How many names at the end of a path tell the stacks apart: the file's own where that is enough, since the two star files may stand in
    /// different folders.
    /// </summary>
    private static int NamesNeeded(ParticleSet set)
    {
        for (int depth = 1; depth < DeepestNames; depth++)
        {
            int names = depth;
            if (set.StackPaths.Select(p => Tail(p, names)).Distinct().Count() == set.StackPaths.Count) return depth;
        }
        return DeepestNames;
    }

    private static (string, int) Key(ParticleSet set, int i, int depth) => (Tail(set.ImagePath(i), depth), set.ImageIndex(i));

    private static string Tail(string path, int names) => string.Join('/', path.Split('/', '\\').TakeLast(names));

    private static string Name(ParticleSet set, int i) => $"{set.ImageIndex(i) + 1}@{Path.GetFileName(set.ImagePath(i))}";

    private static string Both(FscCurve whole, FscCurve exact, double threshold) =>
        $"{Wording.Angstrom(whole.ResolutionAngstrom(threshold))}, moved by whole voxels; "
        + $"{Wording.Angstrom(exact.ResolutionAngstrom(threshold))}, moved exactly";

    private static string Degrees(double value) => Wording.Number(value) + "°";

    private static string Percent(double share) => Wording.Number(100 * share, 1) + " %";
}
