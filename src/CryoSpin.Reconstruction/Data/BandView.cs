using System.Buffers;
using System.Numerics.Tensors;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Data;

/// <summary>The particles on a smaller disc.</summary>
internal sealed class BandView
{
    private readonly ParticleStore _store;
    private readonly RecordStore _records;
    private readonly int _storePadding;
    private readonly Run[] _runs;
    private readonly Run[] _runsOfFull;
    private readonly float[] _inverseSigma;
    private readonly float[] _scaledInverseSigma;

    internal BandView(ParticleStore store, FrequencyDisc disc)
    {
        _store = store;
        Disc = disc;
        bool core = disc.Radius <= store.CoreDisc.Radius;
        FrequencyDisc stored = core ? store.CoreDisc : store.Disc;
        _records = core ? store.Core : store.Full;
        _storePadding = stored.PaddedCount;
        _runs = Runs(stored, disc);
        _runsOfFull = core ? Runs(store.Disc, disc) : _runs;
        _inverseSigma = new float[disc.PaddedCount];
        int[] indices = store.Disc.IndicesOf(disc);
        for (int p = 0; p < disc.Count; p++) _inverseSigma[p] = store.InverseSigma[indices[p]];
        _scaledInverseSigma = [.. _inverseSigma.Select(s => s * store.Scale)];
    }

    /// <summary>The frequencies.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Copies one particle's whitened data and transfer function; padding becomes 0.</summary>
    public void Read(int particle, Span<float> real, Span<float> imaginary, Span<float> ctf)
    {
        int record = _store.RecordOf(particle);
        if (_records.TryGet(record, out ReadOnlySpan<Half> values))
        {
            Read(values, _runs, _storePadding, real, imaginary);
        }
        else
        {
            Half[] rented = ArrayPool<Half>.Shared.Rent(_records.RecordLength);
            _records.Read(record, rented.AsSpan(0, _records.RecordLength));
            Read(rented, _runs, _storePadding, real, imaginary);
            ArrayPool<Half>.Shared.Return(rented);
        }
        _store.TransferFunction(particle, Disc, _inverseSigma, ctf);
    }

    /// <summary>The same of a record over the store's whole disc (<see cref="ParticleStore.Pass"/>).</summary>
    internal void Read(int particle, ReadOnlySpan<Half> record, Span<float> real, Span<float> imaginary, Span<float> ctf)
    {
        Read(record, _runsOfFull, _store.Disc.PaddedCount, real, imaginary);
        _store.TransferFunction(particle, Disc, _inverseSigma, ctf);
    }

    private void Read(ReadOnlySpan<Half> record, Run[] runs, int padding, Span<float> real, Span<float> imaginary)
    {
        int n = Disc.PaddedCount;
        real[Disc.Count..n].Clear();
        imaginary[Disc.Count..n].Clear();
        ReadOnlySpan<Half> second = record[padding..];
        foreach (Run run in runs)
        {
            TensorPrimitives.ConvertToSingle(record.Slice(run.From, run.Length), real.Slice(run.To, run.Length));
            TensorPrimitives.ConvertToSingle(second.Slice(run.From, run.Length), imaginary.Slice(run.To, run.Length));
        }
        TensorPrimitives.Multiply(real[..n], _scaledInverseSigma, real[..n]);
        TensorPrimitives.Multiply(imaginary[..n], _scaledInverseSigma, imaginary[..n]);
    }

    /// <summary>A row of the smaller disc is a piece of the larger one's: the pieces, joined where they touch.</summary>
    private static Run[] Runs(FrequencyDisc from, FrequencyDisc to)
    {
        int[] indices = from.IndicesOf(to);
        List<Run> runs = [];
        for (int p = 0, length; p < to.Count; p += length)
        {
            for (length = 1; p + length < to.Count && indices[p + length] == indices[p] + length;) length++;
            runs.Add(new Run(indices[p], p, length));
        }
        return [.. runs];
    }

    private readonly record struct Run(int From, int To, int Length);
}
