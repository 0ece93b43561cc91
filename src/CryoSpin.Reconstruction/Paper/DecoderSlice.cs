using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>One worker's memory for a slice of the <see cref="HartleyDecoder"/>; arrays over the disc's padded list.</summary>
internal sealed class DecoderSlice
{
    public DecoderSlice(FrequencyDisc disc)
    {
        int n = disc.PaddedCount;
        (Real, Imaginary) = (new float[n], new float[n]);
        (Plus, Minus) = (new HartleyHalf(n), new HartleyHalf(n));
    }

    /// <summary>Real parts of the slice.</summary>
    public float[] Real { get; }

    /// <summary>Imaginary parts.</summary>
    public float[] Imaginary { get; }

    /// <summary>Hartley values at k.</summary>
    public HartleyHalf Plus { get; }

    /// <summary>Hartley values at -k.</summary>
    public HartleyHalf Minus { get; }
}

/// <summary>Interpolated channels, Hartley values and derivatives at one sign of the disc's frequencies.</summary>
internal sealed class HartleyHalf(int length)
{
    /// <summary>Interpolated exponent e, then exp(e).</summary>
    public float[] Scale { get; } = new float[length];

    /// <summary>Interpolated mantissa m, then H = m exp(e).</summary>
    public float[] Value { get; } = new float[length];

    /// <summary>Derivative of e along the view.</summary>
    public float[] ExponentAlong { get; } = new float[length];

    /// <summary>Derivative of m along the view.</summary>
    public float[] MantissaAlong { get; } = new float[length];

    /// <summary>Derivative of e when the image turns.</summary>
    public float[] ExponentTurn { get; } = new float[length];

    /// <summary>Derivative of m when the image turns.</summary>
    public float[] MantissaTurn { get; } = new float[length];
}
