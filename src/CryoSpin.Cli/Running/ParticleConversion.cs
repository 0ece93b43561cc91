using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoDrgn;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Running;

/// <summary>One conversion: what is read and what is to be written, told apart by the ends of the names.</summary>
/// <param name="inputs">One particle file, and pickles or further .cs files that go with it, in any order.</param>
/// <param name="options">How to read the particles.</param>
internal sealed class ParticleConversion(string[] inputs, ParticleLoadOptions options)
{
    /// <summary>.star or .cs, or null.</summary>
    public string? Output { get; init; }

    /// <summary>cryoDRGN's poses, or null.</summary>
    public string? Poses { get; init; }

    /// <summary>cryoDRGN's CTFs, or null.</summary>
    public string? Ctf { get; init; }

    private IEnumerable<string> Outputs => new[] { Output, Poses, Ctf }.OfType<string>();

    private IEnumerable<ParticleForm> Forms
    {
        get
        {
            if (Output is not null) yield return Ending(Output) == ".cs" ? ParticleForm.CryoSparc : ParticleForm.Relion;
            if (Poses is not null || Ctf is not null) yield return ParticleForm.CryoDrgn;
        }
    }

    /// <summary>Refuses what cannot be meant, before anything is read.</summary>
    /// <exception cref="UsageException">Nothing is to be written, or under a wrong name, or over an input or an existing file.</exception>
    public void Check(bool overwrite)
    {
        if (!Outputs.Any()) throw new UsageException("convert needs -o OUT, --poses or --ctf.");
        if (Output is not null && Ending(Output) is not (".star" or ".cs"))
        {
            throw new UsageException($"-o needs a name that ends in .star or .cs; found '{Output}'. Pickles: --poses and --ctf.");
        }
        HashSet<string> taken = [.. inputs.Select(Path.GetFullPath)];
        foreach (string path in Outputs)
        {
            if (!taken.Add(Path.GetFullPath(path)))
            {
                throw new UsageException($"'{path}' is named twice; give every output a name of its own.");
            }
            if (File.Exists(path) && !overwrite) throw new UsageException($"'{path}' exists. Name another file, or add --overwrite.");
        }
    }

    /// <summary>Reads, writes and says what was done.</summary>
    public void Run(Terminal terminal)
    {
        ParticleSet set = Read();
        new InputProtection(inputs.Concat(set.InputFiles)).Refuse(Outputs);
        foreach (string warning in set.Warnings) terminal.Error.WriteLine("warning: " + warning);
        foreach (string line in ParticleReview.Values(set, ValueUse.None)) terminal.Error.WriteLine(line);
        foreach (string line in Forms.SelectMany(form => ConversionLosses.Of(set, form))) terminal.Error.WriteLine("warning: " + line);
        if (Output is not null)
        {
            if (Ending(Output) == ".cs") set.WriteCryoSparc(Output, null);
            else set.WriteStar(Output, null);
        }
        if (Poses is not null) CryoDrgnFiles.WritePoses(set, Poses);
        if (Ctf is not null) CryoDrgnFiles.WriteCtf(set, Ctf);
        string what = (set.HasPoses, set.HasCtf) switch
        {
            (true, true) => "with poses and CTF",
            (true, false) => "with poses, without CTF",
            (false, true) => "with CTF, without poses",
            _ => "without poses and CTF",
        };
        terminal.Out.WriteLine($"{Wording.Count(set.Count)} {Plural.Noun(set.Count, "particle")} {what}: {string.Join(", ", Outputs)}");
    }

    private ParticleSet Read()
    {
        string[] pickles = [.. inputs.Where(p => Ending(p) == ".pkl")];
        string[] others = [.. inputs.Where(p => Ending(p) != ".pkl")];
        if (others.Length == 0)
        {
            throw new UsageException("The pickles say nothing of the images: name the stack (.mrcs) or a star file too.");
        }
        string[] further = others[1..];
        if (Array.Find(further, p => Ending(p) != ".cs") is { } extra)
        {
            throw new UsageException($"'{extra}' is one particle file too many; only .cs files of the same particles are joined.");
        }
        if (further.Length > 0) options = options with { Passthrough = [.. options.Passthrough ?? [], .. further] };
        return pickles.Length > 0 ? CryoDrgnFiles.Load(others[0], pickles, options) : ParticleSet.Load(others[0], options);
    }

    private static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();
}
