using BenchmarkDotNet.Attributes;
using CryoSpin.Compute;
using CryoSpin.Reconstruction.Encoder;

namespace CryoSpin.Benchmarks.Encoder;

/// <summary>One training step and one inference pass of the encoder; divide the batch by the time for images per second.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class EncoderBenchmarks
{
    private WorkerTeam _team = null!;
    private PoseEncoder _encoder = null!;
    private float[] _images = [];
    private float[] _gradient = [];

    [Params("compact-32", "compact-48", "plain-64")]
    public string Network { get; set; } = "";

    [Params(1, 2)]
    public int Workers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        const int batch = 64;
        _team = new WorkerTeam(Workers);
        EncoderArchitecture shape = Network switch
        {
            "compact-32" => EncoderArchitecture.Compact(32, 7),
            "compact-48" => EncoderArchitecture.Compact(48, 7),
            _ => EncoderArchitecture.Compact(64, 1) with { HeadWidths = [512] },
        };
        _encoder = new PoseEncoder(shape, batch, 1, _team);
        Random random = new(1);
        _images = [.. Enumerable.Range(0, batch * shape.InputSize * shape.InputSize).Select(_ => random.NextSingle())];
        _gradient = [.. Enumerable.Range(0, batch * _encoder.OutputsPerImage).Select(_ => random.NextSingle() - 0.5f)];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _encoder.Dispose();
        _team.Dispose();
    }

    [Benchmark]
    public void TrainingStep()
    {
        _encoder.Forward(_images, _encoder.BatchSize, training: true);
        _encoder.Backward(_gradient);
        _encoder.Step(1e-4);
    }

    [Benchmark]
    public float Inference() => _encoder.Forward(_images, _encoder.BatchSize, training: false)[0];
}
