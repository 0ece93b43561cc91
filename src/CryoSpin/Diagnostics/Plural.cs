using System.Globalization;

namespace CryoSpin.Diagnostics;

/// <summary>Numbers with their nouns and verbs, for messages.</summary>
public static class Plural
{
    /// <summary>The number and its noun, e.g. <c>1 image</c>, <c>2 images</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The noun for one; its plural ends with a further s.</param>
    public static string Of(long count, string one) => count.ToString(CultureInfo.InvariantCulture) + " " + Noun(count, one);

    /// <summary>The noun alone.</summary>
    public static string Noun(long count, string one) => count == 1 ? one : one + "s";

    /// <summary>A word of which the plural is another, e.g. <c>is</c> and <c>are</c>.</summary>
    public static string Choose(long count, string one, string many) => count == 1 ? one : many;
}
