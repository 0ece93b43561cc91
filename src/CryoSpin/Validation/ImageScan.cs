using System.Globalization;
using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>Reads every image once and says which cannot be used, and whether the protein is white.</summary>
internal sealed class ImageScan(ParticleRows rows, int box, WorkerTeam team)
{
    private const int LargestBatch = 512, SmallestBatch = 32;
    private const int BatchBytes = 64 << 20;
    private const int ContrastSamples = 1000;
    private const double ParticleRadius = 0.45;

    private readonly ulong[] _hashes = new ulong[rows.Count];

    public const string Unreadable = "image.unreadable";
    public const string NotFinite = "image.notFinite";
    public const string Constant = "image.constant";
    public const string Huge = "image.huge";

    /// <summary>The verdict on the images' contrast, of up to a thousand spread over the file.</summary>
    public Contrast Contrast { get; private set; }

    /// <summary>Images that are copies of others.</summary>
    public IdenticalImages Identical => IdenticalImages.Of(rows, _hashes);

    /// <summary>Opens the stacks and reads the images.</summary>
    /// <param name="progress">Told how many of how many images have been read.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <returns>The unusable ones, by index.</returns>
    public IReadOnlyList<BadParticle> Run(Action<int, int>? progress, CancellationToken cancellation)
    {
        using OpenFiles files = new();
        return Run([.. rows.StackPaths.Select(path => TryOpen(path, files))], progress, cancellation);
    }

    private static MrcStackReader? TryOpen(string path, OpenFiles files)
    {
        try
        {
            return File.Exists(path) ? MrcStackReader.Open(path, files) : null;
        }
        catch (InputException)
        {
            // Its particles are reported one by one.
            return null;
        }
    }

    /// <summary>Reads the images of stacks that are open; null stands for one that cannot be.</summary>
    public IReadOnlyList<BadParticle> Run(
        IReadOnlyList<MrcStackReader?> stacks, Action<int, int>? progress, CancellationToken cancellation)
    {
        BadParticle?[] verdicts = new BadParticle?[rows.Count];
        int largest = Math.Max(box, stacks.Max(s => s?.Width ?? 0));
        float[][] buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[largest * largest])];
        // Large images on a slow disk: some progress every few seconds all the same.
        int batch = (int)Math.Clamp(BatchBytes / (sizeof(float) * (long)largest * largest), SmallestBatch, LargestBatch);
        for (int start = 0; start < rows.Count; start += batch)
        {
            int from = start, count = Math.Min(batch, rows.Count - start);
            team.ForEach(count, (i, worker) =>
            {
                if (!cancellation.IsCancellationRequested) verdicts[from + i] = Judge(from + i, stacks, buffers[worker]);
            });
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(start + count, rows.Count);
        }
        EstimateContrast(stacks, verdicts, buffers[0]);
        return [.. verdicts.OfType<BadParticle>()];
    }

    private BadParticle? Judge(int particle, IReadOnlyList<MrcStackReader?> stacks, float[] buffer)
    {
        int s = rows.StackOf[particle], index = rows.ImageIndex[particle];
        string name = string.Create(CultureInfo.InvariantCulture, $"{index + 1L}@{rows.StackPaths[s]}");
        if (stacks[s] is not { } stack) return new BadParticle(particle, Unreadable, $"{name}: the stack cannot be opened");
        if (index >= stack.Count) return new BadParticle(particle, Unreadable, $"{name}: the stack has {Plural.Of(stack.Count, "image")}");
        if (stack.Width != stack.Height)
        {
            return new BadParticle(particle, Unreadable, $"{name}: {stack.Width} x {stack.Height} pixels, not square");
        }
        int width = stack.Width;
        float[] pixels = buffer.Length == width * width ? buffer : new float[width * width];
        try
        {
            stack.Read(index, pixels);
        }
        catch (InputException e)
        {
            return new BadParticle(particle, Unreadable, $"{name}: {e.What}");
        }
        float largest = TensorPrimitives.MaxMagnitude<float>(pixels);
        if (!float.IsFinite(largest))
        {
            int at = Array.FindIndex(pixels, p => !float.IsFinite(p));
            string where = string.Create(CultureInfo.InvariantCulture, $"pixel ({at % width}, {at / width}) is {pixels[at]}");
            return new BadParticle(particle, NotFinite, $"{name}: {where}");
        }
        if (MathF.Abs(largest) > PixelRange.Greatest)
        {
            return new BadParticle(particle, Huge, string.Create(CultureInfo.InvariantCulture, $"{name}: a pixel is {largest:g6}"));
        }
        _hashes[particle] = IdenticalImages.Hash(pixels);
        return pixels.AsSpan(1).ContainsAnyExcept(pixels[0])
            ? null
            : new BadParticle(particle, Constant, string.Create(CultureInfo.InvariantCulture, $"{name}: every pixel is {pixels[0]}"));
    }

    private void EstimateContrast(IReadOnlyList<MrcStackReader?> stacks, BadParticle?[] verdicts, float[] pixels)
    {
        // Of one box alone: the estimate compares centre and rim.
        ContrastEstimate estimate = new(box, ParticleRadius * box);
        int samples = Math.Min(ContrastSamples, rows.Count);
        for (int k = 0; k < samples; k++)
        {
            int i = (int)((long)k * rows.Count / samples);
            if (verdicts[i] is not null || stacks[rows.StackOf[i]]!.Width != box) continue;
            stacks[rows.StackOf[i]]!.Read(rows.ImageIndex[i], pixels.AsSpan(0, box * box));
            if (rows.ContrastSign(i) < 0) TensorPrimitives.Negate(pixels.AsSpan(0, box * box), pixels.AsSpan(0, box * box));
            estimate.Add(pixels.AsSpan(0, box * box));
        }
        Contrast = estimate.Verdict;
    }
}
