using System.Globalization;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// The values of the particles, as far as they can be read: NaN stands for a value that is absent or no number. Made of a particle set
/// or, where that refuses the file, of the tables themselves, so that one fault does not hide the others.
/// </summary>
internal sealed class ParticleRows
{
    public required string Source { get; init; }

    public required int Count { get; init; }

    /// <summary>Where a row stands, for messages.</summary>
    public required Func<int, string> Where { get; init; }

    /// <summary>Stacks as found on the disk, or as written.</summary>
    public required IReadOnlyList<string> StackPaths { get; init; }

    /// <summary>Index into <see cref="StackPaths"/>; -1 where the name is none.</summary>
    public required int[] StackOf { get; init; }

    /// <summary>The image's index in its stack, from 0; -1 where the name is none.</summary>
    public required int[] ImageIndex { get; init; }

    public required bool HasCtf { get; init; }

    public required double[] DefocusU { get; init; }

    public required double[] DefocusV { get; init; }

    public required double[] PhaseShift { get; init; }

    public required double[] Voltage { get; init; }

    public required double[] Aberration { get; init; }

    public required double[] Contrast { get; init; }

    public required double[] PixelSize { get; init; }

    /// <summary>Angstrom; NaN without poses.</summary>
    public required double[] OriginX { get; init; }

    public required double[] OriginY { get; init; }

    /// <summary>rlnRandomSubset; null without it.</summary>
    public required double[]? Subset { get; init; }

    /// <summary>1 or -1: what an image is multiplied with to be light on dark.</summary>
    public Func<int, int> ContrastSign { get; init; } = _ => 1;

    /// <summary>Of a set that was loaded.</summary>
    public static ParticleRows Of(ParticleSet set)
    {
        int n = set.Count;
        bool subsets = set.RandomSubset(0) is not null;
        return new ParticleRows
        {
            Source = set.Source,
            ContrastSign = set.ContrastSign,
            Count = n,
            Where = set.Where,
            StackPaths = set.StackPaths,
            StackOf = Fill(set.StackOf),
            ImageIndex = Fill(set.ImageIndex),
            HasCtf = set.HasCtf,
            DefocusU = Fill(i => set.Ctf(i)?.DefocusUAngstrom ?? double.NaN),
            DefocusV = Fill(i => set.Ctf(i)?.DefocusVAngstrom ?? double.NaN),
            PhaseShift = Fill(i => set.Ctf(i)?.PhaseShiftDegrees ?? double.NaN),
            Voltage = Fill(i => set.Optics(i).VoltageKilovolts),
            Aberration = Fill(i => set.Optics(i).SphericalAberrationMillimeters),
            Contrast = Fill(i => set.Optics(i).AmplitudeContrast),
            PixelSize = Fill(i => set.Optics(i).PixelSizeAngstrom),
            OriginX = Fill(i => set.Pose(i)?.OriginXAngstrom ?? double.NaN),
            OriginY = Fill(i => set.Pose(i)?.OriginYAngstrom ?? double.NaN),
            Subset = subsets ? Fill(i => (double)(set.RandomSubset(i) ?? 0)) : null,
        };

        T[] Fill<T>(Func<int, T> value)
        {
            T[] values = new T[n];
            for (int i = 0; i < n; i++) values[i] = value(i);
            return values;
        }
    }

    /// <summary>Of the tables; what is wrong with their cells goes to the list.</summary>
    public static ParticleRows Of(StarTable particles, StarTable? optics, ProblemList problems) =>
        new TableReader(particles, optics, problems).Read();

    private sealed class TableReader(StarTable particles, StarTable? optics, ProblemList problems)
    {
        private readonly int[] _opticsRow = new int[particles.RowCount];

        public ParticleRows Read()
        {
            MatchOptics();
            (List<string> stacks, int[] stackOf, int[] index) = Images();
            bool ctf = particles.Has("rlnDefocusU") || particles.Has("rlnDefocusV") || particles.Has("rlnDefocusAngle");
            if (ctf)
            {
                string[] needed = ["rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnVoltage", "rlnSphericalAberration",
                    "rlnAmplitudeContrast"];
                foreach (string column in needed.Where(c => !Has(c))) Missing(column, "the CTF needs it");
            }
            bool poses = particles.Has("rlnAngleRot") || particles.Has("rlnAngleTilt") || particles.Has("rlnAnglePsi");
            foreach (string column in new[] { "rlnDefocusAngle", "rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi" }) Numbers(column);
            double[] pixel = PixelSizes();
            return new ParticleRows
            {
                Source = particles.Source,
                Count = particles.RowCount,
                Where = particles.Where,
                StackPaths = stacks,
                StackOf = stackOf,
                ImageIndex = index,
                HasCtf = ctf,
                DefocusU = Numbers("rlnDefocusU"),
                DefocusV = Numbers("rlnDefocusV"),
                PhaseShift = Numbers("rlnPhaseShift"),
                Voltage = Numbers("rlnVoltage"),
                Aberration = Numbers("rlnSphericalAberration"),
                Contrast = Numbers("rlnAmplitudeContrast"),
                PixelSize = pixel,
                OriginX = poses ? Numbers("rlnOriginXAngst") : Nothing(),
                OriginY = poses ? Numbers("rlnOriginYAngst") : Nothing(),
                Subset = particles.Has("rlnRandomSubset") ? Numbers("rlnRandomSubset") : null,
            };
        }

        private bool Has(string column) => particles.Has(column) || optics?.Has(column) == true;

        private double[] Nothing()
        {
            double[] values = new double[particles.RowCount];
            Array.Fill(values, double.NaN);
            return values;
        }

        private void Missing(string column, string why) => problems.Add(
            Severity.Error, "column.missing", particles.Source, $"there is no column _{column}", $"a column _{column}; {why}",
            "Add the column, or export the particles again.");

        private void MatchOptics()
        {
            if (optics is null) return;
            if (!particles.Has("rlnOpticsGroup") || !optics.Has("rlnOpticsGroup"))
            {
                if (optics.RowCount > 1) Missing("rlnOpticsGroup", "data_optics has several groups");
                return;
            }
            Dictionary<string, int> rowOf = [];
            for (int r = 0; r < optics.RowCount; r++) rowOf.TryAdd(optics.GetText("rlnOpticsGroup", r), r);
            List<int> unknown = [];
            for (int i = 0; i < _opticsRow.Length; i++)
            {
                if (rowOf.TryGetValue(particles.GetText("rlnOpticsGroup", i), out _opticsRow[i])) continue;
                _opticsRow[i] = -1;
                unknown.Add(i);
            }
            Bad("optics.unknownGroup", unknown, i => $"optics group {particles.GetText("rlnOpticsGroup", i)}",
                $"one of {string.Join(", ", rowOf.Keys)}, the groups of data_optics", "Correct _rlnOpticsGroup or add the group.");
        }

        private void Bad(string code, List<int> rows, Func<int, FormattableString> found, string expected, string remedy)
        {
            ParticleRows here = Empty();
            problems.AddRows(Severity.Error, code, here, rows, found, expected, remedy);
        }

        private ParticleRows Empty() => new()
        {
            Source = particles.Source,
            Count = particles.RowCount,
            Where = particles.Where,
            StackPaths = [],
            StackOf = [],
            ImageIndex = [],
            HasCtf = false,
            DefocusU = [],
            DefocusV = [],
            PhaseShift = [],
            Voltage = [],
            Aberration = [],
            Contrast = [],
            PixelSize = [],
            OriginX = [],
            OriginY = [],
            Subset = null,
        };

        /// <summary>A value per particle, of its own row or its group's; NaN, and a problem, where it is no finite number.</summary>
        private double[] Numbers(string column)
        {
            double[] values = Nothing();
            bool own = particles.Has(column);
            if (!own && optics?.Has(column) != true) return values;
            List<int> wrong = [];
            for (int i = 0; i < values.Length; i++)
            {
                if (!own && _opticsRow[i] < 0) continue;
                if (double.TryParse(Cell(i), NumberStyles.Float, CultureInfo.InvariantCulture,
                    out double v) && double.IsFinite(v)) values[i] = v;
                else wrong.Add(i);
            }
            Bad("value.notNumber", wrong, i => $"_{column} is '{Cell(i)}'", "a finite number", "Correct the value.");
            return values;

            string Cell(int i) => own ? particles.GetText(column, i) : optics!.GetText(column, _opticsRow[i]);
        }

        private double[] PixelSizes()
        {
            if (Has("rlnImagePixelSize")) return Numbers("rlnImagePixelSize");
            if (!Has("rlnDetectorPixelSize") || !Has("rlnMagnification")) return Nothing();
            double[] size = Numbers("rlnDetectorPixelSize"), magnification = Numbers("rlnMagnification");
            // Micrometres on the detector.
            for (int i = 0; i < size.Length; i++) size[i] *= 1e4 / magnification[i];
            return size;
        }

        private (List<string> Stacks, int[] StackOf, int[] Index) Images()
        {
            int[] stackOf = new int[particles.RowCount], index = new int[particles.RowCount];
            List<string> stacks = [];
            List<int> wrong = [];
            Dictionary<string, int> known = [];
            string folder = Path.GetDirectoryName(particles.Source) ?? "";
            for (int i = 0; i < stackOf.Length; i++)
            {
                string name = particles.GetText("rlnImageName", i);
                int at = name.IndexOf('@', StringComparison.Ordinal), number = 1;
                string stack = name[(at + 1)..];
                bool valid = at < 0 || int.TryParse(name.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out number);
                if (!valid || number < 1 || stack.Length == 0)
                {
                    (stackOf[i], index[i]) = (-1, -1);
                    wrong.Add(i);
                    continue;
                }
                index[i] = number - 1;
                if (!known.TryGetValue(stack, out stackOf[i]))
                {
                    stackOf[i] = stacks.Count;
                    known.Add(stack, stacks.Count);
                    string[] places = [stack, Path.Combine(folder, stack), Path.Combine(folder, Path.GetFileName(stack))];
                    stacks.Add(Array.Find(places, File.Exists) ?? stack);
                }
            }
            Bad("image.name", wrong, i => $"_rlnImageName is '{particles.GetText("rlnImageName", i)}'", "000001@stack.mrcs, counted from 1",
                "Correct the name.");
            return (stacks, stackOf, index);
        }
    }
}
