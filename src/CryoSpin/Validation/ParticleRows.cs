using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// The values of the particles of a set: NaN stands for a value that is absent. Where the table has rows that no set can be made of, they
/// are those of the other rows, so that one fault does not hide the others.
/// </summary>
internal sealed class ParticleRows
{
    /// <summary>The particles.</summary>
    public required ParticleSet Set { get; init; }

    public required string Source { get; init; }

    public required int Count { get; init; }

    /// <summary>Number of rows of the table, with those that no particle could be made of.</summary>
    public required int Total { get; init; }

    /// <summary>Each particle's row, from 0, among all of the table.</summary>
    public required Func<int, int> RowOf { get; init; }

    /// <summary>Where a row stands, for messages.</summary>
    public required Func<int, string> Where { get; init; }

    /// <summary>Stacks as found on the disk, or as written.</summary>
    public required IReadOnlyList<string> StackPaths { get; init; }

    /// <summary>Index into <see cref="StackPaths"/>.</summary>
    public required int[] StackOf { get; init; }

    /// <summary>The image's index in its stack, from 0.</summary>
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

    /// <summary>What the loader warned of.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>rlnRandomSubset; null without it.</summary>
    public required double[]? Subset { get; init; }

    /// <summary>1 or -1: what an image is multiplied with to be light on dark.</summary>
    public required Func<int, int> ContrastSign { get; init; }

    /// <summary>Of a set that was loaded.</summary>
    /// <param name="set">The particles.</param>
    /// <param name="rowOf">Their rows among all of the table, where it has others; null where it has none.</param>
    /// <param name="total">Number of rows of the table; that of the particles where null.</param>
    public static ParticleRows Of(ParticleSet set, int[]? rowOf = null, int? total = null)
    {
        int n = set.Count;
        bool subsets = set.RandomSubset(0) is not null;
        return new ParticleRows
        {
            Source = set.Source,
            Set = set,
            Warnings = set.Warnings,
            ContrastSign = set.ContrastSign,
            Count = n,
            Total = total ?? n,
            RowOf = rowOf is null ? i => i : i => rowOf[i],
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
}
