namespace CryoSpin.Cli.Running;

/// <summary>
/// Empty files in a job's folder by which RELION's pipeline learns how a job ended, and by which it asks for a stop (the option
/// --pipeline_control that it passes to the programs it starts).
/// </summary>
internal sealed class PipelineMarks
{
    private const string Success = "RELION_JOB_EXIT_SUCCESS";
    private const string Failure = "RELION_JOB_EXIT_FAILURE";
    private const string Aborted = "RELION_JOB_EXIT_ABORTED";
    private const string AbortNow = "RELION_JOB_ABORT_NOW";
    private readonly string? _folder;

    /// <param name="folder">The job's folder; null where no pipeline started the program.</param>
    public PipelineMarks(string? folder) => _folder = folder;

    /// <summary>The file that asks for a stop.</summary>
    public IReadOnlyList<string> StopFiles => _folder is null ? [] : [Path.Combine(_folder, AbortNow)];

    /// <summary>Does some work and marks how it ended.</summary>
    public int Around(Func<int> work)
    {
        if (_folder is null) return work();
        Directory.CreateDirectory(_folder);
        foreach (string name in (string[])[Success, Failure, Aborted, AbortNow]) File.Delete(Path.Combine(_folder, name));
        try
        {
            int code = work();
            Mark(code == ExitCode.Done ? Success : Failure);
            return code;
        }
        catch (Exception e)
        {
            Mark(e is OperationCanceledException or AggregateException { InnerException: OperationCanceledException } ? Aborted : Failure);
            throw;
        }
    }

    private void Mark(string name)
    {
        using FileStream file = File.Create(Path.Combine(_folder!, name));
    }
}
