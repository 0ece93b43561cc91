namespace CryoSpin.IO.Mrc;

/// <summary>Writes maps: mode 2, little-endian, axes 1, 2, 3, cell = size x pixel size, true statistics, ISPG 1.</summary>
public static class MrcWriter
{
    private const int ChunkSamples = 1 << 18;

    /// <summary>Writes a map; the file appears under its name only when it is complete.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="voxels">nz x ny x nx values, [z][y][x].</param>
    /// <param name="nx">Voxels along x.</param>
    /// <param name="ny">Voxels along y.</param>
    /// <param name="nz">Voxels along z.</param>
    /// <param name="pixelSizeAngstrom">Edge of one voxel.</param>
    /// <param name="content">What the map is, for the label in its header.</param>
    /// <exception cref="Diagnostics.CryoSpinException">The file cannot be written.</exception>
    public static void WriteVolume(
        string path, ReadOnlyMemory<float> voxels, int nx, int ny, int nz, double pixelSizeAngstrom, string content = "map")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nx, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ny, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(nz, 1);
        if ((Int128)nx * ny * nz != voxels.Length)
        {
            throw new ArgumentException($"{voxels.Length} voxels do not fill {nx} x {ny} x {nz}.", nameof(voxels));
        }
        AtomicFile.Write(path, stream =>
        {
            SampleStatistics statistics = default;
            statistics.Add(voxels.Span);
            byte[] buffer = new byte[Math.Max(MrcHeader.Bytes, 4 * Math.Min(ChunkSamples, voxels.Length))];
            MrcHeader.Write(buffer, (nx, ny, nz), MrcMode.Single, isStack: false, pixelSizeAngstrom, statistics, content);
            stream.Write(buffer, 0, MrcHeader.Bytes);
            for (int start = 0; start < voxels.Length; start += ChunkSamples)
            {
                ReadOnlySpan<float> part = voxels.Span.Slice(start, Math.Min(ChunkSamples, voxels.Length - start));
                SampleConverter.FromSingle(part, MrcMode.Single, buffer);
                stream.Write(buffer, 0, 4 * part.Length);
            }
        });
    }
}
