using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoSparc;

namespace CryoSpin.Preprocessing;

/// <summary>
/// Writes prepared particles as one new stack with a star file of RELION 3.1 whose optics say what the new images are. Every column and row
/// of the input is kept. Memory does not grow with the number of images.
/// </summary>
/// <param name="particles">What to write; its options should leave premultiplied images premultiplied.</param>
public sealed class PreprocessedCopy(PreparedParticles particles)
{
    private const int ImagesPerWorker = 16;

    // What was true of the old images only, or stands in data_optics now.
    private static readonly string[] s_outdated =
    [
        "rlnImagePixelSize", "rlnPixelSize", "rlnMagnification", "rlnDetectorPixelSize", "rlnImageSize", "rlnBeamTiltX", "rlnBeamTiltY",
        "rlnMagMat00", "rlnMagMat01", "rlnMagMat10", "rlnMagMat11", "rlnOddZernike", "rlnCtfDataArePhaseFlipped",
        CryoSparcFields.SignColumn,
    ];

    // What an alignment measured of the old images' grey values.
    private static readonly string[] s_ofGreyValues = ["rlnNormCorrection", "rlnLogLikeliContribution", CryoSparcFields.AlphaColumn];

    /// <summary>Whether a plane is taken off each image's background, which then gets mean 0 and standard deviation 1.</summary>
    public bool Normalise { get; init; } = true;

    /// <summary>Writes the images, in the particles' order.</summary>
    /// <param name="path">The stack; it gets this name when it is complete.</param>
    /// <param name="mode">32-bit or 16-bit floats.</param>
    /// <param name="team">Workers.</param>
    /// <param name="written">Receives the number of images written so far, now and then.</param>
    /// <param name="cancellation">Stops the writing; no file is left.</param>
    /// <exception cref="InputException">An image cannot be read.</exception>
    /// <exception cref="CryoSpinException">The stack cannot be written.</exception>
    public void WriteStack(string path, MrcMode mode, WorkerTeam team, Action<int> written, CancellationToken cancellation)
    {
        ImageGrid grid = particles.Grid;
        ParticleNormalisation normalisation = new(grid.BoxSize, PreparedParticles.BackgroundShare * grid.BoxSize / 2);
        int count = particles.Set.Count;
        float[][] images = new float[Math.Min(count, ImagesPerWorker * team.Workers)][];
        for (int i = 0; i < images.Length; i++) images[i] = new float[grid.BoxSize * grid.BoxSize];
        using MrcStackWriter stack = new(path, grid.BoxSize, grid.BoxSize, grid.PixelSizeAngstrom, mode, "preprocessed particle images");
        for (int first = 0; first < count; first += images.Length)
        {
            int start = first, n = Math.Min(images.Length, count - first);
            team.ForEach(n, (i, _) =>
            {
                cancellation.ThrowIfCancellationRequested();
                particles.ReadImage(start + i, images[i]);
                if (Normalise) normalisation.ApplyWithPlane(images[i]);
            });
            for (int i = 0; i < n; i++) stack.Append(images[i]);
            written(stack.Count);
        }
        stack.Complete();
    }

    /// <summary>Writes the star file.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="stackName">What rlnImageName calls the stack: its path from the star file's folder.</param>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public void WriteStar(string path, string stackName)
    {
        StarFile input = ParticleStarWriter.Build(particles.Set, path, null, null, []);
        StarFile output = new(path);
        foreach (StarTable table in input.Tables)
        {
            output.Add(table.Name == "optics" ? Optics(table) : table.Has("rlnImageName") ? Particles(table, stackName) : table);
        }
        output.Write(path);
    }

    private StarTable Particles(StarTable input, string stackName)
    {
        StarTable table = input.Copy();
        ConvertOrigins(table);
        bool[]? ownFlags = OwnFlags(input);
        foreach (string column in s_outdated) table.RemoveColumn(column);
        if (Normalise) foreach (string column in s_ofGreyValues) table.RemoveColumn(column);
        if (ownFlags is not null) table.SetColumn("rlnCtfDataArePhaseFlipped", [.. ownFlags.Select(f => f ? 1 : 0)]);
        string[] names = [.. Enumerable.Range(1, table.RowCount).Select(i => FormattableString.Invariant($"{i:000000}@{stackName}"))];
        table.SetColumn("rlnImageName", names);
        return table;
    }

    // The pixels that the columns of older files count in are no more. Files with an optics table use the angstrom columns alone.
    private void ConvertOrigins(StarTable table)
    {
        foreach (string column in (ReadOnlySpan<string>)["rlnOriginX", "rlnOriginY"])
        {
            if (!table.Has(column)) continue;
            double[] origins = table.GetDoubles(column);
            for (int i = 0; i < origins.Length; i++) origins[i] *= particles.Set.Optics(i).PixelSizeAngstrom;
            if (!table.Has(column + "Angst") && particles.Set.Data.Optics is null) table.SetColumn(column + "Angst", origins);
            table.RemoveColumn(column);
        }
    }

    private StarTable Optics(StarTable input)
    {
        StarTable table = input.Copy();
        int rows = table.RowCount;
        bool hadOddZernike = table.Has("rlnOddZernike");
        bool[] flipped = [.. Enumerable.Range(0, rows).Select(r => IsFlipped(input, r))];
        foreach (string column in s_outdated) table.RemoveColumn(column);
        table.SetColumn("rlnImagePixelSize", [.. Enumerable.Repeat(particles.Grid.PixelSizeAngstrom, rows)]);
        table.SetColumn("rlnImageSize", [.. Enumerable.Repeat(particles.Grid.BoxSize, rows)]);
        // Columns that were there stay, with the values of corrected images.
        foreach (string column in input.Columns)
        {
            if (column.StartsWith("rlnBeamTilt", StringComparison.Ordinal) && !column.EndsWith("Class", StringComparison.Ordinal))
            {
                table.SetColumn(column, Repeated(0, rows));
            }
            else if (column.StartsWith("rlnMagMat", StringComparison.Ordinal))
            {
                table.SetColumn(column, Repeated(column is "rlnMagMat00" or "rlnMagMat11" ? 1 : 0, rows));
            }
        }
        if (hadOddZernike) table.SetColumn("rlnOddZernike", [.. Enumerable.Repeat("[0,0,0,0,0,0]", rows)]);
        if (flipped.Any(f => f) || input.Has("rlnCtfDataArePhaseFlipped"))
        {
            table.SetColumn("rlnCtfDataArePhaseFlipped", [.. flipped.Select(f => f ? 1 : 0)]);
        }
        return table;
    }

    // A particle's own flag beats its group's: it must go on saying what was done to its image.
    private bool[]? OwnFlags(StarTable table)
    {
        if (!table.Has("rlnCtfDataArePhaseFlipped") || particles.Set.Data.Optics is null) return null;
        return
        [
            .. Enumerable.Range(0, table.RowCount).Select(particles.Set.Optics).Select(g => IsFlipped(g.IsPhaseFlipped, g.IsPremultiplied)),
        ];
    }

    private bool IsFlipped(bool was, bool isPremultiplied) =>
        was || (particles.Options.FlipPhases && particles.Set.HasCtf && !isPremultiplied);

    private bool IsFlipped(StarTable optics, int row)
    {
        bool was = optics.Has("rlnCtfDataArePhaseFlipped") && optics.GetInt32("rlnCtfDataArePhaseFlipped", row) != 0;
        bool premultiplied = optics.Has("rlnCtfDataAreCtfPremultiplied") && optics.GetInt32("rlnCtfDataAreCtfPremultiplied", row) != 0;
        return IsFlipped(was, premultiplied);
    }

    private static double[] Repeated(double value, int rows) => [.. Enumerable.Repeat(value, rows)];
}
