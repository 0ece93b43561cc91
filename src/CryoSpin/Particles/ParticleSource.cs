using System.Globalization;
using System.Numerics.Tensors;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Particles;

/// <summary>Reads particle images from their stacks when asked; holds a bounded number of open files and no images.</summary>
public sealed class ParticleSource : IDisposable
{
    private const int ProblemsShown = 20;
    private const int StackWarningsShown = 5;
    private readonly MrcStackReader?[] _stacks;
    private readonly OpenFiles _files = new();

    /// <summary>Opens every stack once and checks that all images are there and have their groups' sizes.</summary>
    /// <exception cref="InputException">
    /// Stacks are missing or damaged, sizes differ, or a row names an image past the end; all are listed.
    /// </exception>
    public ParticleSource(ParticleSet set)
    {
        Set = set;
        _stacks = new MrcStackReader?[set.StackPaths.Count];
        List<string> problems = [], warnings = [.. set.Warnings];
        try
        {
            for (int s = 0; s < _stacks.Length; s++) OpenStack(s, problems);
            AddStackWarnings(warnings);
            CheckParticles(problems);
            if (problems.Count > 0) throw Fault(problems);
        }
        catch
        {
            Dispose();
            throw;
        }
        Warnings = warnings;
    }

    /// <summary>The particles.</summary>
    public ParticleSet Set { get; }

    /// <summary>The set's warnings and those of the stacks.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The open stacks, in the set's order.</summary>
    internal IReadOnlyList<MrcStackReader?> Stacks => _stacks;

    /// <summary>Loads a star file or a bare stack (<see cref="ParticleSet.Load"/>) and opens its images.</summary>
    /// <exception cref="InputException">See <see cref="ParticleSet.Load"/> and the constructor.</exception>
    public static ParticleSource Open(string path, ParticleLoadOptions? options = null) => new(ParticleSet.Load(path, options));

    /// <summary>Reads an image as it is in the file. May be called from several threads at once.</summary>
    /// <param name="particle">0 to Count - 1.</param>
    /// <param name="pixels">Box x box values, [y][x], with the box of the particle's optics group.</param>
    /// <exception cref="InputException">The image cannot be read, or holds values that are not finite or above 1e9.</exception>
    public void ReadImage(int particle, Span<float> pixels)
    {
        _stacks[Set.StackOf(particle)]!.Read(Set.ImageIndex(particle), pixels);
        // Of a pixel that is not a number the magnitude is none either.
        if (MathF.Abs(TensorPrimitives.MaxMagnitude<float>(pixels)) <= PixelRange.Greatest) return;
        int at = 0;
        while (MathF.Abs(pixels[at]) <= PixelRange.Greatest) at++;
        int box = Set.Optics(particle).BoxSize;
        throw new InputException(
            string.Create(CultureInfo.InvariantCulture, $"{Set.Where(particle)}: {Set.ImageIndex(particle) + 1}@{Set.ImagePath(particle)}"),
            string.Create(CultureInfo.InvariantCulture, $"pixel ({at % box}, {at / box}) is {pixels[at]}."),
            "Remove the particle, extract it again, or leave such particles out with --skip-bad.");
    }

    /// <summary>Closes the stacks.</summary>
    public void Dispose()
    {
        foreach (MrcStackReader? stack in _stacks) stack?.Dispose();
        _files.Dispose();
    }

    // A project has thousands of stacks from one writer, all with one oddity.
    private void AddStackWarnings(List<string> warnings)
    {
        List<string> all = [.. _stacks.SelectMany(s => s?.Warnings ?? [])];
        warnings.AddRange(all.Take(StackWarningsShown));
        if (all.Count > StackWarningsShown) warnings.Add($"{all.Count - StackWarningsShown} more warnings of stacks.");
    }

    private void OpenStack(int s, List<string> problems)
    {
        try
        {
            _stacks[s] = MrcStackReader.Open(Set.StackPaths[s], _files);
        }
        catch (InputException e)
        {
            problems.Add($"{Set.Where(FirstParticleOf(s))}: {e.Message}");
        }
    }

    private int FirstParticleOf(int stack)
    {
        int i = 0;
        while (Set.StackOf(i) != stack) i++;
        return i;
    }

    private void CheckParticles(List<string> problems)
    {
        HashSet<(int Stack, int Box)> wrong = [];
        for (int i = 0; i < Set.Count; i++)
        {
            if (_stacks[Set.StackOf(i)] is not { } stack) continue;
            if (Set.ImageIndex(i) >= stack.Count)
            {
                problems.Add($"{Set.Where(i)}: image {Set.ImageIndex(i) + 1L} of {stack.Path}, which has {stack.Count}.");
            }
            int box = Set.Optics(i).BoxSize;
            if ((stack.Width != box || stack.Height != box) && wrong.Add((Set.StackOf(i), box)))
            {
                problems.Add($"{Set.Where(i)}: {stack.Path} has images of {stack.Width} x {stack.Height} pixels, not {box} x {box}.");
            }
        }
    }

    private InputException Fault(List<string> problems)
    {
        string more = problems.Count > ProblemsShown ? $" (and {problems.Count - ProblemsShown} more)" : "";
        return new InputException(
            Set.Source, $"{Plural.Of(problems.Count, "problem")} with the images: {string.Join(" ", problems.Take(ProblemsShown))}{more}",
            "Correct the star file, or write the stacks again.");
    }
}
