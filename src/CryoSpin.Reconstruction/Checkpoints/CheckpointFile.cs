using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>A checkpoint is damaged, or of another version.</summary>
internal sealed class CheckpointFormatException(string message) : Exception(message);

/// <summary>
/// The bytes of a checkpoint: a magic number, the version, the input's fingerprint, the state with every number exactly as it was in
/// memory (little-endian), and the SHA-256 of all before.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>Changes whenever the content does.</summary>
    internal const int Version = 13;

    private const ulong Magic = 0x544B43504E495053;
    private const int HashBytes = 32;
    private const int FloatsAtOnce = 1 << 20;

    /// <summary>Writes a checkpoint; under its name only when it is whole and on the disk.</summary>
    public static void Write(string path, InputFingerprint input, RunState state) => AtomicFile.Write(path, stream =>
    {
        using (SHA256 hash = SHA256.Create())
        {
            using (CryptoStream hashed = new(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
            using (BinaryWriter writer = new(hashed, Encoding.UTF8, leaveOpen: true)) Put(writer, input, state);
            stream.Write(hash.Hash!);
        }
    });

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="CheckpointFormatException">It is not whole, or of another version of the program.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (InputFingerprint Input, RunState State) Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        CheckHash(stream);
        stream.Position = 0;
        using BinaryReader reader = new(stream, Encoding.UTF8);
        if (reader.ReadUInt64() != Magic) throw new CheckpointFormatException("it is not a checkpoint");
        int version = reader.ReadInt32();
        if (version != Version) throw new CheckpointFormatException($"it has format {version}, this program reads format {Version}");
        try
        {
            return (GetFingerprint(reader), Get(reader));
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or FormatException or OverflowException)
        {
            throw new CheckpointFormatException($"its content does not hold together: {e.Message}");
        }
    }

    // The file may claim any number of entries; it cannot have more than bytes.
    private static int GetCount(BinaryReader reader, int bytesEach)
    {
        int count = reader.ReadInt32();
        long left = reader.BaseStream.Length - HashBytes - reader.BaseStream.Position;
        return count >= 0 && (long)count * bytesEach <= left
            ? count
            : throw new FormatException($"{count} entries cannot stand in the {left} bytes that follow");
    }

    private static void CheckHash(FileStream stream)
    {
        long left = stream.Length - HashBytes;
        if (left < 0) throw new CheckpointFormatException("it is too short");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];
        while (left > 0)
        {
            int n = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (n == 0) throw new CheckpointFormatException("it is too short");
            hash.AppendData(buffer, 0, n);
            left -= n;
        }
        byte[] expected = new byte[HashBytes];
        stream.ReadExactly(expected);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected)) throw new CheckpointFormatException("its checksum is wrong");
    }

    private static void Put(BinaryWriter writer, InputFingerprint input, RunState state)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(input.Facts.Count);
        foreach ((string what, string value) in input.Facts)
        {
            writer.Write(what);
            writer.Write(value);
        }
        foreach (ulong word in state.Random) writer.Write(word);
        RunCourse course = state.Course;
        writer.Write(course.Visits);
        writer.Write(course.Metrics);
        writer.Write(course.Elapsed.Ticks);
        writer.Write(course.Times.Count);
        foreach (PhaseTime time in course.Times)
        {
            writer.Write(time.Phase);
            writer.Write(time.Seconds);
            writer.Write(time.ProcessorSeconds ?? double.NaN);
        }
        Put(writer, state.Map);
        writer.Write(state.Band);
        Put(writer, state.Lattice);
        Put(writer, state.Starts);
        writer.Write(state.Search is not null);
        if (state.Search is { } search) Put(writer, search);
        writer.Write(state.Proposed);
        Put(writer, state.Candidates);
        writer.Write(state.Decoding is not null);
        if (state.Decoding is not { } decoding) return;
        Put(writer, decoding);
        writer.Write(state.MaskDiameterAngstrom);
        Put(writer, state.MaskShape ?? []);
        foreach (Volume map in state.HalfMaps!) Put(writer, map);
        writer.Write(state.Fsc!.Count);
        foreach (double value in state.Fsc) writer.Write(value);
    }

    private static InputFingerprint GetFingerprint(BinaryReader reader)
    {
        List<(string, string)> facts = [];
        for (int n = GetCount(reader, 2); n > 0; n--) facts.Add((reader.ReadString(), reader.ReadString()));
        return new InputFingerprint(facts);
    }

    private static PhaseTime GetTime(BinaryReader reader)
    {
        PhaseTime time = new(reader.ReadString(), reader.ReadDouble());
        double processor = reader.ReadDouble();
        return double.IsNaN(processor) ? time : time with { ProcessorSeconds = processor };
    }

    private static RunState Get(BinaryReader reader)
    {
        ulong[] random = [reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64()];
        long visits = reader.ReadInt64();
        int metrics = reader.ReadInt32();
        TimeSpan elapsed = new(reader.ReadInt64());
        List<PhaseTime> times = [];
        for (int n = GetCount(reader, 1 + 2 * sizeof(double)); n > 0; n--) times.Add(GetTime(reader));
        RunState state = new()
        {
            Random = random,
            Course = new RunCourse(visits, metrics, elapsed, times),
            Map = GetVolume(reader),
            Band = reader.ReadDouble(),
            Lattice = GetFloats(reader),
            Starts = GetStarts(reader),
            Search = reader.ReadBoolean() ? GetSearch(reader) : null,
            Proposed = reader.ReadInt32(),
            Candidates = GetCandidates(reader),
        };
        if (!reader.ReadBoolean()) return state;
        return state with
        {
            Decoding = GetDecoding(reader, state.Candidates?.Length ?? throw new FormatException("poses are missing")),
            MaskDiameterAngstrom = reader.ReadDouble(),
            MaskShape = GetFloats(reader) is { Length: > 0 } shape ? shape : null,
            HalfMaps = [GetVolume(reader), GetVolume(reader)],
            Fsc = GetCurve(reader),
        };
    }

    private static void Put(BinaryWriter writer, StartsState starts)
    {
        writer.Write(starts.Rejections);
        writer.Write(starts.Rejected.Count);
        foreach (RejectedImage image in starts.Rejected)
        {
            writer.Write(image.Particle);
            writer.Write((int)image.Reason);
            writer.Write(image.ParticleProbability);
        }
        writer.Write(starts.Finished.Count);
        foreach (FinishedStart start in starts.Finished)
        {
            Put(writer, start.Map);
            writer.Write(start.Band);
            Put(writer, start.Lattice);
            Put(writer, [start.Poses]);
        }
    }

    private static StartsState GetStarts(BinaryReader reader)
    {
        int rejections = reader.ReadInt32();
        RejectedImage[] rejected = new RejectedImage[GetCount(reader, 2 * sizeof(int) + sizeof(double))];
        for (int i = 0; i < rejected.Length; i++)
        {
            rejected[i] = new RejectedImage(reader.ReadInt32(), (RejectionReason)reader.ReadInt32(), 0)
            {
                ParticleProbability = reader.ReadDouble(),
            };
        }
        FinishedStart[] finished = new FinishedStart[GetCount(reader, 4 * sizeof(int))];
        for (int i = 0; i < finished.Length; i++)
        {
            finished[i] = new FinishedStart
            {
                Map = GetVolume(reader),
                Band = reader.ReadDouble(),
                Lattice = GetFloats(reader),
                Poses = GetCandidates(reader) is [var poses] ? poses : throw new FormatException("the poses of a start are missing"),
            };
        }
        return new StartsState { Rejections = rejections, Rejected = rejected, Finished = finished };
    }

    private static void Put(BinaryWriter writer, SearchState search)
    {
        writer.Write(search.Evidence.Length);
        foreach (double value in search.Evidence) writer.Write(value);
        writer.Write(search.FirstTemperature);
        writer.Write(search.Next);
        writer.Write(search.Order.Length);
        writer.Write(MemoryMarshal.AsBytes(search.Order.AsSpan()));
        Put(writer, search.Sums);
        Put(writer, search.Found);
    }

    private static SearchState GetSearch(BinaryReader reader) => new()
    {
        Evidence = GetCurve(reader),
        FirstTemperature = reader.ReadDouble(),
        Next = reader.ReadInt32(),
        Order = GetIntegers(reader),
        Sums = GetFloats(reader),
        Found = GetCandidates(reader),
    };

    private static int[] GetIntegers(BinaryReader reader)
    {
        int[] values = new int[GetCount(reader, sizeof(int))];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static double[] GetCurve(BinaryReader reader)
    {
        double[] values = new double[GetCount(reader, sizeof(double))];
        for (int s = 0; s < values.Length; s++) values[s] = reader.ReadDouble();
        return values;
    }

    private static void Put(BinaryWriter writer, Candidate[][]? particles)
    {
        writer.Write(particles?.Length ?? -1);
        foreach (Candidate[] candidates in particles ?? [])
        {
            writer.Write(candidates.Length);
            foreach (Candidate fit in candidates) Put(writer, fit);
        }
    }

    private static Candidate[][]? GetCandidates(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0) return null;
        if (count > reader.BaseStream.Length / sizeof(int)) throw new FormatException($"it cannot hold the poses of {count} particles");
        Candidate[][] candidates = new Candidate[count][];
        for (int i = 0; i < count; i++)
        {
            candidates[i] = new Candidate[GetCount(reader, 12 * sizeof(double))];
            for (int c = 0; c < candidates[i].Length; c++) candidates[i][c] = GetFit(reader);
        }
        return candidates;
    }

    private static void Put(BinaryWriter writer, in Candidate fit)
    {
        Rotation r = fit.Rotation;
        ReadOnlySpan<double> values =
            [r.M00, r.M01, r.M02, r.M10, r.M11, r.M12, r.M20, r.M21, r.M22, fit.OriginX, fit.OriginY, fit.LogLikelihood];
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    private static Candidate GetFit(BinaryReader reader)
    {
        Span<double> v = stackalloc double[12];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(v));
        return new Candidate(new Rotation(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]), v[9], v[10], v[11]);
    }

    private static void Put(BinaryWriter writer, DecodingState decoding)
    {
        writer.Write(decoding.Iteration);
        writer.Write(decoding.Band);
        writer.Write((int)decoding.Choice);
        writer.Write(decoding.Still);
        writer.Write(decoding.BestShell);
        writer.Write(decoding.Ended);
        writer.Write(decoding.Done);
        writer.Write(decoding.Widenings);
        foreach (double value in decoding.Likelihood) writer.Write(value);
        foreach (double value in decoding.Change) writer.Write(value);
    }

    private static DecodingState GetDecoding(BinaryReader reader, int particles)
    {
        int iteration = reader.ReadInt32();
        DecodingState decoding = new(reader.ReadDouble(), particles)
        {
            Iteration = iteration,
            Choice = (CandidateChoice)reader.ReadInt32(),
            Still = reader.ReadInt32(),
            BestShell = reader.ReadDouble(),
            Ended = reader.ReadBoolean(),
            Done = reader.ReadInt64(),
            Widenings = reader.ReadInt32(),
        };
        for (int i = 0; i < particles; i++) decoding.Likelihood[i] = reader.ReadDouble();
        for (int i = 0; i < particles; i++) decoding.Change[i] = reader.ReadDouble();
        return decoding;
    }

    private static void Put(BinaryWriter writer, Volume map)
    {
        writer.Write(map.Size);
        writer.Write(map.PixelSizeAngstrom);
        Put(writer, map.Voxels);
    }

    private static Volume GetVolume(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadDouble(), GetFloats(reader));

    // In pieces: a large map has more bytes than a span can hold.
    private static void Put(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        for (int i = 0; i < values.Length; i += FloatsAtOnce)
        {
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan(i, Math.Min(FloatsAtOnce, values.Length - i))));
        }
    }

    private static float[] GetFloats(BinaryReader reader)
    {
        float[] values = new float[GetCount(reader, sizeof(float))];
        for (int i = 0; i < values.Length; i += FloatsAtOnce)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(i, Math.Min(FloatsAtOnce, values.Length - i))));
        }
        return values;
    }
}
