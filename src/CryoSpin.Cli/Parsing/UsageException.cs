namespace CryoSpin.Cli.Parsing;

/// <summary>Options that are each valid but cannot stand together, or with the state of the disk. Ends with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
