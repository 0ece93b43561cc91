using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Parsing;

/// <summary>A value of every declared option that is not its usual one, found by trying: a new option needs no entry anywhere.</summary>
internal static class OptionSamples
{
    private static readonly string[] s_words = ["3", "2.5", "100", "1G", "p.star", "paper", "network", "2"];

    /// <summary>All options that stand in the options of a run.</summary>
    public static IReadOnlyList<RunOption> Recorded { get; } = [.. OptionCatalogue.All.Where(o => o.HasValue)];

    /// <summary>Names of these, for theories.</summary>
    public static TheoryData<string> Names => [.. Recorded.Select(o => o.Name)];

    /// <summary>The words of a value.</summary>
    public static IReadOnlyList<string> Of(RunOption option)
    {
        if (option.Kind.Arity == OptionArity.None) return [];
        foreach (string word in option.Kind.Choices.Reverse().Concat(s_words))
        {
            ReconstructionOptions changed = option.With(OptionCatalogue.Defaults, [word], out string? mistake);
            if (mistake is null && !option.IsUsual(changed) && option.Show(changed) != option.Show(OptionCatalogue.Defaults)) return [word];
        }
        throw new InvalidOperationException($"No sample suits {option.Name}.");
    }

    /// <summary>Options with that value, and with a method that takes it.</summary>
    public static ReconstructionOptions With(RunOption option, ReconstructionOptions start)
    {
        ReconstructionOptions[] possible =
        [
            .. ReconstructionMethod.All.Select(m => option.With(start with { Method = start.Method with { Name = m.Name } }, Of(option), out _)),
        ];
        return possible.First(o => OptionCatalogue.Objection(o) is null && !option.IsUsual(o));
    }
}
