using System.Runtime.ExceptionServices;

namespace CryoSpin.Compute;

/// <summary>
/// A fixed team of threads for fork-join loops. The calling thread is worker 0. Workers spin briefly and then block,
/// so an idle team costs nothing and a busy machine is not made busier. One loop runs at a time; loops do not nest.
/// </summary>
/// <remarks>
/// The thread pool is not used because a loop of some tens of microseconds (one layer of the encoder) would pay its
/// queueing on each of thousands of calls, and because per-worker scratch needs stable worker numbers.
/// Delegates are meant to be created once and reused: the team itself allocates nothing per loop.
/// </remarks>
public sealed class WorkerTeam : IDisposable
{
    private const int SpinsBeforeBlocking = 2000;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly object _gate = new();
    private Action<int, int>? _body;
    private volatile Exception? _failure;
    private int _count;
    private int _next;
    private int _pending;
    private int _generation;
    private bool _dynamic;
    private volatile bool _stopping;

    /// <summary>Starts a team.</summary>
    /// <param name="workers">Number of workers, at least 1; the caller's thread counts as one.</param>
    public WorkerTeam(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        _threads = new Thread[workers - 1];
        _wake = new SemaphoreSlim[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _wake[i] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"cryospin-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of workers; worker numbers run from 0 to this less 1.</summary>
    public int Workers { get; }

    /// <summary>
    /// Runs <paramref name="body"/>(item, worker) for every item below <paramref name="count"/>, each worker taking one contiguous
    /// block, so that which worker meets which item is fixed by the team's size alone (sums per worker are reproducible).
    /// </summary>
    public void ForBlocks(int count, Action<int, int> body) => Run(count, body, dynamic: false);

    /// <summary>
    /// The same with items handed out one by one: better balanced, but which worker meets which item varies from run to run.
    /// Only for bodies whose result does not depend on the worker.
    /// </summary>
    public void ForEach(int count, Action<int, int> body) => Run(count, body, dynamic: true);

    /// <summary>The first item of a worker's block: worker <paramref name="worker"/> has [BlockStart(w), BlockStart(w+1)).</summary>
    public int BlockStart(int count, int worker) => (int)((long)count * worker / Workers);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        foreach (SemaphoreSlim s in _wake) s.Release();
        foreach (Thread t in _threads) t.Join();
        foreach (SemaphoreSlim s in _wake) s.Dispose();
    }

    private void Run(int count, Action<int, int> body, bool dynamic)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(_stopping, this);
        if (count == 0) return;
        if (Workers == 1 || count == 1)
        {
            for (int i = 0; i < count; i++) body(i, 0);
            return;
        }
        _body = body;
        _count = count;
        _dynamic = dynamic;
        _failure = null;
        _next = 0;
        Volatile.Write(ref _pending, Workers - 1);
        Interlocked.Increment(ref _generation);
        foreach (SemaphoreSlim s in _wake) s.Release();
        Share(0);
        SpinWait spin = default;
        for (int i = 0; i < SpinsBeforeBlocking && Volatile.Read(ref _pending) > 0; i++) spin.SpinOnce(sleep1Threshold: -1);
        lock (_gate)
        {
            // The count itself is waited for, not an event: an event set late, by the last worker of one loop, would end the next one early.
            while (_pending > 0) Monitor.Wait(_gate);
        }
        _body = null;
        // The failure itself, not a wrapping: callers catch it as they would without threads.
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    private void Work(int worker)
    {
        int seen = 0;
        SemaphoreSlim wake = _wake[worker - 1];
        while (true)
        {
            SpinWait spin = default;
            for (int i = 0; i < SpinsBeforeBlocking && Volatile.Read(ref _generation) == seen && !_stopping; i++)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            wake.Wait();
            if (_stopping) return;
            seen = Volatile.Read(ref _generation);
            Share(worker);
            lock (_gate)
            {
                if (--_pending == 0) Monitor.Pulse(_gate);
            }
        }
    }

    private void Share(int worker)
    {
        try
        {
            Action<int, int> body = _body!;
            if (_dynamic)
            {
                for (int i = Interlocked.Increment(ref _next) - 1; i < _count && _failure is null; i = Interlocked.Increment(ref _next) - 1)
                {
                    body(i, worker);
                }
            }
            else
            {
                int end = BlockStart(_count, worker + 1);
                for (int i = BlockStart(_count, worker); i < end && _failure is null; i++) body(i, worker);
            }
        }
        catch (Exception e)
        {
            // The loop must still join; the caller rethrows the first failure.
            Interlocked.CompareExchange(ref _failure, e, null);
        }
    }
}
