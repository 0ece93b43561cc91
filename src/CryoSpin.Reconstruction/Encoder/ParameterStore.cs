using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>One tensor of the network: where its numbers lie, and how many of them are more than padding.</summary>
internal sealed unsafe class Parameter(ParameterStore store, string name, long offset, int length, int logicalLength)
{
    public string Name { get; } = name;

    public long Offset { get; } = offset;

    /// <summary>Floats stored, padding included.</summary>
    public int Length { get; } = length;

    /// <summary>Floats that are trained; padded channels stay zero because their gradients are.</summary>
    public int LogicalLength { get; } = logicalLength;

    public float* Value => store.Values + Offset;

    public float* Gradient => store.Gradients + Offset;
}

/// <summary>
/// All trained numbers of a network, their gradients and Adam's moments, each kind in one piece of memory, so that a step is one pass.
/// </summary>
internal sealed unsafe class ParameterStore : IDisposable
{
    private const int FloatsPerItem = 16 * 1024;
    private readonly WorkerTeam _team;
    private readonly List<Parameter> _parameters = [];
    private readonly Action<int, int> _update;
    private AlignedBuffer? _values;
    private AlignedBuffer? _gradients;
    private AlignedBuffer? _first;
    private AlignedBuffer? _second;
    private long _length;
    private AdamTerms _terms;

    public ParameterStore(WorkerTeam team)
    {
        _team = team;
        _update = Update;
    }

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Adam steps taken.</summary>
    public long Steps { get; private set; }

    public float* Values => _values!.Pointer;

    public float* Gradients => _gradients!.Pointer;

    /// <summary>Asks for a tensor; only before <see cref="Allocate"/>.</summary>
    public Parameter Add(string name, int length, int logicalLength)
    {
        Parameter parameter = new(this, name, _length, length, logicalLength);
        _length += MapLayout.Padded(length);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Takes the memory, all zero.</summary>
    public void Allocate()
    {
        _values = new AlignedBuffer(_length);
        _gradients = new AlignedBuffer(_length);
        _first = new AlignedBuffer(_length);
        _second = new AlignedBuffer(_length);
    }

    /// <summary>
    /// One step of Adam (Kingma and Ba, ICLR 2015) with bias correction, as PyTorch does it: betas 0.9 and 0.999,
    /// w -= rate mhat / (sqrt(vhat) + 1e-8).
    /// </summary>
    public void Step(double learningRate)
    {
        Steps++;
        double first = 1 - Math.Pow(AdamTerms.Beta1, Steps), second = 1 - Math.Pow(AdamTerms.Beta2, Steps);
        _terms = new AdamTerms((float)(learningRate / first), (float)(1 / Math.Sqrt(second)));
        _team.ForEach((int)((_length + FloatsPerItem - 1) / FloatsPerItem), _update);
    }

    /// <summary>Sets all gradients to zero, for layers that only add to them.</summary>
    public void ClearGradients() => _gradients!.Clear();

    /// <summary>Writes values and, where wanted, the optimiser's state.</summary>
    public void Save(BinaryWriter writer, bool optimiser)
    {
        writer.Write(_length);
        writer.Write(optimiser);
        WriteFloats(writer, _values!);
        if (!optimiser) return;
        writer.Write(Steps);
        WriteFloats(writer, _first!);
        WriteFloats(writer, _second!);
    }

    /// <summary>Reads what <see cref="Save"/> wrote; without an optimiser's state, Adam starts afresh.</summary>
    public void Load(BinaryReader reader)
    {
        if (reader.ReadInt64() != _length) throw new InvalidDataException("The encoder's weights belong to another architecture.");
        bool optimiser = reader.ReadBoolean();
        ReadFloats(reader, _values!);
        Steps = optimiser ? reader.ReadInt64() : 0;
        if (optimiser)
        {
            ReadFloats(reader, _first!);
            ReadFloats(reader, _second!);
            return;
        }
        _first!.Clear();
        _second!.Clear();
    }

    public void Dispose()
    {
        _values?.Dispose();
        _gradients?.Dispose();
        _first?.Dispose();
        _second?.Dispose();
    }

    internal static void WriteFloats(BinaryWriter writer, AlignedBuffer buffer)
    {
        const int part = 1 << 20;
        for (long i = 0; i < buffer.Length; i += part)
        {
            Span<float> floats = buffer.Slice(i, (int)Math.Min(part, buffer.Length - i));
            if (BitConverter.IsLittleEndian) writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(floats));
            else foreach (float f in floats) writer.Write(f);
        }
    }

    internal static void ReadFloats(BinaryReader reader, AlignedBuffer buffer)
    {
        const int part = 1 << 20;
        for (long i = 0; i < buffer.Length; i += part)
        {
            Span<float> floats = buffer.Slice(i, (int)Math.Min(part, buffer.Length - i));
            if (BitConverter.IsLittleEndian) reader.BaseStream.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(floats));
            else for (int j = 0; j < floats.Length; j++) floats[j] = reader.ReadSingle();
        }
    }

    private void Update(int item, int worker)
    {
        long start = (long)item * FloatsPerItem;
        int count = (int)Math.Min(FloatsPerItem, _length - start);
        AdamKernel.Update(Values + start, Gradients + start, _first!.Pointer + start, _second!.Pointer + start, count, _terms);
    }
}
