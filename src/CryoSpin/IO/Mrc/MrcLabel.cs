using System.Globalization;
using System.Reflection;
using System.Text;

namespace CryoSpin.IO.Mrc;

/// <summary>
/// The text in the header of a file that CryoSpin writes: program, version, and what the file is. There is no time of writing in it, so
/// that the same run gives the same bytes on every day; run.json has the times. Where the environment variable SOURCE_DATE_EPOCH is set
/// (seconds since 1970, as reproducible builds have it), its day is added.
/// </summary>
internal static class MrcLabel
{
    /// <summary>Bytes of a label.</summary>
    public const int Bytes = 80;

    private const string DateVariable = "SOURCE_DATE_EPOCH";

    private static readonly string s_version = ReadVersion();

    /// <summary>The label; characters that are not ASCII become question marks, and what is too long is cut.</summary>
    /// <param name="content">What the file is, e.g. "half-map 1".</param>
    public static byte[] Make(string content)
    {
        string text = $"CryoSpin {s_version}{Day(Environment.GetEnvironmentVariable(DateVariable))}: {content}";
        string printable = string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
        return Encoding.ASCII.GetBytes(printable.PadRight(Bytes)[..Bytes]);
    }

    private static string Day(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long s) && s < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(s).ToString(" yyyy-MM-dd", CultureInfo.InvariantCulture)
            : "";

    // Without the commit behind the plus sign: a change of the sources that changes no map shall not change its bytes.
    private static string ReadVersion() =>
        (typeof(MrcLabel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+')[0];
}
