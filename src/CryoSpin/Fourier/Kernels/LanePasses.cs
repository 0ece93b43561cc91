using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// The passes of a real two- or three-dimensional transform of one size. Between the row and the column pass an image is two planes
/// (real, imaginary) of Size rows of <see cref="PlaneStride"/> columns, kx = 0 .. Columns - 1; for even sizes the imaginary part of
/// kx = 0, which is zero there, holds the real value of kx = Size/2, so that the Nyquist column costs no lane of its own.
/// </summary>
internal sealed unsafe class LanePasses
{
    private readonly LaneFft _fft;
    private readonly bool _even;

    public LanePasses(int size)
    {
        _fft = new LaneFft(size);
        _even = size % 2 == 0;
        Size = size;
        Half = size / 2 + 1;
        Columns = _even ? size / 2 : Half;
        PlaneStride = (Columns + 7) / 8 * 8;
    }

    public int Size { get; }

    /// <summary>Passes of one transform along one axis.</summary>
    public int Passes => _fft.Passes;

    /// <summary>Complex values in a row of the spectrum.</summary>
    public int Half { get; }

    public int Columns { get; }

    public int PlaneStride { get; }

    /// <summary>Floats of scratch a two-dimensional transform takes: two planes, two lane buffers, one spare row.</summary>
    public int Scratch2D => 2 * Size * PlaneStride + 2 * LaneBuffer + SpareRow + Alignment;

    /// <summary>Floats of scratch one worker of a depth pass takes.</summary>
    public int ScratchDepth => (DepthLanes + 1) * _fft.BufferLength + Alignment;

    private const int Alignment = 16;

    // Columns of a volume lie a plane apart, each on a page of its own: four neighbouring cache lines are worth the trip.
    private const int DepthLanes = 4;

    // The row passes also use the idle buffer for one block of 4 x 8 x 8 values.
    private int LaneBuffer => Math.Max(_fft.BufferLength, 256);

    private int SpareRow => Size + 16;

    /// <summary>Image [Size][Size] to spectrum [Size][Half] interleaved.</summary>
    public void Forward2D(float* image, float* spectrum, float* scratch)
    {
        if (Vector256.IsHardwareAccelerated) Forward2D<Lanes8>(image, spectrum, scratch);
        else Forward2D<Lanes4>(image, spectrum, scratch);
    }

    /// <summary>Spectrum to image, times <paramref name="scale"/>.</summary>
    public void Inverse2D(float* spectrum, float* image, float scale, float* scratch)
    {
        if (Vector256.IsHardwareAccelerated) Inverse2D<Lanes8>(spectrum, image, scale, scratch);
        else Inverse2D<Lanes4>(spectrum, image, scale, scratch);
    }

    private void Forward2D<T>(float* image, float* spectrum, float* scratch)
        where T : unmanaged, ILanes<T>
    {
        Split(scratch, out float* re, out float* im, out float* w0, out float* w1, out float* spare);
        for (int row = 0; row < Size; row += 16) ForwardRows<T>(image, row, re, im, w0, w1, spare);
        for (int column = 0; column < Columns; column += 8) ForwardColumns<T>(re, im, column, spectrum, w0, w1);
    }

    private void Inverse2D<T>(float* spectrum, float* image, float scale, float* scratch)
        where T : unmanaged, ILanes<T>
    {
        Split(scratch, out float* re, out float* im, out float* w0, out float* w1, out float* spare);
        for (int column = 0; column < Columns; column += 8) InverseColumns<T>(spectrum, column, re, im, w0, w1);
        for (int row = 0; row < Size; row += 16) InverseRows<T>(re, im, row, image, scale, w0, w1, spare);
    }

    /// <summary>
    /// Transforms, in place, <paramref name="count"/> adjacent complex columns whose elements lie <paramref name="stride"/> floats apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Depth(float* from, nint stride, int count, bool inverse, float* scratch)
    {
        float** lanes = stackalloc float*[DepthLanes];
        float* spare = Align(scratch);
        for (int i = 0; i < DepthLanes; i++) lanes[i] = spare + (i + 1) * (nint)_fft.BufferLength;
        int realAt = inverse ? 8 : 0, imagAt = 8 - realAt;
        for (int c = 0; c < count; c += 8 * DepthLanes, from += 16 * DepthLanes)
        {
            int whole = Math.Min(DepthLanes, (count - c) / 8), rest = Math.Min(8 * DepthLanes, count - c) - 8 * whole;
            float* p = from;
            for (nint at = 0; at < _fft.BufferLength; at += 16, p += stride)
            {
                for (int i = 0; i < whole; i++) LaneTranspose.Deinterleave(p + 16 * i, lanes[i] + at, inverse);
                if (rest > 0) LoadSome(p + 16 * whole, rest, lanes[whole] + at + realAt, lanes[whole] + at + imagAt);
            }
            for (int i = 0; i < whole + (rest > 0 ? 1 : 0); i++)
            {
                float* z = _fft.Run(lanes[i], spare);
                if (z != spare) continue;
                spare = lanes[i];
                lanes[i] = z;
            }
            p = from;
            for (nint at = 0; at < _fft.BufferLength; at += 16, p += stride)
            {
                for (int i = 0; i < whole; i++) LaneTranspose.Interleave(lanes[i] + at, p + 16 * i, inverse);
                if (rest > 0) StoreSome(lanes[whole] + at + realAt, lanes[whole] + at + imagAt, rest, p + 16 * whole);
            }
        }
    }

    /// <summary>Sixteen real rows: two of them make one complex row, eight of those make the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardRows<T>(float* image, int row, float* outRe, float* outIm, float* w0, float* w1, float* spare)
        where T : unmanaged, ILanes<T>
    {
        float** rows = stackalloc float*[16];
        for (int r = 0; r < 16; r++) rows[r] = image + (nint)Math.Min(row + r, Size - 1) * Size;
        LoadRows(rows, w0);
        float* z = _fft.Run(w0, w1);
        float* block = z == w0 ? w1 : w0;
        float** re = stackalloc float*[16];
        float** im = stackalloc float*[16];
        PlaneRows(row, outRe, outIm, spare, re, im);
        for (int k0 = 0; k0 < Columns; k0 += 8)
        {
            for (int j = 0; j < 8; j++)
            {
                int k = Math.Min(k0 + j, Columns - 1);
                float* a = z + k * 16;
                float* b = z + (k == 0 ? 0 : Size - k) * 16;
                RowPairs<T>.Separate(a, b, block + j * 8);
            }
            if (k0 == 0 && _even)
            {
                float* nyquist = z + (Size / 2) * 16;
                RowPairs<T>.Copy(nyquist, block + 64);
                RowPairs<T>.Copy(nyquist + 8, block + 192);
            }
            LaneTranspose.Scatter8(block, 8, re, 2, k0);
            LaneTranspose.Scatter8(block + 64, 8, im, 2, k0);
            LaneTranspose.Scatter8(block + 128, 8, re + 1, 2, k0);
            LaneTranspose.Scatter8(block + 192, 8, im + 1, 2, k0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardColumns<T>(float* re, float* im, int column, float* spectrum, float* w0, float* w1)
        where T : unmanaged, ILanes<T>
    {
        nint stride = PlaneStride;
        float* pr = re + column;
        float* pi = im + column;
        for (float* w = w0; w < w0 + _fft.BufferLength; w += 16, pr += stride, pi += stride)
        {
            RowPairs<T>.Copy(pr, w);
            RowPairs<T>.Copy(pi, w + 8);
        }
        float* z = _fft.Run(w0, w1);
        int width = Math.Min(8, Columns - column);
        float* o = spectrum + 2 * column;
        nint rowLength = 2 * Half;
        if (width == 8)
        {
            for (float* w = z; w < z + _fft.BufferLength; w += 16, o += rowLength)
            {
                LaneTranspose.Interleave(w, o, imaginaryFirst: false);
            }
        }
        else
        {
            for (float* w = z; w < z + _fft.BufferLength; w += 16, o += rowLength) StoreSome(w, w + 8, width, o);
        }
        if (column == 0 && _even) SeparateNyquist(z, spectrum);
    }

    /// <summary>Lane 0 held two real columns, kx = 0 and kx = Size/2, as one complex one.</summary>
    private void SeparateNyquist(float* z, float* spectrum)
    {
        for (int ky = 0; ky < Size; ky++)
        {
            float* a = z + ky * 16;
            float* b = z + (ky == 0 ? 0 : Size - ky) * 16;
            float* zero = spectrum + (nint)ky * 2 * Half;
            float* nyquist = zero + 2 * Columns;
            zero[0] = 0.5f * (a[0] + b[0]);
            zero[1] = 0.5f * (a[8] - b[8]);
            nyquist[0] = 0.5f * (a[8] + b[8]);
            nyquist[1] = 0.5f * (b[0] - a[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InverseColumns<T>(float* spectrum, int column, float* re, float* im, float* w0, float* w1)
        where T : unmanaged, ILanes<T>
    {
        int width = Math.Min(8, Columns - column);
        float* s = spectrum + 2 * column;
        nint rowLength = 2 * Half;
        // Real and imaginary parts change places: that makes the forward transform the inverse one.
        if (width == 8)
        {
            for (float* w = w0; w < w0 + _fft.BufferLength; w += 16, s += rowLength)
            {
                LaneTranspose.Deinterleave(s, w, imaginaryFirst: true);
            }
        }
        else
        {
            for (float* w = w0; w < w0 + _fft.BufferLength; w += 16, s += rowLength) LoadSome(s, width, w + 8, w);
        }
        if (column == 0 && _even) JoinNyquist(spectrum, w0);
        float* z = _fft.Run(w0, w1);
        nint stride = PlaneStride;
        float* pr = re + column;
        float* pi = im + column;
        for (float* w = z; w < z + _fft.BufferLength; w += 16, pr += stride, pi += stride)
        {
            RowPairs<T>.Copy(w + 8, pr);
            RowPairs<T>.Copy(w, pi);
        }
    }

    /// <summary>
    /// Puts kx = 0 plus i times kx = Size/2 into lane 0. Both are made Hermitian in ky first, so that an input which is not the transform
    /// of a real image gives the real part of its inverse, as it does in every other column.
    /// </summary>
    private void JoinNyquist(float* spectrum, float* w)
    {
        nint rowLength = 2 * Half;
        for (int ky = 0; ky < Size; ky++)
        {
            float* a = spectrum + ky * rowLength;
            float* b = spectrum + (ky == 0 ? 0 : Size - ky) * rowLength;
            float* an = a + 2 * Columns;
            float* bn = b + 2 * Columns;
            w[ky * 16 + 8] = 0.5f * (a[0] + b[0] - an[1] + bn[1]);
            w[ky * 16] = 0.5f * (a[1] - b[1] + an[0] + bn[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InverseRows<T>(float* inRe, float* inIm, int row, float* image, float scale, float* w0, float* w1, float* spare)
        where T : unmanaged, ILanes<T>
    {
        float** re = stackalloc float*[16];
        float** im = stackalloc float*[16];
        PlaneRows(row, inRe, inIm, null, re, im);
        float* block = w1;
        T factor = T.All(scale);
        for (int k0 = 0; k0 < Columns; k0 += 8)
        {
            LaneTranspose.Gather8(re, 2, k0, block, 8);
            LaneTranspose.Gather8(im, 2, k0, block + 64, 8);
            LaneTranspose.Gather8(re + 1, 2, k0, block + 128, 8);
            LaneTranspose.Gather8(im + 1, 2, k0, block + 192, 8);
            int end = Math.Min(8, Columns - k0);
            for (int j = k0 == 0 ? 1 : 0; j < end; j++)
            {
                RowPairs<T>.Join(block + j * 8, factor, w0 + (k0 + j) * 16, w0 + (Size - k0 - j) * 16);
            }
            if (k0 != 0) continue;
            RowPairs<T>.Scale(block + 128, factor, w0);
            RowPairs<T>.Scale(block, factor, w0 + 8);
            if (!_even) continue;
            float* nyquist = w0 + (Size / 2) * 16;
            RowPairs<T>.Scale(block + 192, factor, nyquist);
            RowPairs<T>.Scale(block + 64, factor, nyquist + 8);
        }
        StoreRows(_fft.Run(w0, w1), row, image, spare);
    }

    private void LoadRows(float** rows, float* w)
    {
        if (Size < 8)
        {
            for (int c = 0; c < Size; c++)
            {
                for (int r = 0; r < 16; r++) w[c * 16 + (r & 1) * 8 + (r >> 1)] = rows[r][c];
            }
            return;
        }
        for (int c = 0; c < Size; c += 8)
        {
            // The last run overlaps its neighbour rather than leave the row.
            int at = Math.Min(c, Size - 8);
            LaneTranspose.Gather8(rows, 2, at, w + at * 16, 16);
            LaneTranspose.Gather8(rows + 1, 2, at, w + at * 16 + 8, 16);
        }
    }

    private void StoreRows(float* z, int row, float* image, float* spare)
    {
        float** rows = stackalloc float*[16];
        for (int r = 0; r < 16; r++) rows[r] = row + r < Size ? image + (nint)(row + r) * Size : spare;
        if (Size < 8)
        {
            for (int c = 0; c < Size; c++)
            {
                for (int r = 0; r < 16; r++) rows[r][c] = z[c * 16 + 8 - (r & 1) * 8 + (r >> 1)];
            }
            return;
        }
        for (int c = 0; c < Size; c += 8)
        {
            int at = Math.Min(c, Size - 8);
            LaneTranspose.Scatter8(z + at * 16 + 8, 16, rows, 2, at);
            LaneTranspose.Scatter8(z + at * 16, 16, rows + 1, 2, at);
        }
    }

    /// <summary>
    /// Pointers to sixteen rows of the planes; those past the end go to the spare row (writing) or the last row (reading).
    /// </summary>
    private void PlaneRows(int row, float* re, float* im, float* spare, float** reRows, float** imRows)
    {
        for (int r = 0; r < 16; r++)
        {
            bool inside = row + r < Size;
            nint at = (nint)(inside ? row + r : Size - 1) * PlaneStride;
            reRows[r] = inside || spare == null ? re + at : spare;
            imRows[r] = inside || spare == null ? im + at : spare;
        }
    }

    private void Split(float* scratch, out float* re, out float* im, out float* w0, out float* w1, out float* spare)
    {
        re = Align(scratch);
        im = re + (nint)Size * PlaneStride;
        w0 = im + (nint)Size * PlaneStride;
        w1 = w0 + LaneBuffer;
        spare = w1 + LaneBuffer;
    }

    private static float* Align(float* p) => (float*)(((nuint)p + 63) & ~(nuint)63);

    private static void LoadSome(float* from, int count, float* re, float* im)
    {
        for (int i = 0; i < 8; i++)
        {
            re[i] = i < count ? from[2 * i] : 0;
            im[i] = i < count ? from[2 * i + 1] : 0;
        }
    }

    private static void StoreSome(float* re, float* im, int count, float* to)
    {
        for (int i = 0; i < count; i++)
        {
            to[2 * i] = re[i];
            to[2 * i + 1] = im[i];
        }
    }
}
