using System.Globalization;

namespace CryoSpin.Runs;

/// <summary>How many words follow an option's name.</summary>
public enum OptionArity
{
    /// <summary>None: it is a switch.</summary>
    None,

    /// <summary>One, which may be left out.</summary>
    Optional,

    /// <summary>One.</summary>
    One,

    /// <summary>One, and the option may be given again.</summary>
    Many,
}

/// <summary>What values an option takes, how they are typed, and how they are shown.</summary>
public abstract class OptionKind
{
    /// <summary>What stands for the value in help, e.g. <c>PX</c>; empty for a switch.</summary>
    public string Placeholder { get; init; } = "";

    /// <summary>How many words follow the name.</summary>
    public virtual OptionArity Arity => OptionArity.One;

    /// <summary>Words that are taken, where there are only a few; else none.</summary>
    public virtual IReadOnlyList<string> Choices => [];

    /// <summary>What is taken, in words that follow "needs", e.g. <c>a whole number, 1 to 64</c>; empty where anything is taken.</summary>
    public abstract string Expected { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="words">What was typed after the name.</param>
    /// <returns>The value; null where it is none that is taken.</returns>
    internal abstract object? Parse(IReadOnlyList<string> words);

    /// <summary>Whether a value says no more than that the option was not given.</summary>
    internal virtual bool IsEmpty(object value) => false;

    /// <summary>A value as typed; none for a switch.</summary>
    internal virtual IReadOnlyList<string> Words(object value) => [string.Create(CultureInfo.InvariantCulture, $"{value}")];

    /// <summary>A value for people, with its unit.</summary>
    internal virtual string Show(object value) => string.Join(", ", Words(value));

    /// <summary>Files that a value names; null where the value itself counts, and not a file.</summary>
    internal virtual IReadOnlyList<string>? Files(object value) => null;

    /// <summary>A value with every path in it changed.</summary>
    internal virtual object MapPaths(object value, Func<string, string> change) => value;
}

/// <summary>A switch: true where the name stands.</summary>
internal sealed class SwitchKind : OptionKind
{
    public override OptionArity Arity => OptionArity.None;

    public override string Expected => "no value";

    internal override object? Parse(IReadOnlyList<string> words) => words.Count == 0 ? true : null;

    internal override bool IsEmpty(object value) => value is false;

    internal override IReadOnlyList<string> Words(object value) => [];

    internal override string Show(object value) => value is true ? "yes" : "no";
}

/// <summary>True or false; the name alone means true.</summary>
internal sealed class TrueFalseKind : OptionKind
{
    public TrueFalseKind() => Placeholder = "true|false";

    public override OptionArity Arity => OptionArity.Optional;

    public override IReadOnlyList<string> Choices => ["true", "false"];

    public override string Expected => "true or false";

    internal override object? Parse(IReadOnlyList<string> words) =>
        words.Count == 0 ? true : bool.TryParse(words[0], out bool value) ? value : null;

    internal override IReadOnlyList<string> Words(object value) => [value is true ? "true" : "false"];

    internal override string Show(object value) => value is true ? "yes" : "no";
}

/// <summary>One of a few words.</summary>
internal sealed class ChoiceKind(IReadOnlyList<(string Word, object Value)> choices) : OptionKind
{
    /// <summary>The names of an enumeration, in lower case.</summary>
    public static ChoiceKind Of<T>() where T : struct, Enum =>
        new([.. Enum.GetValues<T>().Select(v => (v.ToString().ToLowerInvariant(), (object)v))])
        {
            Placeholder = string.Join('|', Enum.GetNames<T>().Select(n => n.ToLowerInvariant())),
        };

    public override IReadOnlyList<string> Choices => [.. choices.Select(c => c.Word)];

    public override string Expected => choices.Count == 1
        ? choices[0].Word
        : $"{string.Join(", ", choices.SkipLast(1).Select(c => c.Word))} or {choices[^1].Word}";

    internal override object? Parse(IReadOnlyList<string> words) => choices.FirstOrDefault(c => c.Word == words[0]).Value;

    internal override IReadOnlyList<string> Words(object value) => [choices.FirstOrDefault(c => c.Value.Equals(value)).Word ?? $"{value}"];
}
