using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.Cli.Parsing;

/// <summary>
/// Makes options whose error messages speak of values, not of types, and whose numbers are always read with a decimal point.
/// </summary>
internal static class OptionFactory
{
    /// <summary>A whole number from min to max.</summary>
    public static Option<int> Integer(string name, string description, string unit, int initial, int min, int max = int.MaxValue) =>
        new(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => initial,
            CustomParser = result => ParseInteger(result, name, min, max) ?? initial,
        };

    /// <summary>The same without a default: null where the option is absent.</summary>
    public static Option<int?> OptionalInteger(string name, string description, string unit, int min, int max = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result => ParseInteger(result, name, min, max),
    };

    /// <summary>A number from min to max.</summary>
    public static Option<double> Number(string name, string description, string unit, double initial, double min, double max) => new(name)
    {
        Description = description,
        HelpName = unit,
        DefaultValueFactory = _ => initial,
        CustomParser = result => ParseNumber(result, name, min, max) ?? initial,
    };

    /// <summary>The same without a default: null where the option is absent.</summary>
    public static Option<double?> OptionalNumber(string name, string description, string unit, double min, double max) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result => ParseNumber(result, name, min, max),
    };

    /// <summary>An amount of memory such as 1G or 800M, in bytes; null where the option is absent.</summary>
    public static Option<long?> OptionalSize(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (ByteSize.TryParse(text, out long bytes)) return bytes;
            result.AddError($"{name} needs an amount of memory such as 1G, 1.5G or 800M; found '{text}'.");
            return null;
        },
    };

    /// <summary>A path to a file or folder.</summary>
    public static Option<string> Path(string name, string description, string helpName, bool required = false, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName, Required = required };

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static int? ParseInteger(ArgumentResult result, string name, int min, int max)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }
        string range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        result.AddError($"{name} needs a whole number, {range}; found '{text}'.");
        return null;
    }

    private static double? ParseNumber(ArgumentResult result, string name, double min, double max)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max)
        {
            return value;
        }
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} needs a number from {min} to {max}; found '{text}'."));
        return null;
    }
}
