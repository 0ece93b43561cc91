using System.Diagnostics;
using CryoSpin.Diagnostics;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>
/// Writes the checkpoints of one run and finds the one that it goes on from. A checkpoint that cannot be written is no reason to end a
/// run: the one before stays, and the log says so.
/// </summary>
internal sealed class RunCheckpoints
{
    private readonly string? _folder;
    private readonly TimeSpan? _interval;
    private readonly InputFingerprint _input;
    private readonly IRunObserver _observer;
    private readonly CancellationToken _cancellation;
    private long _last = Stopwatch.GetTimestamp();
    private bool _failing;

    /// <param name="resources">Tell the folder and how often; without a folder there are no checkpoints.</param>
    /// <param name="input">What the run depends on.</param>
    /// <param name="observer">Receives warnings.</param>
    /// <param name="cancellation">When it asks for a stop, the next chance to write a checkpoint is used.</param>
    public RunCheckpoints(RunResources resources, InputFingerprint input, IRunObserver observer, CancellationToken cancellation)
    {
        (_folder, _input, _observer, _cancellation) = (resources.CheckpointDirectory, input, observer, cancellation);
        _interval = _folder is not null && resources.CheckpointMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
    }

    /// <summary>What the run goes on from; null to begin at the beginning.</summary>
    /// <param name="particles">Number of particles.</param>
    /// <param name="box">Edge of the images, pixels.</param>
    /// <param name="search">Schedule of the search.</param>
    /// <exception cref="ResumeRefusedException">The input or an option is not what it was.</exception>
    public RunState? Find(int particles, int box, SearchSchedule search)
    {
        RunStateChecks checks = new(particles, box, search);
        if (_folder is not null) CheckpointFolder.RemoveUnfinished(_folder);
        // The state of a run on another input need not suit this one: what has changed is told below.
        void Check(InputFingerprint input, RunState state)
        {
            if (input.Difference(_input) is null) checks.Check(state);
        }
        if (_folder is null || CheckpointFolder.Newest(_folder, _observer.Log, Check) is not var (input, state))
        {
            _observer.Log("There is no checkpoint: starting from the beginning.");
            return null;
        }
        if (input.Difference(_input) is { } difference)
        {
            throw new ResumeRefusedException(
                $"{_folder}: the run cannot go on, because its input has changed: {difference}. Put it back, or start a new run.");
        }
        _observer.Log($"Going on from {state.Stage}.");
        return state;
    }

    /// <summary>Writes a checkpoint if it is time to, or if the run is about to stop.</summary>
    public void Offer(Func<RunState> state)
    {
        if (_interval is null) return;
        if (Stopwatch.GetElapsedTime(_last) >= _interval || _cancellation.IsCancellationRequested) Write(state);
    }

    /// <summary>Writes a checkpoint.</summary>
    public void Write(Func<RunState> state)
    {
        if (_folder is null || _interval is null) return;
        try
        {
            // The checkpoint says how many figures there are; it must not outlive them.
            _observer.Flush();
            CheckpointFolder.Write(_folder, _input, state());
            if (_failing) _observer.Log("Checkpoints can be written again.");
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryoSpinException)
        {
            if (!_failing) _observer.Log($"warning: A checkpoint could not be written ({e.Message}). The run goes on; the last one stays.");
            _failing = true;
        }
        _last = Stopwatch.GetTimestamp();
    }
}
