using System.Diagnostics;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>
/// A script run where a small disk of its own is mounted, in a mount namespace that ends with it: nothing is left, and no other process
/// sees or fills the disk.
/// </summary>
internal static class PrivateTmpfs
{
    private static readonly Lazy<string?> s_flags = new(() => Array.Find(["-m", "-rm"], Works));

    /// <summary>Why it cannot be done here; null where it can.</summary>
    public static string? Obstacle =>
        s_flags.Value is null ? "a tmpfs cannot be mounted here: neither as root nor in a user namespace (unshare)" : null;

    /// <summary>The script, in bash: $0 is the folder that becomes the disk, $1 and so on the other arguments.</summary>
    public static ProcessStartInfo Script(string folder, int kibibytes, string script, params string[] args) =>
        Start(s_flags.Value!, folder, kibibytes, script, args);

    private static ProcessStartInfo Start(string flags, string folder, int kibibytes, string script, string[] args) => new(
        "unshare", [flags, "bash", "-c", $"mount -t tmpfs -o size={kibibytes}k tmpfs \"$0\" || exit 99\n{script}", folder, .. args]);

    private static bool Works(string flags)
    {
        if (!OperatingSystem.IsLinux()) return false;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cryospin-test-");
        try
        {
            using Process process = Process.Start(Start(flags, folder.FullName, 64, "exit 0", []))!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program.
            return false;
        }
        finally
        {
            folder.Delete();
        }
    }
}

/// <summary>A fact that needs a small disk of its own; skipped, with the reason, where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute() => Skip = PrivateTmpfs.Obstacle;
}
