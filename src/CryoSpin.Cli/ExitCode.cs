namespace CryoSpin.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>The verb did what was asked.</summary>
    public const int Done = 0;

    /// <summary>An input could not be used, or the run failed or was stopped.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong: an unknown option, a missing or impossible value.</summary>
    public const int WrongUsage = 2;

    /// <summary>The run came to its end and wrote its files, but its verdict is that the map is not one of the particle.</summary>
    public const int NoMap = 3;
}
