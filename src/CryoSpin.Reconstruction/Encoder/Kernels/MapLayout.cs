namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>
/// How square channels-last maps [image][y][x][channel] lie in memory: rows are padded to whole 4x4 tiles and, with a border, by one
/// more pixel on every side, so that 3x3 windows and Winograd tiles never need a bounds check.
/// </summary>
/// <param name="Side">Rows and columns of the map itself.</param>
/// <param name="Channels">Channels in memory, a multiple of 16 except for the network's input.</param>
/// <param name="Border">Zero pixels around the map: 0 or 1.</param>
internal readonly record struct MapLayout(int Side, int Channels, int Border)
{
    /// <summary>Side of a Winograd tile's output.</summary>
    public const int Tile = 4;

    /// <summary>Tiles along a side.</summary>
    public int Tiles => (Side + Tile - 1) / Tile;

    /// <summary>Pixels along a side in memory.</summary>
    public int Pitch => (Tiles * Tile) + (2 * Border);

    /// <summary>Floats between rows.</summary>
    public nint Row => (nint)Pitch * Channels;

    /// <summary>Floats between images.</summary>
    public nint Image => Pitch * Row;

    /// <summary>Offset of the map's first pixel from the first float of its image.</summary>
    public nint Origin => Border * (Row + Channels);

    /// <summary>Floats for a number of images, with room for vectors that read a little past the end.</summary>
    public long Length(int images) => ((long)images * Image) + 64;

    /// <summary>The next multiple of 16, the channels every map but the input is stored with.</summary>
    public static int Padded(int channels) => (channels + 15) / 16 * 16;

    /// <summary>The same map with or without its border.</summary>
    public MapLayout WithBorder(int border) => this with { Border = border };
}
