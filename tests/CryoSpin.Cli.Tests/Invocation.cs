using System.Globalization;
using CryoSpin.Cli.Running;
using CryoSpin.Cli.Tests.EndToEnd;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Cli.Tests;

/// <summary>One command line run in this process, as Program does it.</summary>
internal sealed record Invocation(int Code, string Out, string Error)
{
    public static Task<Invocation> Of(params string[] args) => With(null, args);

    /// <summary>The same with an engine that takes the reconstruction's place.</summary>
    public static Task<Invocation> With(RunEngine? engine, params string[] args) => Stopped(null, engine, args);

    /// <summary>The same, stopped as by Ctrl-C when a line with this beginning shows on the terminal or in the log; null: never.</summary>
    public static async Task<Invocation> Stopped(string? atLine, RunEngine? engine, params string[] args)
    {
        using CancellationTokenSource stop = new();
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using WatchingWriter error = new(Seen);
        // Figures of epochs stand in the log alone.
        RunEngine watched = (options, source, observer, cancellation) =>
            (engine ?? ReconstructionEngine.Run)(options, source, new WatchedObserver(observer, Seen), cancellation);
        int code = await CommandLine.InvokeAsync(args, output, error, atLine is null ? engine : watched, stop.Token);
        return new Invocation(code, output.ToString(), error.ToString());

        void Seen(string line)
        {
            if (atLine is not null && line.StartsWith(atLine, StringComparison.Ordinal)) stop.Cancel();
        }
    }

    private sealed class WatchingWriter(Action<string> seen) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            seen(value ?? "");
        }
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("cryospin-test-").FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Writes a cubic map of seeded noise on a smooth blob.</summary>
    public string WriteMap(string name, int size, double pixelSize, int seed, double noise)
    {
        MrcWriter.WriteVolume(this[name], Maps.Blob(size, seed, noise), size, size, size, pixelSize);
        return this[name];
    }

    /// <summary>Writes images of 8 x 8 zeros.</summary>
    public void WriteBlankStack(string name, int count, double pixelSize)
    {
        using MrcStackWriter stack = new(this[name], 8, 8, pixelSize);
        for (int i = 0; i < count; i++) stack.Append(new float[64].AsSpan());
        stack.Complete();
    }

    public string WriteText(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }
}

internal static class Maps
{
    public static float[] Blob(int size, int seed, double noise)
    {
        Random random = new(seed);
        float[] voxels = new float[size * size * size];
        double c = size / 2, width = size / 8.0;
        for (int i = 0; i < voxels.Length; i++)
        {
            double x = i % size - c - 1, y = i / size % size - c, z = i / size / size - c + 2;
            voxels[i] = (float)(Math.Exp(-(x * x + y * y + z * z) / (2 * width * width)) + noise * (random.NextDouble() - 0.5));
        }
        return voxels;
    }
}
