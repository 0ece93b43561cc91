using System.Numerics;
using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;

namespace CryoSpin.Tests.Evaluation;

public class FourierShellCorrelationTests
{
    [Theory]
    [InlineData(6, false)]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(9, true)]
    public void It_is_what_a_slow_transform_gives(int size, bool masked)
    {
        Random random = new(size);
        Volume a = Noise(size, random), b = Noise(size, random);
        for (int i = 0; i < b.Voxels.Length; i++) b.Voxels[i] += a.Voxels[i];
        float[] mask = masked ? [.. Enumerable.Range(0, a.Voxels.Length).Select(_ => random.NextSingle())] : [];
        FscCurve curve = FourierShellCorrelation.Compute(a, b, mask);
        Assert.Equal(size / 2 + 1, curve.Values.Count);
        Assert.Equal(size, curve.BoxSize);
        Assert.Equal(1, curve.Values[0]);
        double[] expected = Slow(a, b, mask);
        for (int s = 1; s < expected.Length; s++) Assert.Equal(expected[s], curve.Values[s], 1e-5);
    }

    [Fact]
    public void A_map_correlates_with_itself_and_with_a_scaled_copy_only()
    {
        Random random = new(4);
        Volume a = Noise(16, random), b = Noise(16, random);
        Volume scaled = new(16, 2, [.. a.Voxels.Select(v => -3 * v)]);
        Assert.All(FourierShellCorrelation.Compute(a, a).Values, v => Assert.Equal(1, v, 1e-6));
        Assert.All(FourierShellCorrelation.Compute(a, scaled).Values.Skip(1), v => Assert.Equal(-1, v, 1e-6));
        Assert.True(Math.Abs(FourierShellCorrelation.Compute(a, b).Values[8]) < 0.2);
        Assert.All(FourierShellCorrelation.Compute(a, new Volume(16, 2)).Values.Skip(1), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Maps_and_masks_that_do_not_fit_are_refused()
    {
        Volume a = new(8, 1), b = new(10, 1);
        Assert.Throws<ArgumentException>(() => FourierShellCorrelation.Compute(a, b));
        Assert.Throws<ArgumentException>(() => FourierShellCorrelation.Compute(a, a, new float[7]));
    }

    // Between shell 0, which is 1 by definition, and the first there is nothing to read a resolution from.
    [Fact]
    public void Maps_that_agree_on_nothing_have_no_resolution()
    {
        FscCurve none = new(10, 2, [1, 0, 0, 0, 0, 0]);
        Assert.Equal(double.PositiveInfinity, none.ResolutionAngstrom(0.143));
        Assert.Equal(double.PositiveInfinity, new FscCurve(10, 2, [1, 0.3, 0.9, 0.9, 0.9, 0.9]).ResolutionAngstrom(0.5));
        Assert.Contains("_rlnFinalResolution 999.000000", FscReport.ToStarText(none));
    }

    [Fact]
    public void The_xml_is_that_of_the_emdb()
    {
        FscCurve curve = new(10, 2, [1, 0.9, 0.5, 0.1, 0, -0.05]);
        XElement root = XDocument.Parse(FscReport.ToXml(curve, "a < b")).Root!;
        Assert.Equal("fsc", root.Name);
        Assert.Equal("a < b", root.Attribute("title")!.Value);
        Assert.Equal("Resolution (A-1)", root.Attribute("xaxis")!.Value);
        Assert.Equal("Correlation Coefficient", root.Attribute("yaxis")!.Value);
        Assert.Equal(5, root.Elements("coordinate").Count());
        Assert.Equal("0.100000", root.Elements("coordinate").ElementAt(1).Element("x")!.Value);
        Assert.Equal("-0.050000", root.Elements("coordinate").Last().Element("y")!.Value);
    }

    [Fact]
    public void The_star_text_has_relions_labels()
    {
        FscCurve curve = new(10, 2, [1, 0.9, 0.5, 0.1, 0, -0.05]);
        string text = FscReport.ToStarText(curve, curve, threshold: 0.5);
        string[] lines = text.Split('\n');
        Assert.Contains("data_general", lines);
        Assert.Contains("_rlnFinalResolution 10.000000", lines);
        Assert.Contains("data_fsc", lines);
        Assert.Contains("_rlnFourierShellCorrelationUnmaskedMaps #5", lines);
        string[] row = lines.Single(l => l.StartsWith("           2 ")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["2", "0.100000", "10.000000", "0.500000", "0.500000"], row);
        Assert.Equal(6, lines.Count(l => l.StartsWith("      ")));
        Assert.DoesNotContain("\r", text);
        Assert.Throws<ArgumentException>(() => FscReport.ToStarText(curve, new FscCurve(8, 2, [1, 1, 1, 1, 1])));
    }

    internal static Volume Noise(int size, Random random) =>
        new(size, 2, [.. Enumerable.Range(0, size * size * size).Select(_ => random.NextSingle() - 0.5f)]);

    private static double[] Slow(Volume a, Volume b, float[] mask)
    {
        int n = a.Size;
        double[] cross = new double[n], powerA = new double[n], powerB = new double[n];
        for (int i = 0; i < n * n * n; i++)
        {
            int kz = Signed(i / n / n, n), ky = Signed(i / n % n, n), kx = Signed(i % n, n);
            Complex fa = 0, fb = 0;
            for (int j = 0; j < n * n * n; j++)
            {
                Complex wave = Complex.Exp(new Complex(0, -2 * Math.PI * (kz * (j / n / n) + ky * (j / n % n) + kx * (j % n)) / n));
                double m = mask.Length > 0 ? mask[j] : 1;
                fa += wave * a.Voxels[j] * m;
                fb += wave * b.Voxels[j] * m;
            }
            int s = (int)Math.Round(Math.Sqrt(kx * kx + ky * ky + kz * kz));
            cross[s] += (fa * Complex.Conjugate(fb)).Real;
            powerA[s] += fa.Magnitude * fa.Magnitude;
            powerB[s] += fb.Magnitude * fb.Magnitude;
        }
        return [.. Enumerable.Range(0, n / 2 + 1).Select(s => cross[s] / Math.Sqrt(powerA[s] * powerB[s]))];
    }

    private static int Signed(int k, int n) => 2 * k < n ? k : k - n;
}
