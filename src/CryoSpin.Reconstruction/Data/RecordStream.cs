namespace CryoSpin.Reconstruction.Data;

/// <summary>Records of a store that follow each other: where they lie, or copied from the disk.</summary>
internal sealed class RecordChunk
{
    private readonly RecordStore _store;
    private readonly Half[]? _copy;

    internal RecordChunk(RecordStore store, Half[]? copy) => (_store, _copy) = (store, copy);

    /// <summary>The first record.</summary>
    public long First { get; internal set; }

    /// <summary>Number of records.</summary>
    public int Count { get; internal set; }

    /// <summary>A record of the chunk, from 0.</summary>
    public ReadOnlySpan<Half> this[int index]
    {
        get
        {
            if (_copy is not null) return _copy.AsSpan(index * _store.RecordLength, _store.RecordLength);
            _store.TryGet(First + index, out ReadOnlySpan<Half> values);
            return values;
        }
    }

    internal void Read(long first, int count)
    {
        (First, Count) = (first, count);
        if (_copy is not null) _store.Read(first, _copy.AsSpan(0, count * _store.RecordLength));
    }
}

/// <summary>
/// Passes over a store in order, chunk by chunk. From a disk the next chunk is read while the present one is worked on, and at most two are
/// in memory.
/// </summary>
/// <param name="store">What is read.</param>
/// <param name="recordsPerChunk">Most records of a chunk. Chunks do not depend on where the records lie, nor do the results, then.</param>
internal sealed class RecordStream(RecordStore store, int recordsPerChunk)
{
    private readonly RecordChunk[] _chunks = Chunks(store, recordsPerChunk);

    /// <summary>Records of at most this many bytes in all make a chunk.</summary>
    public const long ChunkBytes = 8L << 20;

    /// <summary>How many records make a chunk of <see cref="ChunkBytes"/>: enough for many workers, few enough for memory.</summary>
    public static int RecordsPerChunk(long recordBytes) => (int)Math.Clamp(ChunkBytes / recordBytes, 64, 1024);

    /// <summary>Visits the records first to first + count - 1 in order.</summary>
    public void Pass(long first, long count, Action<RecordChunk> visit)
    {
        int turn = 0;
        Task<RecordChunk>? next = Begin(first, first + count, turn);
        while (next is not null)
        {
            RecordChunk chunk = next.GetAwaiter().GetResult();
            turn = 1 - turn;
            next = Begin(chunk.First + chunk.Count, first + count, turn);
            try
            {
                visit(chunk);
            }
            catch
            {
                // Its buffer must not be written to any more when this object is used again.
                next?.ContinueWith(static t => t.Exception, TaskScheduler.Default).Wait();
                throw;
            }
        }
    }

    private Task<RecordChunk>? Begin(long from, long end, int turn)
    {
        if (from >= end) return null;
        int n = (int)Math.Min(recordsPerChunk, end - from);
        RecordChunk chunk = _chunks[turn];
        if (store is not MemoryRecords) return Task.Run(() => Read(chunk, from, n));
        return Task.FromResult(Read(chunk, from, n));
    }

    private static RecordChunk Read(RecordChunk chunk, long first, int count)
    {
        chunk.Read(first, count);
        return chunk;
    }

    private static RecordChunk[] Chunks(RecordStore store, int records)
    {
        return [Make(), Make()];
        RecordChunk Make() => new(store, store is MemoryRecords ? null : new Half[(long)records * store.RecordLength]);
    }
}
