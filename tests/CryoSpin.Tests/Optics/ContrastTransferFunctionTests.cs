using CryoSpin.Optics;

namespace CryoSpin.Tests.Optics;

[Trait("Category", "Kernel")]
public class ContrastTransferFunctionTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(16)]
    public void Even_aberrations_add_to_the_phase(int count)
    {
        Random random = new(count);
        double[] zernike = [.. Enumerable.Range(0, count).Select(_ => 4 * random.NextDouble() - 2)];
        CtfParameters p = new(12000, 11000, 30);
        // cos of the phase: a quarter turn of phase shift makes it from the sine, so that the sum formula gives the shifted function.
        ContrastTransferFunction plain = new(s_titan, p), quarter = new(s_titan, p with { PhaseShiftDegrees = -90 });
        ContrastTransferFunction aberrated = new(s_titan with { EvenZernike = zernike }, p);
        AberrationPolynomial phase = AberrationPolynomial.Even(zernike);
        float[] kx = [.. Enumerable.Range(0, 100).Select(_ => (float)random.Next(-32, 33))];
        float[] ky = [.. Enumerable.Range(0, 100).Select(_ => (float)random.Next(-32, 33))];
        float[] values = new float[100];
        double unit = 1 / (64 * 1.5);
        aberrated.Evaluate(kx, ky, unit, values);
        for (int i = 0; i < 100; i++)
        {
            double x = kx[i] * unit, y = ky[i] * unit, shift = phase.Evaluate(x, y);
            double expected = plain.Evaluate(x, y) * Math.Cos(shift) + quarter.Evaluate(x, y) * Math.Sin(shift);
            Assert.Equal(expected, aberrated.Evaluate(x, y), 1e-9);
            Assert.Equal(expected, values[i], 1e-5);
        }
    }

    [Fact]
    public void Flipped_and_premultiplied_images_have_their_own_functions()
    {
        CtfParameters p = new(12000, 11000, 30);
        float[] kx = [.. Enumerable.Range(0, 300).Select(i => i / 10f)], ky = [.. kx.Select(k => k / 3)];
        float[] signed = Values(s_titan), flipped = Values(s_titan with { IsPhaseFlipped = true });
        float[] premultiplied = Values(s_titan with { IsPremultiplied = true });
        Assert.Contains(signed, v => v < -0.5f);
        Assert.Contains(signed, v => Math.Abs(v) < 0.05f);
        for (int i = 0; i < signed.Length; i++)
        {
            float size = Math.Abs(signed[i]);
            Assert.Equal(size, flipped[i], 1e-6f);
            Assert.Equal(size >= 0.1f ? size : size * size / 0.1f, premultiplied[i], 1e-6f);
        }

        float[] Values(OpticsGroup group)
        {
            float[] values = new float[kx.Length];
            new ContrastTransferFunction(group, p).Evaluate(kx, ky, 1 / (64 * 1.5), values);
            return values;
        }
    }

    private static readonly OpticsGroup s_titan = new("opticsGroup1", 300, 2.7, 0.1, 1.5, 64);

    // Values computed with RELION's formula.
    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.01, 0.191745)]
    [InlineData(0.05, 0.662428)]
    [InlineData(0.1, 0.079321)]
    [InlineData(0.2, -0.844959)]
    public void Known_values(double k, double expected)
    {
        ContrastTransferFunction ctf = new(s_titan, new CtfParameters(15000, 15000, 0));
        Assert.Equal(expected, ctf.Evaluate(k, 0), 1e-6);
        Assert.Equal(expected, ctf.Evaluate(k * 0.6, -k * 0.8), 1e-6);
    }

    [Theory]
    [InlineData(300, 0.0196876)]
    [InlineData(200, 0.0250793)]
    [InlineData(100, 0.0370144)]
    public void Wavelengths(double kilovolts, double angstrom) =>
        Assert.Equal(angstrom, ContrastTransferFunction.WavelengthAngstrom(kilovolts), 1e-6);

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 0, 0, 1)]
    [InlineData(7, 41, 0, 1)]
    [InlineData(8, 0, 80, 0.7)]
    [InlineData(1000, 90, 120, 1.3)]
    [InlineData(1003, 33, 0, 1)]
    public void The_batch_agrees_with_the_textbook_formula(int count, double phaseShift, double b, double scale)
    {
        Random random = new(count);
        for (int trial = 0; trial < 20; trial++)
        {
            double cs = trial % 4 == 0 ? 0 : 2.7;
            OpticsGroup optics = new("a", trial % 2 == 0 ? 300 : 200, cs, random.NextDouble(), 0.8, 320);
            // From overfocus to far underfocus: up to some thousand radians at 2 angstrom.
            CtfParameters p = new(-5000 + 95000 * random.NextDouble(), 40000 * random.NextDouble(), 360 * random.NextDouble() - 180,
                phaseShift, b, scale);
            ContrastTransferFunction ctf = new(optics, p);
            double unit = 1 / (320 * 0.8);
            float[] kx = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-160, 161))];
            float[] ky = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-160, 161))];
            float[] values = new float[count];
            ctf.Evaluate(kx, ky, unit, values);
            for (int i = 0; i < count; i++)
            {
                double expected = Textbook(optics, p, kx[i] * unit, ky[i] * unit);
                Assert.Equal(expected, ctf.Evaluate(kx[i] * unit, ky[i] * unit), 1e-9);
                Assert.InRange(values[i], expected - 1e-6 * Math.Max(1, scale), expected + 1e-6 * Math.Max(1, scale));
            }
        }
    }

    [Fact]
    public void A_value_does_not_depend_on_its_place_in_the_batch()
    {
        ContrastTransferFunction ctf = new(s_titan, new CtfParameters(21000, 18000, 17, 10, 50));
        float[] kx = [.. Enumerable.Range(0, 37).Select(i => (float)(i % 9 - 4))];
        float[] ky = [.. Enumerable.Range(0, 37).Select(i => (float)(i % 7))];
        float[] all = new float[37];
        ctf.Evaluate(kx, ky, 0.01, all);
        float[] one = new float[1];
        for (int i = 0; i < kx.Length; i++)
        {
            ctf.Evaluate(kx.AsSpan(i, 1), ky.AsSpan(i, 1), 0.01, one);
            Assert.Equal(all[i], one[0]);
        }
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        CtfParameters good = new(15000, 15000, 0);
        Assert.Throws<ArgumentException>(() => new ContrastTransferFunction(s_titan with { VoltageKilovolts = 0 }, good));
        Assert.Throws<ArgumentException>(() => new ContrastTransferFunction(s_titan with { AmplitudeContrast = 1.1 }, good));
        Assert.Throws<ArgumentException>(() => new ContrastTransferFunction(s_titan, good with { DefocusUAngstrom = double.NaN }));
        Assert.Throws<ArgumentException>(
            () => new ContrastTransferFunction(s_titan, good).Evaluate(new float[3], new float[3], 1, new float[2]));
    }

    private static double Textbook(OpticsGroup o, CtfParameters p, double kx, double ky)
    {
        double volts = o.VoltageKilovolts * 1000;
        double lambda = 12.2643247 / Math.Sqrt(volts * (1 + 0.978466e-6 * volts));
        double angle = Math.Atan2(ky, kx) - p.AstigmatismAngleDegrees * Math.PI / 180;
        double z = (p.DefocusUAngstrom + p.DefocusVAngstrom) / 2 + (p.DefocusUAngstrom - p.DefocusVAngstrom) / 2 * Math.Cos(2 * angle);
        double k2 = kx * kx + ky * ky;
        double chi = -Math.PI * lambda * z * k2
            + Math.PI / 2 * o.SphericalAberrationMillimeters * 1e7 * Math.Pow(lambda, 3) * k2 * k2 - p.PhaseShiftDegrees * Math.PI / 180;
        double q = o.AmplitudeContrast;
        return -(Math.Sqrt(1 - q * q) * Math.Sin(chi) - q * Math.Cos(chi)) * p.Scale * Math.Exp(-p.BFactorAngstromSquared * k2 / 4);
    }
}
