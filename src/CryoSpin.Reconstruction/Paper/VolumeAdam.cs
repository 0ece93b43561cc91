using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>Adam over a decoder's grid: betas 0.9 and 0.999, bias-corrected (Kingma and Ba, ICLR 2015).</summary>
internal sealed unsafe class VolumeAdam
{
    private const int ItemLength = 8 * 1024;
    private readonly float[] _values;
    private readonly float[] _first;
    private readonly float[] _second;
    private readonly FourierLattice _gradient;
    private readonly WorkerTeam _team;
    private long _steps;

    /// <summary>Prepares a gradient and moments of zero.</summary>
    public VolumeAdam(FourierLattice grid, WorkerTeam team)
    {
        _values = grid.Values;
        _team = team;
        _first = new float[_values.Length];
        _second = new float[_values.Length];
        _gradient = new FourierLattice(grid.Radius, grid.Oversampling);
    }

    /// <summary>One step with the gradient of some images.</summary>
    /// <param name="gradients">Filled by the images' decoders.</param>
    /// <param name="slots">How many of its slots.</param>
    /// <param name="rate">Learning rate.</param>
    public void Step(TransposeBatch gradients, int slots, double rate)
    {
        gradients.InsertInto(_gradient, slots);
        _steps++;
        double first = 1 - Math.Pow(AdamTerms.Beta1, _steps), second = 1 - Math.Pow(AdamTerms.Beta2, _steps);
        AdamTerms terms = new((float)(rate / first), (float)(1 / Math.Sqrt(second)));
        _team.ForBlocks((_values.Length + ItemLength - 1) / ItemLength, (item, _) =>
        {
            int start = item * ItemLength, length = Math.Min(ItemLength, _values.Length - start);
            Span<float> sum = _gradient.Values.AsSpan(start, length);
            Update(start, length, sum, terms);
            sum.Clear();
        });
    }

    private void Update(int start, int length, Span<float> gradient, AdamTerms terms)
    {
        int whole = length & ~7;
        fixed (float* value = &_values[start], first = &_first[start], second = &_second[start], g = gradient)
        {
            AdamKernel.Update(value, g, first, second, whole, terms);
            if (whole == length) return;
            // The kernel takes eight at a time; the odd end goes through a copy.
            float* tail = stackalloc float[32];
            int rest = length - whole;
            for (int i = 0; i < rest; i++)
            {
                (tail[i], tail[8 + i], tail[16 + i], tail[24 + i]) = (value[whole + i], g[whole + i], first[whole + i], second[whole + i]);
            }
            AdamKernel.Update(tail, tail + 8, tail + 16, tail + 24, 8, terms);
            for (int i = 0; i < rest; i++) (value[whole + i], first[whole + i], second[whole + i]) = (tail[i], tail[16 + i], tail[24 + i]);
        }
    }
}
