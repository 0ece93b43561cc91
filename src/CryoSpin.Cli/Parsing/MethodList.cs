using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>What <c>reconstruct --list-methods</c> prints.</summary>
internal static class MethodList
{
    /// <summary>Prints the methods.</summary>
    public static void Print(TextWriter output)
    {
        int width = ReconstructionMethod.All.Max(m => m.Name.Length) + 2;
        foreach (ReconstructionMethod method in ReconstructionMethod.All)
        {
            output.WriteLine($"{method.Name.PadRight(width)}{method.Summary}");
            output.WriteLine($"{new string(' ', width)}Source: {method.Source}");
            output.WriteLine($"{new string(' ', width)}Use: {method.UseWhen}");
        }
    }
}
