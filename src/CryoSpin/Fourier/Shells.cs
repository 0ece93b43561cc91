namespace CryoSpin.Fourier;

/// <summary>
/// Shells of equal |k| in Fourier pixels: shell = round(|k|), from 0 to Size/2. The corners beyond Size/2 belong to no shell.
/// Spectra are half spectra in natural order, see <see cref="RealFft2D"/>; a value with 0 &lt; kx &lt; Size/2 stands for two.
/// </summary>
internal static class Shells
{
    /// <summary>Number of shells of a box: Size/2 + 1.</summary>
    public static int Count(int size) => size / 2 + 1;

    /// <summary>The shell of a frequency given in Fourier pixels.</summary>
    public static int Index(int kx, int ky, int kz = 0) => (int)Math.Round(Math.Sqrt((double)kx * kx + (double)ky * ky + (double)kz * kz));

    /// <summary>The frequency, in Fourier pixels, of line <paramref name="index"/> of an axis in natural order.</summary>
    public static int Frequency(int index, int size) => 2 * index <= size ? index : index - size;

    /// <summary>Adds |F|^2 and the number of values of each shell.</summary>
    /// <param name="spectrum">Half spectrum of an image or volume, interleaved.</param>
    /// <param name="size">Edge of the image or volume.</param>
    /// <param name="dimensions">2 or 3.</param>
    /// <param name="power">Count(size) sums.</param>
    /// <param name="count">Count(size) numbers of values.</param>
    public static void AddPower(ReadOnlySpan<float> spectrum, int size, int dimensions, Span<double> power, Span<double> count)
    {
        int shells = Count(size);
        int half = size / 2 + 1;
        for (int kz = 0, row = 0; kz < (dimensions == 3 ? size : 1); kz++)
        {
            for (int ky = 0; ky < size; ky++, row++)
            {
                ReadOnlySpan<float> line = spectrum.Slice(2 * half * row, 2 * half);
                int fy = Frequency(ky, size), fz = dimensions == 3 ? Frequency(kz, size) : 0;
                for (int kx = 0; kx < half; kx++)
                {
                    int shell = Index(kx, fy, fz);
                    if (shell >= shells) break;
                    double weight = Multiplicity(kx, size);
                    power[shell] += weight * ((double)line[2 * kx] * line[2 * kx] + (double)line[2 * kx + 1] * line[2 * kx + 1]);
                    count[shell] += weight;
                }
            }
        }
    }

    /// <summary>Mean |F|^2 of each shell: the rotationally averaged power spectrum.</summary>
    public static double[] PowerSpectrum(ReadOnlySpan<float> spectrum, int size, int dimensions)
    {
        double[] power = new double[Count(size)], count = new double[Count(size)];
        AddPower(spectrum, size, dimensions, power, count);
        for (int i = 0; i < power.Length; i++) power[i] /= Math.Max(1, count[i]);
        return power;
    }

    /// <summary>How many values of the full spectrum a column of the half spectrum stands for: 1 at kx = 0 and Nyquist, else 2.</summary>
    public static int Multiplicity(int kx, int size) => kx == 0 || 2 * kx == size ? 1 : 2;

    /// <summary>Multiplies a half spectrum by a factor that depends on |k| alone.</summary>
    /// <param name="spectrum">Half spectrum of an image or volume, interleaved; changed in place.</param>
    /// <param name="size">Edge of the image or volume.</param>
    /// <param name="dimensions">2 or 3.</param>
    /// <param name="factor">Factor at |k| in Fourier pixels, corners included; called once for each distinct |k|.</param>
    public static void Filter(Span<float> spectrum, int size, int dimensions, Func<double, double> factor)
    {
        int half = size / 2 + 1;
        int edge = size / 2;
        // |k|^2 is an integer: a table over it costs less than a square root per value.
        float[] table = new float[dimensions * edge * edge + 1];
        for (int i = 0; i < table.Length; i++) table[i] = (float)factor(Math.Sqrt(i));
        for (int kz = 0, row = 0; kz < (dimensions == 3 ? size : 1); kz++)
        {
            for (int ky = 0; ky < size; ky++, row++)
            {
                Span<float> line = spectrum.Slice(2 * half * row, 2 * half);
                int fy = Frequency(ky, size), fz = dimensions == 3 ? Frequency(kz, size) : 0;
                int squared = fy * fy + fz * fz;
                for (int kx = 0; kx < half; kx++)
                {
                    float f = table[squared + kx * kx];
                    line[2 * kx] *= f;
                    line[2 * kx + 1] *= f;
                }
            }
        }
    }
}
