namespace CryoSpin.Cli.Running;

/// <summary>Looks every second whether one of some files has appeared, which then asks a run to stop as Ctrl-C does.</summary>
internal sealed class StopFiles : IDisposable
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string Name = "stop";

    private volatile string[] _paths;
    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    /// <param name="paths">The files. Those that are there already ask an earlier run and are removed.</param>
    /// <param name="cancellation">Asks for a stop, too.</param>
    public StopFiles(string[] paths, CancellationToken cancellation)
    {
        _paths = paths;
        foreach (string path in paths) File.Delete(path);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Asks for a stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Looks for one more file. One that is there already asks an earlier run and is removed.</summary>
    public void Add(string path)
    {
        File.Delete(path);
        _paths = [.. _paths, path];
    }

    /// <summary>The file that has appeared; null where none has.</summary>
    public string? Seen { get; private set; }

    /// <summary>Ends the watch and removes the file that was seen.</summary>
    public void Dispose()
    {
        using (ManualResetEvent ended = new(false))
        {
            // A look that is under way may not meet a source that is gone.
            if (_timer.Dispose(ended)) ended.WaitOne();
        }
        if (Seen is not null) File.Delete(Seen);
        _source.Dispose();
    }

    private void Look()
    {
        if (Seen is not null || Array.Find(_paths, File.Exists) is not { } path) return;
        Seen = path;
        _source.Cancel();
    }
}
