namespace CryoSpin.Optics;

/// <summary>
/// A phase over the image's frequencies, radians, as a polynomial in (kx, ky), 1/angstrom. RELION states aberrations as coefficients of
/// Zernike polynomials whose unit circle has a radius of 1/angstrom; sums of powers are the same function and cheap to evaluate.
/// </summary>
/// <remarks>
/// RELION's order (Zivanov, Nakane and Scheres, IUCrJ 7, 2020): even coefficient i has n = 2k, m = 2 (i - k^2 - k) with k = floor(sqrt i);
/// odd coefficient i has n = 2k + 1, m = 2 (i - k^2 - k) - n with k^2 + k the largest such number up to i. m at least 0 is a cosine,
/// below 0 a sine.
/// </remarks>
internal sealed class AberrationPolynomial
{
    private readonly double[,] _coefficients;

    private AberrationPolynomial(double[,] coefficients) => _coefficients = coefficients;

    /// <summary>Highest power of k that occurs.</summary>
    public int Degree => _coefficients.GetLength(0) - 1;

    /// <summary>True when the phase is 0 everywhere.</summary>
    public bool IsZero => _coefficients.Cast<double>().All(c => c == 0);

    /// <summary>The factor of kx^i ky^j; 0 above the degree.</summary>
    public double this[int i, int j] => i + j <= Degree ? _coefficients[i, j] : 0;

    /// <summary>Symmetric aberrations: n = 0, 2, 4 ...</summary>
    /// <param name="zernike">RELION's even coefficients.</param>
    public static AberrationPolynomial Even(IReadOnlyList<double> zernike)
    {
        int degree = zernike.Count == 0 ? 0 : 2 * WholeRoot(zernike.Count - 1);
        double[,] sum = new double[degree + 1, degree + 1];
        for (int i = 0; i < zernike.Count; i++)
        {
            int k = WholeRoot(i);
            Add(sum, 2 * (i - k * k - k), 2 * k, zernike[i]);
        }
        return new AberrationPolynomial(sum);
    }

    /// <summary>Antisymmetric aberrations: n = 1, 3, 5 ...</summary>
    /// <param name="zernike">RELION's odd coefficients.</param>
    public static AberrationPolynomial Odd(IReadOnlyList<double> zernike)
    {
        int degree = zernike.Count == 0 ? 1 : 2 * OddOrder(zernike.Count - 1) + 1;
        double[,] sum = new double[degree + 1, degree + 1];
        for (int i = 0; i < zernike.Count; i++)
        {
            int k = OddOrder(i), n = 2 * k + 1;
            Add(sum, 2 * (i - k * k - k) - n, n, zernike[i]);
        }
        return new AberrationPolynomial(sum);
    }

    /// <summary>The phase by which coma moves the model's coefficients: -2 pi 1e4 Cs lambda^2 k^2 (kx tx + ky ty).</summary>
    /// <param name="optics">Spherical aberration in millimetres, voltage and beam tilt in milliradians.</param>
    public static AberrationPolynomial Coma(OpticsGroup optics)
    {
        double wavelength = ContrastTransferFunction.WavelengthAngstrom(optics.VoltageKilovolts);
        double scale = -2 * Math.PI * 1e4 * optics.SphericalAberrationMillimeters * wavelength * wavelength;
        double x = scale * optics.BeamTiltXMilliradians, y = scale * optics.BeamTiltYMilliradians;
        double[,] c = new double[4, 4];
        (c[3, 0], c[1, 2], c[2, 1], c[0, 3]) = (x, x, y, y);
        return new AberrationPolynomial(c);
    }

    /// <summary>The sum of two phases.</summary>
    public AberrationPolynomial Plus(AberrationPolynomial other)
    {
        int degree = Math.Max(Degree, other.Degree);
        double[,] sum = new double[degree + 1, degree + 1];
        for (int i = 0; i <= degree; i++)
        {
            for (int j = 0; i + j <= degree; j++) sum[i, j] = this[i, j] + other[i, j];
        }
        return new AberrationPolynomial(sum);
    }

    /// <summary>The same without the terms that <paramref name="taken"/> says another already accounts for.</summary>
    public AberrationPolynomial Less(Func<int, int, double> taken)
    {
        double[,] rest = (double[,])_coefficients.Clone();
        for (int i = 0; i <= Degree; i++)
        {
            for (int j = 0; i + j <= Degree; j++) rest[i, j] -= taken(i, j);
        }
        return new AberrationPolynomial(rest);
    }

    /// <summary>The phase at one frequency, radians.</summary>
    /// <param name="kx">1/angstrom.</param>
    /// <param name="ky">1/angstrom.</param>
    public double Evaluate(double kx, double ky)
    {
        double sum = 0;
        for (int i = Degree; i >= 0; i--)
        {
            double inner = 0;
            for (int j = Degree - i; j >= 0; j--) inner = inner * ky + _coefficients[i, j];
            sum = sum * kx + inner;
        }
        return sum;
    }

    private static int WholeRoot(int i) => (int)Math.Sqrt(i + 0.5);

    private static int OddOrder(int i)
    {
        int k = 0;
        while ((k + 1) * (k + 2) <= i) k++;
        return k;
    }

    /// <summary>Adds factor * R(n, |m|)(r) cos or sin(|m| angle) as powers of x and y.</summary>
    private static void Add(double[,] sum, int m, int n, double factor)
    {
        int order = Math.Abs(m);
        for (int k = 0; k <= (n - order) / 2; k++)
        {
            double radial = (k % 2 == 0 ? 1 : -1) * Factorial(n - k)
                / (Factorial(k) * Factorial((n + order) / 2 - k) * Factorial((n - order) / 2 - k));
            // r^(n-2k) cos(m a) = (x^2 + y^2)^p Re (x + iy)^m, p = (n - 2k - m) / 2; the sine is the imaginary part.
            int p = (n - 2 * k - order) / 2;
            for (int q = m < 0 ? 1 : 0; q <= order; q += 2)
            {
                double angular = Binomial(order, q) * ((q / 2) % 2 == 0 ? 1 : -1);
                for (int s = 0; s <= p; s++)
                {
                    sum[order - q + 2 * (p - s), q + 2 * s] += factor * radial * angular * Binomial(p, s);
                }
            }
        }
    }

    private static double Factorial(int n)
    {
        double product = 1;
        for (int i = 2; i <= n; i++) product *= i;
        return product;
    }

    private static double Binomial(int n, int k) => Factorial(n) / (Factorial(k) * Factorial(n - k));
}
