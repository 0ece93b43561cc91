namespace CryoSpin.Reconstruction.Tests.Data;

/// <summary>A folder that is removed at the end.</summary>
internal sealed class TemporaryScratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cryospin-scratch-test").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
