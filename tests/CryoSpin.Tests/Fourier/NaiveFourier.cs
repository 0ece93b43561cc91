using System.Numerics;

namespace CryoSpin.Tests.Fourier;

/// <summary>Transforms in double precision by their definition, one axis after the other.</summary>
internal static class NaiveFourier
{
    /// <summary>The full transform of a real array of <paramref name="dimensions"/> equal axes, natural order, exp(-i).</summary>
    public static Complex[] Forward(float[] real, int size, int dimensions)
    {
        Complex[] values = Array.ConvertAll(real, v => new Complex(v, 0));
        for (int axis = 0, stride = 1; axis < dimensions; axis++, stride *= size) Axis(values, size, stride);
        return values;
    }

    private static void Axis(Complex[] values, int size, int stride)
    {
        Complex[] line = new Complex[size];
        Complex[] root = new Complex[size];
        for (int i = 0; i < size; i++) root[i] = Complex.FromPolarCoordinates(1, -2 * Math.PI * i / size);
        for (int start = 0; start < values.Length; start++)
        {
            if (start / stride % size != 0) continue;
            for (int i = 0; i < size; i++) line[i] = values[start + i * stride];
            for (int k = 0; k < size; k++)
            {
                Complex sum = 0;
                for (int i = 0; i < size; i++) sum += line[i] * root[(int)((long)i * k % size)];
                values[start + k * stride] = sum;
            }
        }
    }

    /// <summary>The part of a full transform that a half spectrum holds.</summary>
    public static Complex[] Half(Complex[] full, int size)
    {
        int half = size / 2 + 1;
        return [.. Enumerable.Range(0, full.Length / size).SelectMany(row => full.Skip(row * size).Take(half))];
    }

    public static Complex[] ToComplex(float[] spectrum) =>
        [.. Enumerable.Range(0, spectrum.Length / 2).Select(i => new Complex(spectrum[2 * i], spectrum[2 * i + 1]))];

    /// <summary>Root mean square of the difference over that of the reference.</summary>
    public static double RelativeError(Complex[] got, Complex[] expected)
    {
        Assert.Equal(expected.Length, got.Length);
        double difference = 0, norm = 0;
        for (int i = 0; i < got.Length; i++)
        {
            difference += Square(got[i] - expected[i]);
            norm += Square(expected[i]);
        }
        return Math.Sqrt(difference / norm);
    }

    public static double RelativeError(float[] got, float[] expected) =>
        RelativeError(Array.ConvertAll(got, v => new Complex(v, 0)), Array.ConvertAll(expected, v => new Complex(v, 0)));

    public static float[] Noise(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.4))];
    }

    private static double Square(Complex c) => c.Real * c.Real + c.Imaginary * c.Imaginary;
}
