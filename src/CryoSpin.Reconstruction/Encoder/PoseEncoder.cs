using System.Text;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Diagnostics;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>
/// The amortised pose network: images to M pose candidates each, with training by Adam. cryoSPIN, arXiv 2406.10455, section 4.
/// </summary>
/// <remarks>
/// One object serves one caller at a time. The same seed, data and number of workers give the same bytes. After the first step, training
/// and inference allocate nothing. Memory is about 8 bytes per activation of a training batch.
/// </remarks>
internal sealed unsafe class PoseEncoder : IDisposable
{
    private const int FormatVersion = 1;
    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("CSPENC");
    private readonly EncoderNetwork _network;
    private AlignedBuffer _outputs;
    private int _trained;
    private bool _gradientsHeld;

    /// <summary>Makes an encoder with random weights.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="batchSize">Most images in one training step; inference takes any number, in blocks of this.</param>
    /// <param name="seed">Seed of the first weights.</param>
    /// <param name="team">Workers; must outlive the encoder.</param>
    /// <exception cref="ArgumentException">The architecture cannot be built.</exception>
    public PoseEncoder(EncoderArchitecture architecture, int batchSize, int seed, WorkerTeam team)
        : this(architecture, batchSize, seed, EncoderNetwork.Create(Checked(architecture, batchSize), batchSize, team))
    {
    }

    internal PoseEncoder(EncoderArchitecture architecture, int batchSize, int seed, EncoderNetwork network)
    {
        Architecture = architecture;
        BatchSize = batchSize;
        _network = network;
        _outputs = new AlignedBuffer((long)batchSize * OutputsPerImage);
        network.Initialise(new Random(seed));
    }

    /// <summary>The network's shape.</summary>
    public EncoderArchitecture Architecture { get; }

    /// <summary>Most images in one training step.</summary>
    public int BatchSize { get; }

    /// <summary>Numbers per image in <see cref="Forward"/>'s result: heads times outputs per head.</summary>
    public int OutputsPerImage => Architecture.Heads * Architecture.OutputsPerHead;

    /// <summary>Trained numbers: weights, biases, and the normalisations' scales and shifts.</summary>
    public long ParameterCount => _network.Parameters.Parameters.Sum(p => (long)p.LogicalLength);

    /// <summary>Optimiser steps taken.</summary>
    public long Steps => _network.Parameters.Steps;

    /// <summary>The network, for tests.</summary>
    internal EncoderNetwork Network => _network;

    /// <summary>Computes pose candidates.</summary>
    /// <param name="images">[image][y][x], each side <see cref="EncoderArchitecture.InputSize"/> pixels.</param>
    /// <param name="count">Number of images. In training at least 2, for the batch statistics, and at most
    /// <see cref="BatchSize"/>.</param>
    /// <param name="training">Whether to use and update batch statistics and to be ready for <see cref="Backward"/>; otherwise the running
    /// statistics are used, and an image's result does not depend on its neighbours.</param>
    /// <returns>[image][head][number], valid until the next call.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> images, int count, bool training)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, training ? 2 : 0);
        if (training) ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BatchSize);
        int pixels = Architecture.InputSize * Architecture.InputSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Length, (long)count * pixels, nameof(images));
        long length = (long)count * OutputsPerImage;
        if (_outputs.Length < length)
        {
            _outputs.Dispose();
            _outputs = new AlignedBuffer(length);
        }
        _trained = training ? count : 0;
        fixed (float* first = images)
        {
            for (int i = 0; i < count; i += BatchSize)
            {
                int n = Math.Min(BatchSize, count - i);
                _network.Forward(first + ((nint)i * pixels), n, training);
                int numbers = n * OutputsPerImage;
                new Span<float>(_network.Output, numbers).CopyTo(_outputs.Slice((long)i * OutputsPerImage, numbers));
            }
        }
        return _outputs.Slice(0, (int)length);
    }

    /// <summary>
    /// Computes the gradients of all parameters after a <see cref="Forward"/> in training mode. Gradients of several calls before one
    /// <see cref="Step"/> are added up.
    /// </summary>
    /// <param name="gradient">Gradient of the loss at <see cref="Forward"/>'s result, [image][head][number].</param>
    /// <exception cref="InvalidOperationException">The last forward pass was not in training mode.</exception>
    public void Backward(ReadOnlySpan<float> gradient)
    {
        if (_trained == 0) throw new InvalidOperationException("Backward needs a forward pass in training mode just before it.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, _trained * OutputsPerImage, nameof(gradient));
        fixed (float* g = gradient) _network.Backward(g, _gradientsHeld);
        _gradientsHeld = true;
        _trained = 0;
    }

    /// <summary>One step of Adam (betas 0.9 and 0.999, epsilon 1e-8) with the gradients since the last step, which are then
    /// forgotten.</summary>
    /// <param name="learningRate">Step size, e.g. 1e-4.</param>
    /// <exception cref="InvalidOperationException">There are no gradients.</exception>
    public void Step(double learningRate)
    {
        if (!_gradientsHeld) throw new InvalidOperationException("A step needs gradients: call Backward first.");
        _network.Parameters.Step(learningRate);
        _network.Invalidate();
        _gradientsHeld = false;
    }

    /// <summary>Writes weights and running statistics.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="optimiser">Whether Adam's moments go too, so that training can go on as if never interrupted (three times the
    /// size).</param>
    public void Save(Stream stream, bool optimiser = true)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(FormatVersion);
        writer.Write(Fingerprint());
        _network.Parameters.Save(writer, optimiser);
        foreach (AlignedBuffer state in _network.States) ParameterStore.WriteFloats(writer, state);
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same architecture.</summary>
    /// <param name="stream">Where from; stays open.</param>
    /// <exception cref="InputException">The stream holds something else, another architecture, or ends early.</exception>
    public void Load(Stream stream)
    {
        const string where = "encoder weights", remedy = "Use a checkpoint written for these settings, or start afresh.";
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
                throw new InputException(where, "The file does not hold encoder weights.", remedy);
            int version = reader.ReadInt32();
            if (version != FormatVersion)
                throw new InputException(where, $"The format version is {version}, not {FormatVersion}.", remedy);
            string found = reader.ReadString();
            if (found != Fingerprint())
                throw new InputException(where, $"The weights are of the encoder '{found}', not '{Fingerprint()}'.", remedy);
            _network.Parameters.Load(reader);
            foreach (AlignedBuffer state in _network.States) ParameterStore.ReadFloats(reader, state);
        }
        catch (EndOfStreamException e)
        {
            throw new InputException(where, "The data end early.", remedy, e);
        }
        _network.Invalidate();
        _gradientsHeld = false;
        _trained = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _outputs.Dispose();
    }

    private static EncoderArchitecture Checked(EncoderArchitecture architecture, int batchSize)
    {
        architecture.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return architecture;
    }

    private string Fingerprint()
    {
        EncoderArchitecture a = Architecture;
        string trunk = string.Join(' ', a.Trunk.Select(s => $"[{string.Join(',', s.Channels)}]{s.Pool}"));
        string heads = $"{a.Heads} x [{string.Join(',', a.HeadWidths)}] to {a.OutputsPerHead}";
        return $"{a.InputSize} px, {a.GaussianVariances.Count} filters, {trunk}, {heads}";
    }
}
