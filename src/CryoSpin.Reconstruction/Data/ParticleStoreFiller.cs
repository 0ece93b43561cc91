using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Data;

/// <summary>Reads and transforms images, measures their power and puts them into a store, some hundred at a time.</summary>
internal sealed class ParticleStoreFiller
{
    private readonly ParticleStore _store;
    private readonly ReadParticleImage _read;
    private readonly WorkerTeam _team;
    private readonly RealFft2D _fft;
    private readonly int _batch;
    private readonly int _shells;
    private readonly int[] _fullToCore;
    private readonly float[] _ones;
    private readonly Half[] _full;
    private readonly Half[] _core;
    private readonly double[] _power;
    private readonly double[] _square;
    private readonly Workspace[] _workspaces;

    public ParticleStoreFiller(ParticleStore store, ReadParticleImage read, WorkerTeam team)
    {
        (_store, _read, _team) = (store, read, team);
        _fft = new RealFft2D(store.Box);
        _batch = Math.Min(store.Count, RecordStream.RecordsPerChunk(store.Full.RecordBytes));
        _shells = store.Disc.Extent + 2;
        _fullToCore = store.Disc.IndicesOf(store.CoreDisc);
        _ones = [.. Enumerable.Repeat(1f, store.Disc.PaddedCount)];
        _full = new Half[(long)_batch * store.Full.RecordLength];
        _core = new Half[(long)_batch * store.Core.RecordLength];
        _power = new double[_batch * _shells];
        _square = new double[_batch * _shells];
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace(store.Box, store.Disc))];
    }

    /// <summary>Reads all images.</summary>
    public void Fill(Action<int>? loaded, CancellationToken cancellation)
    {
        double[] power = new double[_shells], square = new double[_shells];
        int[] slots = new int[_batch];
        for (int first = 0; first < _store.Count; first += _batch)
        {
            int start = first, n = Math.Min(_batch, _store.Count - first);
            int ofFirstHalf = PlaceBatch(start, n, slots);
            _team.ForEach(n, (i, w) =>
            {
                cancellation.ThrowIfCancellationRequested();
                Make(start + i, i, slots[i], _workspaces[w]);
            });
            // In the images' order whatever the workers did: the sums do not depend on their number.
            for (int i = 0; i < n; i++)
            {
                TensorPrimitives.Add(power, _power.AsSpan(i * _shells, _shells), power);
                TensorPrimitives.Add(square, _square.AsSpan(i * _shells, _shells), square);
            }
            Write(start, slots, ofFirstHalf, n);
            loaded?.Invoke(start + n);
        }
        double[] counts = new double[_shells];
        for (int p = 0; p < _store.Disc.Count; p++) counts[_store.Disc.Shell[p]] += _store.Count;
        _store.SetPower(Mean(power, counts), Mean(square, counts));
    }

    private static double[] Mean(double[] sum, double[] counts) => [.. sum.Select((s, i) => counts[i] == 0 ? 0 : s / counts[i])];

    /// <summary>Gives each image of a batch its place in it: half-set 1 before half-set 2, as in the store. Returns how many are of set 1.</summary>
    private int PlaceBatch(int start, int n, int[] slots)
    {
        int ofFirstHalf = _store.HalfSet.AsSpan(start, n).Count(1), first = 0, second = ofFirstHalf;
        for (int i = 0; i < n; i++) slots[i] = _store.HalfSet[start + i] == 1 ? first++ : second++;
        return ofFirstHalf;
    }

    private void Make(int particle, int order, int slot, Workspace work)
    {
        FrequencyDisc disc = _store.Disc;
        _read(particle, work.Pixels);
        _fft.Forward(work.Pixels, work.Spectrum);
        Span<float> re = work.Values.AsSpan(0, disc.PaddedCount), im = work.Values.AsSpan(disc.PaddedCount, disc.PaddedCount);
        _store.TransferFunction(particle, disc, _ones, work.Ctf);
        Span<double> power = _power.AsSpan(order * _shells, _shells), square = _square.AsSpan(order * _shells, _shells);
        power.Clear();
        square.Clear();
        int rowLength = _store.Box + 2;
        float scale = 1 / _store.Scale;
        for (int p = 0; p < disc.Count; p++)
        {
            int kx = (int)disc.Kx[p], ky = (int)disc.Ky[p];
            int at = (ky < 0 ? ky + _store.Box : ky) * rowLength + 2 * kx;
            float a = work.Spectrum[at], b = work.Spectrum[at + 1];
            power[disc.Shell[p]] += a * a + b * b;
            square[disc.Shell[p]] += work.Ctf[p] * work.Ctf[p];
            // The box's centre, not its corner, is the origin: exp(i pi (kx + ky)).
            float sign = ((kx + ky) & 1) == 0 ? scale : -scale;
            re[p] = sign * a;
            im[p] = sign * b;
        }
        float greatest = TensorPrimitives.MaxMagnitude<float>(work.Values);
        if (!(greatest < (float)Half.MaxValue))
        {
            throw new InputException(
                $"particle {particle + 1}", $"its values are more than {(float)Half.MaxValue:G2} times those of the others.",
                "Remove the particle, or normalise the images.");
        }
        Span<Half> full = _full.AsSpan(slot * _store.Full.RecordLength, _store.Full.RecordLength);
        TensorPrimitives.ConvertToHalf(work.Values, full);
        if (_store.Core == _store.Full) return;
        int padded = _store.CoreDisc.PaddedCount;
        Span<Half> core = _core.AsSpan(slot * 2 * padded, 2 * padded);
        for (int p = 0; p < _store.CoreDisc.Count; p++)
        {
            core[p] = full[_fullToCore[p]];
            core[padded + p] = full[disc.PaddedCount + _fullToCore[p]];
        }
    }

    private void Write(int start, int[] slots, int ofFirstHalf, int n)
    {
        int firstOne = Array.IndexOf(slots, 0, 0, n), firstTwo = Array.IndexOf(slots, ofFirstHalf, 0, n);
        if (ofFirstHalf > 0) Write(_store.RecordOf(start + firstOne), 0, ofFirstHalf);
        if (ofFirstHalf < n) Write(_store.RecordOf(start + firstTwo), ofFirstHalf, n - ofFirstHalf);
    }

    private void Write(long record, int slot, int n)
    {
        int full = _store.Full.RecordLength, core = _store.Core.RecordLength;
        _store.Full.Write(record, _full.AsSpan(slot * full, n * full));
        if (_store.Core != _store.Full) _store.Core.Write(record, _core.AsSpan(slot * core, n * core));
    }

    private sealed class Workspace(int box, FrequencyDisc disc)
    {
        public float[] Pixels { get; } = new float[box * box];

        public float[] Spectrum { get; } = new float[box * (box + 2)];

        public float[] Values { get; } = new float[2 * disc.PaddedCount];

        public float[] Ctf { get; } = new float[disc.PaddedCount];
    }
}
