using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>Which blocks of a star file are the particles and their optics, and what of the file is not read.</summary>
/// <param name="file">All tables.</param>
/// <param name="path">What messages call the file.</param>
internal sealed class ParticleBlocks(StarFile file, string path)
{
    private const string OpticsName = "optics";

    /// <summary>Finds them.</summary>
    /// <param name="warnings">Receives what is left unread.</param>
    /// <exception cref="InputException">There are no particles, or a block occurs twice.</exception>
    public (StarTable Particles, StarTable? Optics) Find(List<string> warnings)
    {
        warnings.AddRange(file.Warnings);
        StarTable particles = FindParticles() ?? throw NoParticles();
        RefuseRepetition(particles.Name);
        RefuseRepetition(OpticsName);
        if (particles.RowCount == 0)
        {
            throw new InputException(path, $"block data_{particles.Name} has no particles.", "Was the selection empty?");
        }
        foreach (StarTable other in file.Tables.Where(t => t != particles && t.Name != OpticsName && t.Has(ImageNames.Column)))
        {
            warnings.Add(
                $"{path}: block data_{other.Name} names images too; its {Plural.Of(other.RowCount, "row")} {Plural.Choose(other.RowCount, "is", "are")} not read, only those of "
                + $"data_{particles.Name} are.");
        }
        return (particles, file.Find(OpticsName));
    }

    /// <summary>The particles' table, or null.</summary>
    public StarTable? FindParticles() =>
        file.Find("particles") ?? file.Tables.FirstOrDefault(t => t.Name != OpticsName && t.Has(ImageNames.Column));

    /// <summary>What is said of a file without particles.</summary>
    public InputException NoParticles()
    {
        string blocks = string.Join(", ", file.Tables.Select(t => "data_" + t.Name));
        string what = $"no block has a column _{ImageNames.Column}; the blocks are {blocks}.";
        return TomographySigns.TomographyColumn(file) is not null || file.Tables.Any(t => t.Columns.Any(IsOfWarp))
            ? new InputException(path, what, "These are tables of tomography (RELION 4 and 5, Warp, M); give images of single particles.")
            : new InputException(path, what, "Give the star file of particles (e.g. particles.star or run_data.star).");
    }

    private static bool IsOfWarp(string column) => column.StartsWith("wrp", StringComparison.Ordinal);

    // RELION reads the first and says nothing: half of two files that were put together would be missing.
    private void RefuseRepetition(string name)
    {
        StarTable[] blocks = [.. file.Tables.Where(t => t.Name == name)];
        if (blocks.Length < 2) return;
        string rows = string.Join(" and ", blocks.Select(b => b.RowCount));
        throw new InputException(
            blocks[1].RowCount > 0 ? blocks[1].Where(0) : path,
            $"this is a second block data_{name}; the file has {blocks.Length} of them, of {rows} rows.",
            "Put all rows under one block, e.g. with relion_star_handler --combine, or remove the block that is not meant.");
    }
}
