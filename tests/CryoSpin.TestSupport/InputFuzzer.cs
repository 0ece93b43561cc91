using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CryoSpin.TestSupport;

/// <summary>
/// Feeds a reader damaged copies of good files. Whatever stands in a file, a reader may only succeed or throw an exception of an allowed
/// type, within a time and within memory proportional to the file. The mutations are drawn from a seed, so that a failure repeats.
/// </summary>
public sealed class InputFuzzer
{
    /// <summary>Number of inputs where this variable is not set; it holds the count for a long run.</summary>
    public const string CountVariable = "CRYOSPIN_FUZZ";

    private static readonly byte[][] s_numbers =
    [
        .. new[]
        {
            "0", "-1", "1", "2147483647", "2147483648", "-2147483648", "4294967295", "9223372036854775807", "99999999999999999999", "1e308",
            "1e999", "-1e-320", "nan", "inf", "0x10", "1.5",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly int[] s_words = [0, 1, -1, 2, 127, 255, 32767, 65535, 65536, int.MaxValue, int.MinValue, 1 << 30, 0x01000000];

    private const int LongestRepetition = 16 << 10;
    private readonly Action<string> _read;
    private readonly byte[][] _seeds;

    /// <summary>Makes a fuzzer.</summary>
    /// <param name="read">Reads the file whose path it is given.</param>
    /// <param name="seeds">Good files.</param>
    public InputFuzzer(Action<string> read, params IEnumerable<byte[]> seeds)
    {
        _read = read;
        _seeds = [.. seeds];
        if (_seeds.Length == 0) throw new ArgumentException("At least one good file is needed.", nameof(seeds));
    }

    /// <summary>Extension of the damaged files, with its dot.</summary>
    public string Extension { get; init; } = ".bin";

    /// <summary>Words of the format, put into the files and over them.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>True for exceptions that a reader may throw.</summary>
    public required Func<Exception, bool> IsAllowed { get; init; }

    /// <summary>Longest time for one input.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that a reader may allocate per byte of the file.</summary>
    public int BytesPerByte { get; init; } = 100;

    /// <summary>Bytes that a reader may allocate whatever the file.</summary>
    public long Floor { get; init; } = 512 << 10;

    // Writing a file a hundred thousand times costs a disk minutes.
    private static string MemoryFolder => Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>The number of inputs that the environment asks for, or the given one.</summary>
    public static int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(CountVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : usual;

    /// <summary>Reads damaged files.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the damage.</param>
    /// <returns>What happened, in numbers.</returns>
    /// <exception cref="FuzzFailureException">An input broke a rule; the message says which, and where the input was kept.</exception>
    public FuzzResult Run(int count, int seed)
    {
        string folder = Path.Combine(MemoryFolder, "cryospin-fuzz-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        Progress progress = new();
        FuzzResult result = default;
        Exception? failure = null;
        Thread worker = new(() =>
        {
            try
            {
                result = Loop(Path.Combine(folder, "input" + Extension), count, seed, progress);
            }
            catch (FuzzFailureException e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        worker.Start();
        while (!worker.Join(TimeSpan.FromMilliseconds(200)))
        {
            if (progress.Elapsed <= Limit) continue;
            // A thread in an endless loop cannot be ended; the process of the tests will be.
            Directory.Delete(folder, recursive: true);
            throw Broken(progress.Input, $"input {progress.Number} of seed {seed}: not read after {Limit.TotalSeconds} s", null);
        }
        Directory.Delete(folder, recursive: true);
        return failure is null ? result : throw failure;
    }

    private FuzzResult Loop(string path, int count, int seed, Progress progress)
    {
        Random random = new(seed);
        int accepted = 0, refused = 0;
        long largest = 0;
        TimeSpan slowest = default;
        for (int i = 0; i < count; i++)
        {
            byte[] input = Mutate(random);
            File.WriteAllBytes(path, input);
            progress.Start(i, input);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _read(path);
                accepted++;
            }
            catch (Exception e) when (IsAllowed(e))
            {
                refused++;
            }
            catch (Exception e)
            {
                throw Broken(input, $"input {i} of seed {seed}: {e.GetType().Name}: {e.Message}", e);
            }
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            TimeSpan time = progress.Stop();
            if (time > slowest) slowest = time;
            largest = Math.Max(largest, bytes);
            if (bytes > Floor + ((long)BytesPerByte * input.Length))
            {
                throw Broken(input, $"input {i} of seed {seed}: {bytes} bytes allocated for a file of {input.Length}", null);
            }
        }
        return new FuzzResult(accepted, refused, largest, slowest);
    }

    private FuzzFailureException Broken(byte[] input, string what, Exception? inner)
    {
        string kept = Path.Combine(Path.GetTempPath(), $"cryospin-fuzz-{Path.GetRandomFileName()}{Extension}");
        File.WriteAllBytes(kept, input);
        return new FuzzFailureException($"{what}. The input is {kept}.", kept, inner);
    }

    private byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. _seeds[random.Next(_seeds.Length)]];
        for (int change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
        {
            // Most of what can go wrong stands at the start.
            int reach = random.Next(2) == 0 ? Math.Min(256, bytes.Count) : bytes.Count;
            Change(bytes, random.Next(reach), random);
        }
        return [.. bytes];
    }

    private void Change(List<byte> bytes, int at, Random random)
    {
        int length = Math.Min(bytes.Count - at, 1 << random.Next(0, 8));
        switch (random.Next(14))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes[at] = (byte)" \t\r\n'\"#;_-.0@,[]{}()"[random.Next(20)];
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                byte[] other = _seeds[random.Next(_seeds.Length)];
                bytes.InsertRange(at, other.AsSpan(random.Next(other.Length)).ToArray());
                break;
            case 7:
                WriteWord(bytes, at & ~3, random);
                break;
            case 8 when Words.Count > 0:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[random.Next(Words.Count)]));
                break;
            case 9:
                ReplaceNumber(bytes, at, s_numbers[random.Next(s_numbers.Length)]);
                break;
            case 10:
                Repeat(bytes, at, length, random);
                break;
            case 11:
                WriteLadder(bytes, at & ~3, random);
                break;
            case 12:
                CopyWord(bytes, at & ~3, random);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat(bytes[at], length));
                break;
        }
    }

    // References that repeat: an instruction, a row or a pointer as often as makes a file of some kilobytes.
    private static void Repeat(List<byte> bytes, int at, int length, Random random)
    {
        byte[] piece = [.. bytes.GetRange(at, length)];
        int times = Math.Min(1 << random.Next(1, 12), LongestRepetition / piece.Length);
        byte[] all = new byte[Math.Max(0, times) * piece.Length];
        for (int i = 0; i < all.Length; i++) all[i] = piece[i % piece.Length];
        bytes.InsertRange(at, all);
    }

    // Offsets that overlap: numbers of 4 or 8 bytes that count up by a little, each a place within the text of the one before.
    private static void WriteLadder(List<byte> bytes, int at, Random random)
    {
        int size = random.Next(2) == 0 ? 4 : 8, step = random.Next(0, 3), value = random.Next(0, 16), count = 1 << random.Next(1, 8);
        for (int i = 0; i < count && at + size <= bytes.Count; i++, at += size, value += step)
        {
            byte[] word = BitConverter.GetBytes((long)value);
            for (int k = 0; k < size; k++) bytes[at + k] = word[k];
        }
    }

    // Sizes that multiply: a number of the file, or one near it, in the place of another.
    private static void CopyWord(List<byte> bytes, int at, Random random)
    {
        if (bytes.Count < 8) return;
        int from = random.Next(bytes.Count - 4) & ~3, factor = 1 << random.Next(0, 16), more = random.Next(-1, 2);
        byte[] read = [bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]];
        byte[] word = BitConverter.GetBytes(BitConverter.ToInt32(read) * factor + more);
        for (int k = 0; k < 4 && at + k < bytes.Count; k++) bytes[at + k] = word[k];
    }

    private static void WriteWord(List<byte> bytes, int at, Random random)
    {
        byte[] word = BitConverter.GetBytes(s_words[random.Next(s_words.Length)]);
        if (random.Next(2) == 0) Array.Reverse(word);
        for (int k = 0; k < 4 && at + k < bytes.Count; k++) bytes[at + k] = word[k];
    }

    // Puts a number over the first run of digits from here on.
    private static void ReplaceNumber(List<byte> bytes, int at, byte[] number)
    {
        while (at < bytes.Count && !char.IsAsciiDigit((char)bytes[at])) at++;
        int end = at;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end])) end++;
        bytes.RemoveRange(at, end - at);
        bytes.InsertRange(at, number);
    }

    /// <summary>What the reading thread is at; the watching thread looks at it.</summary>
    private sealed class Progress
    {
        private long _started;

        public int Number { get; private set; }

        public byte[] Input { get; private set; } = [];

        public TimeSpan Elapsed => Volatile.Read(ref _started) is var t && t == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(t);

        public void Start(int number, byte[] input)
        {
            (Number, Input) = (number, input);
            Volatile.Write(ref _started, Stopwatch.GetTimestamp());
        }

        public TimeSpan Stop()
        {
            TimeSpan time = Elapsed;
            Volatile.Write(ref _started, 0);
            return time;
        }
    }
}

/// <summary>What a run of <see cref="InputFuzzer"/> saw.</summary>
/// <param name="Accepted">Inputs that were read.</param>
/// <param name="Refused">Inputs that were refused as they should.</param>
/// <param name="LargestAllocation">Most bytes allocated for one input.</param>
/// <param name="Slowest">Longest time for one input.</param>
public readonly record struct FuzzResult(int Accepted, int Refused, long LargestAllocation, TimeSpan Slowest);

/// <summary>An input that broke a rule.</summary>
public sealed class FuzzFailureException(string message, string inputPath, Exception? inner) : Exception(message, inner)
{
    /// <summary>Where the input was kept.</summary>
    public string InputPath { get; } = inputPath;
}
