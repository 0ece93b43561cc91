using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.Runs;

/// <summary>A whole number in a range.</summary>
internal sealed class WholeNumberKind(int least, int most = int.MaxValue, string unit = "") : OptionKind
{
    public override string Expected => most == int.MaxValue ? $"a whole number, {least} or more" : $"a whole number, {least} to {most}";

    internal override object? Parse(IReadOnlyList<string> words) =>
        int.TryParse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : null;

    internal override string Show(object value) => Words(value)[0] + unit;
}

/// <summary>A number in a range, with a decimal point.</summary>
internal sealed class NumberKind(double least, double most, string unit) : OptionKind
{
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");

    internal override object? Parse(IReadOnlyList<string> words) =>
        double.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : null;

    internal override string Show(object value) => Words(value)[0] + unit;
}

/// <summary>An amount of memory, in bytes.</summary>
internal sealed class SizeKind : OptionKind
{
    public SizeKind() => Placeholder = "SIZE";

    public override string Expected => "an amount of memory such as 1G, 1.5G or 800M";

    internal override object? Parse(IReadOnlyList<string> words) => ByteSize.TryParse(words[0], out long bytes) ? bytes : null;

    internal override string Show(object value) => ByteSize.Text((long)value);
}

/// <summary>Numbers of particles, from 1 where they are typed and from 0 in the program.</summary>
internal sealed class ParticleNumbersKind : OptionKind
{
    public ParticleNumbersKind() => Placeholder = "LIST";

    public override string Expected => "particle numbers from 1, e.g. 5,12,300";

    internal override object? Parse(IReadOnlyList<string> words)
    {
        string[] typed = words[0].Split(',', StringSplitOptions.TrimEntries);
        int[] indices = new int[typed.Length];
        for (int i = 0; i < typed.Length; i++)
        {
            if (!int.TryParse(typed[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1) return null;
            indices[i] = number - 1;
        }
        return indices;
    }

    internal override bool IsEmpty(object value) => ((IReadOnlyList<int>)value).Count == 0;

    internal override IReadOnlyList<string> Words(object value) =>
        [string.Join(',', ((IReadOnlyList<int>)value).Select(i => (i + 1).ToString(CultureInfo.InvariantCulture)))];
}

/// <summary>A distance in pixels of the input or in angstrom, as typed.</summary>
internal sealed class ShiftLengthKind : OptionKind
{
    public ShiftLengthKind() => Placeholder = "LENGTH";

    public override string Expected => "a distance, 0 or more, such as 5, 5px or 20A";

    internal override object? Parse(IReadOnlyList<string> words) => ShiftLength.TryParse(words[0], out _) ? words[0] : null;

    internal override string Show(object value) => ShiftLength.TryParse((string)value, out ShiftLength length) ? length.ToString() : (string)value;
}

/// <summary>A box in pixels, or a word for all of the input's pixels.</summary>
internal sealed class BoxKind : OptionKind
{
    /// <summary>The word.</summary>
    public const string Full = "full";

    private readonly WholeNumberKind _number = new(16, 4096, " px");

    public BoxKind() => Placeholder = "BOX|" + Full;

    public override IReadOnlyList<string> Choices => [Full];

    public override string Expected => $"{_number.Expected}, or the word {Full}";

    internal override object? Parse(IReadOnlyList<string> words) => words[0] == Full || _number.Parse(words) is not null ? words[0] : null;

    internal override string Show(object value) => (string)value == Full ? Full : value + " px";
}
