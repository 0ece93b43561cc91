namespace CryoSpin.Projection;

/// <summary>
/// The frequencies of a square box up to a radius, one of each Hermitian pair: kx &gt; 0, or kx = 0 and ky &gt;= 0. Row-major,
/// ky rising, then kx. Frequencies are whole numbers of cycles per box (shells).
/// </summary>
/// <remarks>
/// Lists are padded to a multiple of <see cref="LaneCount"/> with the origin, whose <see cref="Multiplicity"/> there is 0, so that
/// kernels need no tails.
/// A slice of a real map, a Fourier-transformed image and a CTF are all arrays over this list.
/// </remarks>
internal sealed class FrequencyDisc
{
    /// <summary>Lists are padded to a multiple of this.</summary>
    public const int LaneCount = 8;

    private readonly int[] _rowStart;

    /// <summary>Lists the disc |k| &lt;= radius.</summary>
    /// <param name="radius">Radius in shells, at least 1.</param>
    public FrequencyDisc(double radius)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        Radius = radius;
        int r = (int)Math.Floor(radius);
        Extent = r;
        List<(int X, int Y)> points = [];
        _rowStart = new int[2 * r + 2];
        for (int y = -r; y <= r; y++)
        {
            _rowStart[y + r] = points.Count;
            for (int x = y < 0 ? 1 : 0; x <= r; x++)
            {
                if (x * x + y * y <= radius * radius) points.Add((x, y));
            }
        }
        Count = points.Count;
        _rowStart[2 * r + 1] = Count;
        PaddedCount = (Count + LaneCount - 1) / LaneCount * LaneCount;
        Kx = new float[PaddedCount];
        Ky = new float[PaddedCount];
        Shell = new int[PaddedCount];
        Multiplicity = new float[PaddedCount];
        for (int i = 0; i < Count; i++)
        {
            (int x, int y) = points[i];
            Kx[i] = x;
            Ky[i] = y;
            Shell[i] = (int)Math.Round(Math.Sqrt(x * x + y * y));
            Multiplicity[i] = x == 0 && y == 0 ? 1 : 2;
        }
    }

    /// <summary>Radius in shells.</summary>
    public double Radius { get; }

    /// <summary>Largest |kx| or |ky| in the list.</summary>
    public int Extent { get; }

    /// <summary>Number of frequencies.</summary>
    public int Count { get; }

    /// <summary>Length of every array over this disc: <see cref="Count"/> rounded up to a multiple of <see cref="LaneCount"/>.</summary>
    public int PaddedCount { get; }

    /// <summary>x frequency of each entry.</summary>
    public float[] Kx { get; }

    /// <summary>y frequency of each entry.</summary>
    public float[] Ky { get; }

    /// <summary>round(|k|) of each entry.</summary>
    public int[] Shell { get; }

    /// <summary>How often the entry stands in the full plane: 2, at the origin 1, in the padding 0.</summary>
    public float[] Multiplicity { get; }

    /// <summary>The position of (kx, ky) in the list; kx &gt; 0, or kx = 0 and ky &gt;= 0; -1 outside the disc.</summary>
    public int IndexOf(int kx, int ky)
    {
        if (Math.Abs(ky) > Extent || kx < 0 || (kx == 0 && ky < 0)) return -1;
        int i = _rowStart[ky + Extent] + kx - (ky < 0 ? 1 : 0);
        return i < _rowStart[ky + Extent + 1] ? i : -1;
    }

    /// <summary>For a smaller disc: where each of its entries stands in this one; its padding maps to entry 0.</summary>
    public int[] IndicesOf(FrequencyDisc smaller)
    {
        if (smaller.Radius > Radius) throw new ArgumentException("The disc is larger than this one.", nameof(smaller));
        int[] map = new int[smaller.PaddedCount];
        for (int i = 0; i < smaller.Count; i++) map[i] = IndexOf((int)smaller.Kx[i], (int)smaller.Ky[i]);
        return map;
    }
}
