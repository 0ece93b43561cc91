using CryoSpin.Compute.Kernels;

namespace CryoSpin.Cli.Display;

/// <summary>Tells at the start of long work that this process has no vector instructions.</summary>
internal static class SlowProcessor
{
    /// <summary>The variable that takes vector instructions from a .NET program where it is 0.</summary>
    public const string Switch = "DOTNET_EnableHWIntrinsic";

    private const string Slow = "warning: This process has no vector instructions. All computing takes many times as long. ";

    /// <summary>A line for the user, or null where there is nothing to say.</summary>
    public static string? Notice =>
        Vectors.Bits > 0 ? null
        : Environment.GetEnvironmentVariable(Switch) is { } value ? $"{Slow}The environment variable {Switch} is {value}: unset it."
        : $"{Slow}The .NET runtime knows none of this processor.";
}
