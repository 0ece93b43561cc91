using System.Diagnostics;
using System.Globalization;
using System.Text;
using CryoSpin.Cli.Running;
using CryoSpin.Diagnostics;

namespace CryoSpin.Cli.Comparing;

/// <summary>Runs a command of this program to its end.</summary>
/// <param name="args">Its words.</param>
/// <param name="line">Receives every line that it prints.</param>
/// <param name="folder">Folder of the run, where a stop file asks for its end.</param>
/// <param name="cancellation">Asks for its end.</param>
/// <returns>Its exit code.</returns>
internal delegate int ChildRun(IReadOnlyList<string> args, Action<string> line, string folder, CancellationToken cancellation);

/// <summary>Runs a command in a process of its own, so that time and peak memory are that run's alone.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc cref="ChildRun"/>
    public static int Run(IReadOnlyList<string> args, Action<string> line, string folder, CancellationToken cancellation)
    {
        using Process process = Start(args);
        object gate = new();
        process.OutputDataReceived += Pass;
        process.ErrorDataReceived += Pass;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        string stop = Path.Combine(folder, StopFiles.Name);
        bool asked = false;
        try
        {
            while (!process.WaitForExit(s_look))
            {
                // Again and again: a run that has just begun removes an old stop file first.
                if (cancellation.IsCancellationRequested) asked |= Ask(stop);
            }
            process.WaitForExit();
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            if (asked) File.Delete(stop);
        }
        return process.ExitCode;

        void Pass(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is null) return;
            lock (gate) line(e.Data);
        }
    }

    private static Process Start(IReadOnlyList<string> args)
    {
        string program = Environment.ProcessPath
            ?? throw new CryoSpinException("The program's own path is not known, so no run can be started.");
        ProcessStartInfo start = new(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // Hosted by dotnet, the program proper is its first argument.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string word in args) start.ArgumentList.Add(word);
        return Process.Start(start) ?? throw new CryoSpinException($"{program} could not be started.");
    }

    private static bool Ask(string stop)
    {
        if (!Directory.Exists(Path.GetDirectoryName(stop))) return false;
        if (!File.Exists(stop)) File.WriteAllText(stop, "");
        return true;
    }
}

/// <summary>Hands every line on.</summary>
internal sealed class LineWriter(Action<string> line) : StringWriter(CultureInfo.InvariantCulture)
{
    public override void WriteLine(string? value) => line(value ?? "");

    public override void WriteLine() => line("");
}
