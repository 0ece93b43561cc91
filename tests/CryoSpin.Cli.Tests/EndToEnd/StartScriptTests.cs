using System.Diagnostics;
using CryoSpin.TestSupport;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>The script that starts the program, in a small copy of the project and with a compiler that only pretends.</summary>
public sealed class StartScriptTests : IDisposable
{
    private const string Stamp = "src/CryoSpin.Cli/bin/Release/built-from";
    private const string Program = "src/CryoSpin.Cli/bin/Release/net10.0/cryospin-cli.dll";

    private const string Compiler = """
        #!/usr/bin/env bash
        case $1 in
            --list-sdks) echo "10.0.100 [/usr/share/dotnet/sdk]" ;;
            build) mkdir -p "$PWD/src/CryoSpin.Cli/bin/Release/net10.0"; echo program >"$PWD/src/CryoSpin.Cli/bin/Release/net10.0/cryospin-cli.dll" ;;
            *) cat "$1"; shift; echo "ran $*" ;;
        esac
        """;

    private readonly TemporaryFolder _folder = new();

    public StartScriptTests()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (string name in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig"]) _folder.WriteText(name, "");
        Directory.CreateDirectory(_folder["src/CryoSpin.Cli"]);
        Directory.CreateDirectory(_folder["tools"]);
        _folder.WriteText("src/CryoSpin.Cli/Program.cs", "");
        _folder.WriteText("tools/dotnet", Compiler);
        File.Copy(Path.Combine(SharedData.RepositoryRoot, "cryospin"), _folder["cryospin"]);
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (string name in (string[])["", "cryospin", "tools/dotnet"]) File.SetUnixFileMode(_folder[name], all);
    }

    public void Dispose() => _folder.Dispose();

    [AnotherUserFact]
    public void Every_user_may_run_what_one_has_built()
    {
        Assert.Contains("building", Start(Owner).Error);
        Assert.Equal("-rw-r--r--", Text("stat", "-c", "%A", _folder[Stamp]));
        (int code, string output, string error) = Start(AnotherUserFactAttribute.Prefix);
        Assert.Equal((0, "program\nran inspect a.star\n", ""), (code, output, error));
    }

    [AnotherUserFact]
    public void Who_may_not_write_runs_the_program_as_it_was_built_and_is_told_so_once()
    {
        Start(Owner);
        File.SetLastWriteTimeUtc(_folder["src/CryoSpin.Cli/Program.cs"], DateTime.UtcNow.AddMinutes(1));
        (int code, string output, string error) = Start(AnotherUserFactAttribute.Prefix);
        Assert.Equal((0, "program\nran inspect a.star\n"), (code, output));
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("the sources are newer than the program", line);
        Assert.Contains("building", Start(Owner).Error);
    }

    [AnotherUserFact]
    public void Without_a_program_who_may_not_write_is_told_whom_to_ask()
    {
        (int code, string output, string error) = Start(AnotherUserFactAttribute.Prefix);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Ask the owner of the folder", error);
        Assert.False(File.Exists(_folder[Program]));
    }

    // As the build itself may do, this one outlives the signal that Ctrl-C sends to both.
    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void A_signal_during_the_build_ends_it_and_the_command_is_not_run(string signal, int code)
    {
        string compiler = Compiler.Replace("build)", $"build) trap '' INT HUP; touch {_folder["started"]}; sleep 2;", StringComparison.Ordinal);
        File.WriteAllText(_folder["tools/dotnet"], compiler);
        using Process process = Process.Start(StartInfo(Owner))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder["started"]), TimeSpan.FromSeconds(30)));
        Finish(new ProcessStartInfo("kill", ["-" + signal, process.Id.ToString()]));
        process.WaitForExit();
        Assert.Equal((code, ""), (process.ExitCode, output.Result));
        Assert.Contains("stopped before the command was run", error.Result);
        Assert.False(File.Exists(_folder[Program]));
    }

    // Where the tests run in the background signals may be ignored, which a script cannot change for itself.
    private static string[] Owner => ["env", "--default-signal=INT,HUP,TERM"];

    private (int Code, string Output, string Error) Start(string[] prefix) => Finish(StartInfo(prefix));

    private ProcessStartInfo StartInfo(string[] prefix)
    {
        const string script = "umask 022; export PATH=\"$1:$PATH\"; shift; exec \"$@\"";
        return new ProcessStartInfo("bash", ["-c", script, "bash", _folder["tools"], .. prefix, _folder["cryospin"], "inspect", "a.star"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
    }

    private static string Text(string program, params string[] args) => Finish(new ProcessStartInfo(program, args)).Output.Trim();

    private static (int Code, string Output, string Error) Finish(ProcessStartInfo start)
    {
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>A theory about bash.</summary>
    private sealed class UnixTheoryAttribute : TheoryAttribute
    {
        public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "the start script needs bash" : null;
    }

    /// <summary>A fact that needs a second user; skipped, with the reason, where this one may not become another.</summary>
    private sealed class AnotherUserFactAttribute : FactAttribute
    {
        private static readonly Lazy<bool> s_works = new(Works);

        public AnotherUserFactAttribute() => Skip = s_works.Value ? null : "another user's rights cannot be taken on here (setpriv, as root)";

        /// <summary>What runs a command as somebody who owns nothing.</summary>
        public static string[] Prefix => ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

        private static bool Works()
        {
            if (OperatingSystem.IsWindows()) return false;
            try
            {
                return Finish(new ProcessStartInfo(Prefix[0], [.. Prefix[1..], "true"])).Code == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program.
                return false;
            }
        }
    }
}
