using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Optics;

namespace CryoSpin.Particles;

/// <summary>Makes a particle set of a stack without a star file: no CTF, no poses, the pixel size of the header.</summary>
internal static class BareStackLoader
{
    public static ParticleSet Load(string path, ParticleLoadOptions options)
    {
        using MrcStackReader reader = MrcStackReader.Open(path);
        if (reader.Width != reader.Height)
        {
            throw new InputException(path, $"the images are {reader.Width} x {reader.Height} pixels.", "Particles must be square.");
        }
        List<string> warnings = [];
        double pixelSize = options.PixelSizeAngstrom ?? reader.PixelSizeAngstrom;
        if (options.PixelSizeAngstrom is null && pixelSize is 0 or 1)
        {
            warnings.Add($"{path}: the header's pixel size is {pixelSize:F0}, which says nothing; 1 angstrom is assumed.");
            pixelSize = 1;
        }
        StarTable particles = new("particles", isLoop: true, path);
        string[] names = [.. Enumerable.Range(1, reader.Count).Select(i => FormattableString.Invariant($"{i:D6}@{path}"))];
        particles.SetColumn(ImageNames.Column, names);
        return new ParticleSet(new ParticleSetData
        {
            Source = path,
            File = null,
            Particles = particles,
            Optics = null,
            BoxSize = reader.Width,
            OpticsGroups = [new OpticsGroup("opticsGroup1", double.NaN, double.NaN, double.NaN, pixelSize, reader.Width)],
            OpticsGroupOf = new int[reader.Count],
            OpticsRowOf = null,
            Ctfs = null,
            Poses = null,
            RandomSubsets = null,
            StackNames = [path],
            StackPaths = [path],
            StackOf = new int[reader.Count],
            ImageIndex = [.. Enumerable.Range(0, reader.Count)],
            PixelSizeGiven = options.PixelSizeAngstrom is not null,
            Warnings = warnings,
        });
    }
}
