using CryoSpin.IO.Mrc;
using CryoSpin.Tests.IO;

namespace CryoSpin.Tests.Particles;

/// <summary>A temporary folder with stacks whose pixels tell their stack and index.</summary>
internal sealed class ParticleFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>Pixel p of image i is start + 1000 i + p.</summary>
    public string Stack(string name, int count, int width, int? height = null, double pixelSize = 2.5, float start = 0)
    {
        string path = _folder.File(name);
        using MrcStackWriter writer = new(path, width, height ?? width, pixelSize);
        int pixels = width * (height ?? width);
        for (int i = 0; i < count; i++) writer.Append([.. Enumerable.Range(0, pixels).Select(p => start + (1000 * i) + p)]);
        writer.Complete();
        return path;
    }

    public string Star(string name, string text) => _folder.Write(name, text);

    public string File(params string[] parts) => _folder.File(parts);

    public void Dispose() => _folder.Dispose();
}
