using CryoSpin.Diagnostics;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>What a run will need of memory and disk, known before any image is read, and where the particles will therefore be kept.</summary>
/// <param name="MapBytes">Maps, their transforms and sums: grow with the cube of the box.</param>
/// <param name="WorkBytes">The program itself, search tables, the encoder, image buffers, and what the method needs of its own.</param>
/// <param name="TableBytes">What is in memory of every particle in any case: its metadata, poses and lowest frequencies.</param>
/// <param name="CoreBytes">Of that, the particles' lowest frequencies, which are native memory.</param>
/// <param name="ParticleBytes">All frequencies of all particles, in memory or in the scratch file.</param>
/// <param name="ScratchFolder">Folder of the scratch file; null to keep them in memory.</param>
/// <param name="LimitBytes">What the run may use.</param>
public sealed record MemoryPlan(
    long MapBytes, long WorkBytes, long TableBytes, long CoreBytes, long ParticleBytes, string? ScratchFolder, long LimitBytes)
{
    // Measured: peak resident memory less what is counted, of runs with 5,000 to 50,000 particles and boxes of 64 to 192 pixels.
    private const long ProgramBytes = 120L << 20;
    private const long TableBytesPerParticle = 3000;
    private const long NativeShareOfProgram = 90L << 20;

    // Without a limit of the user's own some of the free memory is left to others.
    private const double UsableShare = 0.8;

    /// <summary>Bytes in memory in all.</summary>
    public long TotalBytes => MapBytes + WorkBytes + TableBytes + (ScratchFolder is null ? ParticleBytes : 0);

    /// <summary>
    /// What the collected heap may hold for the process to stay within the limit: the rest is native memory and the program's own.
    /// </summary>
    public long HeapLimitBytes => LimitBytes - NativeShareOfProgram - CoreBytes - (ScratchFolder is null ? ParticleBytes : 0);

    /// <summary>Plans a run.</summary>
    /// <param name="options">What its method does.</param>
    /// <param name="resources">What it may use; a limit of memory there decides, else 80 % of what is free.</param>
    /// <param name="count">Number of particles.</param>
    /// <param name="box">Their box, pixels.</param>
    /// <param name="name">What messages call the particles.</param>
    /// <exception cref="InputException">The box is too large for this program, or memory is too little even with a scratch file.</exception>
    /// <exception cref="CryoSpinException">The disk has no room for the scratch file.</exception>
    public static MemoryPlan For(MethodOptions options, RunResources resources, int count, int box, string name)
    {
        FrequencyDisc disc = ImagePreparation.DiscFor(box);
        long lattice = 4 * FourierLattice.LengthFor(disc.Radius, VolumeModel.Oversampling), sum = 4 * BackProjection.LengthFor(disc.Radius, VolumeModel.Oversampling);
        if (Math.Max(lattice, sum) / 4 > Array.MaxLength)
        {
            throw new InputException(name, $"images of {box} pixels are too large for this program.", "Scale them down, e.g. to 256 pixels.");
        }
        long transform = MapTransform.BytesFor(box, VolumeModel.Oversampling), map = 4L * box * box * box;
        // Half-maps filtered and not, the mean or joint map, the mask's shape; and what its making takes for a moment.
        long maps = (2 * sum) + lattice + transform + (13 * map);
        long record = 4L * disc.PaddedCount, core = disc.Radius <= ParticleStore.CoreRadius ? 0 : 4L * new FrequencyDisc(ParticleStore.CoreRadius).PaddedCount;
        long slices = 44L * disc.PaddedCount * SliceInsertion.SlicesPerBatch(disc), chunks = 3 * RecordStream.RecordsPerChunk(record) * record;
        long workers = resources.Threads * (4L * box * (2 * box + 2) + (30L * 4 * disc.PaddedCount) + (4L << 20));
        long work = ProgramBytes + slices + chunks + workers + (MethodCatalogue.Create(options)?.WorkBytes(options, box) ?? 0);
        long table = count * (TableBytesPerParticle + core), particles = count * record;
        long limit = resources.MaxMemoryBytes ?? (long)(UsableShare * FreeMemory());
        bool fits = maps + work + table + particles <= limit;
        MemoryPlan plan = new(maps, work, table, count * core, particles, fits ? null : resources.ScratchDirectory ?? Path.GetTempPath(), limit);
        if (plan.TotalBytes > limit) throw TooLittle(plan, resources, name);
        if (!fits) CheckDisk(plan.ScratchFolder!, particles);
        return plan;
    }

    /// <summary>The plan in a sentence or two.</summary>
    public override string ToString()
    {
        string parts = $"maps {ByteSize.Text(MapBytes)}, work {ByteSize.Text(WorkBytes)}, tables {ByteSize.Text(TableBytes)}";
        return ScratchFolder is null
            ? $"Memory: about {ByteSize.Text(TotalBytes)} ({parts}, particles {ByteSize.Text(ParticleBytes)})."
            : $"Memory: about {ByteSize.Text(TotalBytes)} of {ByteSize.Text(LimitBytes)} ({parts}). "
                + $"The particles, {ByteSize.Text(ParticleBytes)}, are kept in a scratch file in {ScratchFolder}.";
    }

    private static InputException TooLittle(MemoryPlan plan, RunResources resources, string name)
    {
        string whose = resources.MaxMemoryBytes is null ? "can be used of what is free here" : "may be used";
        return new InputException(
            name,
            $"the run needs {ByteSize.Text(plan.TotalBytes)} of memory with its particles on disk "
            + $"(maps {ByteSize.Text(plan.MapBytes)}, work {ByteSize.Text(plan.WorkBytes)}, tables {ByteSize.Text(plan.TableBytes)}), but only "
            + $"{ByteSize.Text(plan.LimitBytes)} {whose}.",
            Invariant($"Allow more (--max-memory {Math.Ceiling(plan.TotalBytes / (double)(1 << 20))}M), scale the images down, or use fewer particles."));
    }

    private static long FreeMemory()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        // The collector knows a container's limit, but not what other programs have taken.
        const string Key = "MemAvailable:";
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/meminfo")) return limit;
        string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        string? number = line?[Key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(number, out long kibibytes) ? Math.Min(limit, kibibytes << 10) : limit;
    }

    private static void CheckDisk(string folder, long bytes)
    {
        DirectoryInfo? existing = new(Path.GetFullPath(folder));
        while (existing is { Exists: false }) existing = existing.Parent;
        if (existing is null) return;
        long free = new DriveInfo(existing.FullName).AvailableFreeSpace;
        if (free >= bytes) return;
        throw new CryoSpinException(
            $"{folder}: the scratch file needs {ByteSize.Text(bytes)}, but {ByteSize.Text(free)} are free there. "
            + "Name a folder on another disk (--scratch), make room, or allow more memory (--max-memory).");
    }
}
