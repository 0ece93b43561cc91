using CryoSpin.Optics;

namespace CryoSpin.Tests.Optics;

public class AberrationPolynomialTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(11)]
    public void Even_coefficients_are_zernike_polynomials(int count) => Agrees(count, AberrationPolynomial.Even, EvenOrders);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(5)]
    public void Odd_coefficients_are_zernike_polynomials(int count) => Agrees(count, AberrationPolynomial.Odd, OddOrders);

    // RELION adds the beam tilt to the odd coefficients in this way (TiltHelper::insertTilt).
    [Fact]
    public void Coma_is_relions_change_of_the_odd_coefficients()
    {
        OpticsGroup optics = new("a", 200, 1.4, 0.1, 1, 64) { BeamTiltXMilliradians = 0.3, BeamTiltYMilliradians = -0.7 };
        double wavelength = ContrastTransferFunction.WavelengthAngstrom(200), scale = 1.4 * 20000 * wavelength * wavelength * Math.PI;
        double x = -scale * 0.3 / 3, y = scale * 0.7 / 3;
        AberrationPolynomial relion = AberrationPolynomial.Odd([2 * y, 2 * x, 0, y, x, 0]), ours = AberrationPolynomial.Coma(optics);
        foreach ((double kx, double ky) in ((double, double)[])[(0.1, 0), (0, 0.1), (0.2, -0.3), (-0.25, 0.05)])
        {
            Assert.Equal(relion.Evaluate(kx, ky), ours.Evaluate(kx, ky), 1e-12);
        }
    }

    private static void Agrees(int count, Func<IReadOnlyList<double>, AberrationPolynomial> make, Func<int, (int M, int N)> orders)
    {
        Random random = new(count);
        double[] coefficients = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        AberrationPolynomial polynomial = make(coefficients);
        for (int trial = 0; trial < 50; trial++)
        {
            double kx = random.NextDouble() - 0.5, ky = random.NextDouble() - 0.5;
            double expected = coefficients.Select((c, i) => c * Zernike(orders(i), Math.Sqrt(kx * kx + ky * ky), Math.Atan2(ky, kx))).Sum();
            Assert.Equal(expected, polynomial.Evaluate(kx, ky), 1e-10);
        }
    }

    // By counting: n = 0; n = 2 with m = -2, 0, 2; n = 4 with m = -4 ... 4.
    private static (int M, int N) EvenOrders(int index) => Orders(index, 0);

    private static (int M, int N) OddOrders(int index) => Orders(index, 1);

    private static (int M, int N) Orders(int index, int first)
    {
        for (int n = first, i = 0; ; n += 2)
        {
            for (int m = -n; m <= n; m += 2, i++)
            {
                if (i == index) return (m, n);
            }
        }
    }

    private static double Zernike((int M, int N) order, double r, double angle)
    {
        (int m, int n) = (Math.Abs(order.M), order.N);
        double radial = 0;
        for (int k = 0; k <= (n - m) / 2; k++)
        {
            radial += Math.Pow(-1, k) * Factorial(n - k) / (Factorial(k) * Factorial((n + m) / 2 - k) * Factorial((n - m) / 2 - k))
                * Math.Pow(r, n - 2 * k);
        }
        return radial * (order.M >= 0 ? Math.Cos(m * angle) : Math.Sin(m * angle));
    }

    private static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
}
