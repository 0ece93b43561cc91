using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;

namespace CryoSpin.Particles.CryoDrgn;

/// <summary>What one of cryoDRGN's pickles holds, checked: rotations with or without translations, or the nine columns of the
/// CTF.</summary>
internal sealed class CryoDrgnPickle
{
    private const int CtfColumns = 9;

    // Half a degree of shear: single precision is a thousand times better, another kind of array is far worse.
    private const double RotationTolerance = 1e-2;

    private CryoDrgnPickle(string path, int rows) => (Path, Rows) = (path, rows);

    public string Path { get; }

    public int Rows { get; }

    public Rotation[]? Rotations { get; private init; }

    /// <summary>Fractions of the box, two to a particle.</summary>
    public double[]? Shifts { get; private init; }

    /// <summary>Nine to a particle.</summary>
    public double[]? Ctf { get; private init; }

    /// <summary>Reads a pickle that goes with these images.</summary>
    /// <exception cref="InputException">It is neither, or has another number of particles.</exception>
    public static CryoDrgnPickle Read(string path, ParticleSet images)
    {
        IReadOnlyList<TypedArray> arrays = PickleReader.ReadArrays(path);
        CryoDrgnPickle pickle = arrays switch
        {
            [{ Shape: [_, 3, 3] } rotations] => Poses(path, rotations, null),
            [{ Shape: [_, 3, 3] } rotations, { Shape: [_, 2] } shifts] => Poses(path, rotations, shifts),
            [{ Shape: [_, CtfColumns] } ctf] => new CryoDrgnPickle(path, ctf.Rows) { Ctf = Finite(path, ctf) },
            _ => throw new InputException(
                path,
                $"it holds {(arrays.Count == 0 ? "no array" : string.Join(" and ", arrays.Select(a => string.Join(" x ", a.Shape))))}.",
                "cryoDRGN's poses are N x 3 x 3 with N x 2, its CTFs N x 9."),
        };
        if (pickle.Rows == images.Count) return pickle;
        throw new InputException(
            path, FormattableString.Invariant($"it has {Plural.Of(pickle.Rows, "row")} where {images.Source} has {Plural.Of(images.Count, "image")}."),
            "Both must be of the same particles in the same order.");
    }

    private static CryoDrgnPickle Poses(string path, TypedArray rotations, TypedArray? shifts)
    {
        if (shifts is not null && shifts.Rows != rotations.Rows)
        {
            throw new InputException(
                path, FormattableString.Invariant($"it has {rotations.Rows} rotations and {shifts.Rows} translations."), "Make it again.");
        }
        double[] m = Finite(path, rotations);
        Rotation[] result = new Rotation[rotations.Rows];
        for (int i = 0; i < result.Length; i++)
        {
            ReadOnlySpan<double> r = m.AsSpan(9 * i, 9);
            Rotation read = new(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8]);
            Rotation product = read * read.Transpose();
            double off = Math.Abs(product.M01) + Math.Abs(product.M02) + Math.Abs(product.M12)
                + Math.Abs(product.M00 - 1) + Math.Abs(product.M11 - 1) + Math.Abs(product.M22 - 1);
            if (!(off < RotationTolerance) || read.Determinant < 0)
            {
                throw new InputException(
                    FormattableString.Invariant($"{path}, row {i + 1}"), "the matrix is not a rotation.",
                    "Was it made by another program?");
            }
            result[i] = read.Orthonormalised();
        }
        return new CryoDrgnPickle(path, rotations.Rows) { Rotations = result, Shifts = shifts is null ? null : Finite(path, shifts) };
    }

    private static double[] Finite(string path, TypedArray array)
    {
        double[] values = array.ToDoubles();
        int wrong = Array.FindIndex(values, v => !double.IsFinite(v));
        return wrong < 0
            ? values
            : throw new InputException(
                FormattableString.Invariant($"{path}, row {wrong / array.Width + 1}"), $"{values[wrong]} is not a finite number.",
                "Make it again.");
    }
}
