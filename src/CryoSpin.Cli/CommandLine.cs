using System.CommandLine;
using CryoSpin.Cli.Comparing;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Cli.Verbs;
using CryoSpin.Diagnostics;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Cli;

/// <summary>The one entry point: parses, runs the verb, and turns every outcome into an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Set to 1, this environment variable shows the stack trace of a failure.</summary>
    public const string DebugVariable = "CRYOSPIN_DEBUG";

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress and messages.</param>
    /// <param name="engine">What finds map and poses; null for the real one.</param>
    /// <param name="cancellation">Asks the verb to stop.</param>
    /// <param name="child">
    /// How compare starts its runs; null for processes of their own, with an engine of the caller's, which no other process knows, for this one.
    /// </param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, TextWriter output, TextWriter error, RunEngine? engine = null, CancellationToken cancellation = default,
        ChildRun? child = null)
    {
        MessageWriter results = MessageWriter.Over(output), messages = MessageWriter.Over(error);
        RootCommand root = CreateRoot(engine, child);
        // A file may be named @something; response files would swallow it.
        ParserConfiguration parser = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        ParseResult parse = root.Parse(args, parser);
        if (UsageError.Find(parse) is { } mistake)
        {
            await messages.WriteLineAsync(mistake);
            return ExitCode.WrongUsage;
        }
        InvocationConfiguration configuration = new()
        {
            Output = results,
            Error = messages,
            EnableDefaultExceptionHandler = false,
            // Program.cs handles Ctrl-C itself: the library would kill a run that needs some seconds to stop cleanly.
            ProcessTerminationTimeout = null,
        };
        try
        {
            int code = await parse.InvokeAsync(configuration, cancellation);
            results.Flush();
            if (results.Failure is not { } failure) return code;
            // The work is done and its files are whole, but who reads the output must not take a part of it for all.
            await messages.WriteLineAsync($"cryospin: standard output could not be written whole ({failure}).");
            return Math.Max(code, ExitCode.Failed);
        }
        catch (Exception e)
        {
            await messages.WriteLineAsync("cryospin: " + Describe(e));
            if (Environment.GetEnvironmentVariable(DebugVariable) == "1") await messages.WriteLineAsync(e.ToString());
            return e is UsageException or OutputExistsException or OutputOverInputException ? ExitCode.WrongUsage : ExitCode.Failed;
        }
    }

    /// <summary>The command tree, newly made.</summary>
    public static RootCommand CreateRoot(RunEngine? engine = null, ChildRun? child = null)
    {
        RootCommand root = new(
            "Ab-initio reconstruction for single-particle cryo-EM: from a stack of particle images to the map, the half-maps, "
            + "the FSC and every particle's pose.");
        root.Add(DemoVerb.Create(engine ?? ReconstructionEngine.Run));
        root.Add(SimulateVerb.Create());
        root.Add(PreprocessVerb.Create());
        root.Add(ReconstructVerb.Create(engine ?? ReconstructionEngine.Run));
        root.Add(CompareVerb.Create(child ?? (engine is null ? ChildProcess.Run : InThisProcess(engine))));
        root.Add(BackprojectVerb.Create());
        root.Add(EvaluateVerb.Create());
        root.Add(FscVerb.Create());
        root.Add(InspectVerb.Create());
        root.Add(ValidateVerb.Create());
        root.Add(FlipHandVerb.Create());
        root.Add(SymmetrizeVerb.Create());
        root.Add(ConvertVerb.Create());
        root.Add(HelpVerb.Create(root));
        VerbHelp.Install(root);
        return root;
    }

    private static ChildRun InThisProcess(RunEngine engine) => (args, line, _, cancellation) =>
    {
        using LineWriter writer = new(line);
        return InvokeAsync([.. args], writer, writer, engine, cancellation).GetAwaiter().GetResult();
    };

    private static string Describe(Exception e) => e switch
    {
        AggregateException { InnerException: { } inner } => Describe(inner),
        CryoSpinException or UsageException => e.Message,
        OperationCanceledException => "stopped.",
        FileNotFoundException { FileName: { } name } => $"{name}: no such file. Check the path.",
        DirectoryNotFoundException or UnauthorizedAccessException or IOException => e.Message,
        OutOfMemoryException => "out of memory. Use a smaller box or fewer particles.",
        _ => $"internal error: {e.GetType().Name}: {e.Message} Set {DebugVariable}=1 to see where, and report it.",
    };
}
