using System.Runtime.InteropServices;
using CryoSpin.Compute.Kernels;
using CryoSpin.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.Reconstruction.Data;

/// <summary>A fixed number of equally long records of half-precision numbers.</summary>
internal abstract class RecordStore : IDisposable
{
    private Half[]? _moved;

    protected RecordStore(long count, int recordLength)
    {
        Count = count;
        RecordLength = recordLength;
    }

    /// <summary>Number of records.</summary>
    public long Count { get; }

    /// <summary>Numbers in a record; even.</summary>
    public int RecordLength { get; }

    /// <summary>Bytes of one record.</summary>
    public long RecordBytes => 2L * RecordLength;

    /// <summary>Replaces whole records that follow each other.</summary>
    public abstract void Write(long first, ReadOnlySpan<Half> records);

    /// <summary>Copies whole records that follow each other. May be called from several threads.</summary>
    public abstract void Read(long first, Span<Half> records);

    /// <summary>Copies a record to an earlier place.</summary>
    public void Move(long from, long to)
    {
        if (from == to) return;
        _moved ??= new Half[RecordLength];
        Read(from, _moved);
        Write(to, _moved);
    }

    /// <summary>One record where it lies, if it lies in memory.</summary>
    public virtual bool TryGet(long record, out ReadOnlySpan<Half> values)
    {
        values = default;
        return false;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>How many records follow each other in a span of them.</summary>
    protected long CheckRange(long first, int length)
    {
        long records = length / RecordLength;
        if (records * RecordLength != length || first < 0 || first + records > Count)
        {
            throw new ArgumentException($"{length} numbers at record {first} are not whole records of {RecordLength} within {Count}.");
        }
        return records;
    }
}

/// <summary>Records in native memory: gigabytes of live arrays would make the collector let as many gigabytes of garbage stand.</summary>
internal sealed class MemoryRecords(long count, int recordLength) : RecordStore(count, recordLength)
{
    private readonly AlignedBuffer _values = new(count * recordLength / 2);

    public override void Write(long first, ReadOnlySpan<Half> records)
    {
        CheckRange(first, records.Length);
        records.CopyTo(Values(first, records.Length));
    }

    public override void Read(long first, Span<Half> records)
    {
        CheckRange(first, records.Length);
        Values(first, records.Length).CopyTo(records);
    }

    public override bool TryGet(long record, out ReadOnlySpan<Half> values)
    {
        values = Values(record, RecordLength);
        return true;
    }

    public override void Dispose() => _values.Dispose();

    private Span<Half> Values(long first, int length) =>
        MemoryMarshal.Cast<float, Half>(_values.Slice(first * RecordLength / 2, length / 2));
}

/// <summary>
/// Records in a scratch file that has no name once it is open, so that nothing is left behind however the process ends. All its space is
/// taken at once: a disk that is too small shows before the work, not hours into it.
/// </summary>
internal sealed class ScratchFileRecords : RecordStore
{
    private readonly string _folder;
    private readonly SafeFileHandle _file;

    /// <param name="count">Number of records.</param>
    /// <param name="recordLength">Numbers in a record.</param>
    /// <param name="folder">Folder for the file; must exist.</param>
    /// <exception cref="CryoSpinException">The file cannot be made, or the disk has no room for it.</exception>
    public ScratchFileRecords(long count, int recordLength, string folder)
        : base(count, recordLength)
    {
        _folder = folder;
        long bytes = count * RecordBytes;
        string path = Path.Combine(folder, $".cryospin-scratch-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose, bytes);
            if (!OperatingSystem.IsWindows()) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException(
                $"{folder}: no scratch file of {ByteSize.Text(bytes)} can be made there ({e.Message}). "
                + "Name a folder on a disk with room for it (--scratch), or allow more memory (--max-memory).", e);
        }
    }

    public override void Write(long first, ReadOnlySpan<Half> records)
    {
        CheckRange(first, records.Length);
        try
        {
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(records), first * RecordBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{_folder}: the scratch file cannot be written ({e.Message}). Is the disk full?", e);
        }
    }

    public override void Read(long first, Span<Half> records)
    {
        CheckRange(first, records.Length);
        Span<byte> bytes = MemoryMarshal.AsBytes(records);
        try
        {
            for (int done = 0, n; done < bytes.Length; done += n)
            {
                n = RandomAccess.Read(_file, bytes[done..], (first * RecordBytes) + done);
                if (n == 0) throw new IOException("it has become shorter");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{_folder}: the scratch file cannot be read ({e.Message}). Is the disk still there?", e);
        }
    }

    public override void Dispose() => _file.Dispose();
}
