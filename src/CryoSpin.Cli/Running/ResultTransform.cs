using System.Numerics.Tensors;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Cli.Running;

/// <summary>The maps and the particles of a run's folder, read together, changed together and written to another folder.</summary>
internal sealed class ResultTransform
{
    /// <summary>The maps that a run writes.</summary>
    public static readonly IReadOnlyList<string> MapNames = [RunFiles.Map, RunFiles.Half1, RunFiles.Half2, RunFiles.Mask];

    private ResultTransform(string folder, Dictionary<string, Volume> maps, ParticleSet? particles) =>
        (Folder, Maps, Particles) = (folder, maps, particles);

    /// <summary>The folder that was read.</summary>
    public string Folder { get; }

    /// <summary>The maps found, by their names in <see cref="MapNames"/>.</summary>
    public IReadOnlyDictionary<string, Volume> Maps { get; }

    /// <summary>The particles with their poses; null where there are none.</summary>
    public ParticleSet? Particles { get; }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="InputException">There is neither a map nor particles with poses, or something in it cannot be read.</exception>
    public static ResultTransform Read(string folder)
    {
        Dictionary<string, Volume> maps = [];
        foreach (string name in MapNames)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            maps[name] = MapFile.Read(path);
        }
        string star = Path.Combine(folder, RunFiles.Particles);
        ParticleSet? particles = File.Exists(star) ? ReadPosed(star) : null;
        if (maps.Count == 0 && particles is null)
        {
            throw new InputException(
                folder, $"the folder has neither {string.Join(", ", MapNames)} nor {RunFiles.Particles}.",
                    "Name the output folder of a run.");
        }
        return new ResultTransform(folder, maps, particles);
    }

    /// <summary>Particles that have poses; their images need not be there.</summary>
    /// <exception cref="InputException">They have none.</exception>
    public static ParticleSet ReadPosed(string path)
    {
        ParticleSet set = ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
        return set.HasPoses
            ? set
            : throw new InputException(
                path, "there are no poses in it.", "The columns rlnAngleRot, rlnAngleTilt and rlnAnglePsi are needed.");
    }

    /// <summary>Refuses to write into the folder that was read, or over anything that it was made of.</summary>
    /// <exception cref="Parsing.UsageException">The folder is the one that was read.</exception>
    /// <exception cref="OutputOverInputException">A file there is an input, or an input of the run itself.</exception>
    public void RefuseOutput(string path, IEnumerable<string> furtherFiles)
    {
        if (Path.GetFullPath(path).TrimEnd('/') == Path.GetFullPath(Folder).TrimEnd('/'))
        {
            throw new Parsing.UsageException($"{path} is the folder that is read. Name another one with -o.");
        }
        string[] names = [.. MapNames, RunFiles.Particles, .. furtherFiles];
        IEnumerable<string> read = names.Select(n => Path.Combine(Folder, n)).Concat(Particles?.InputFiles ?? []).Concat(RunInputs());
        new InputProtection(read).RefuseIn(path, names);
    }

    // What the run was made of: a name such as particles.star is soon that of its input, too.
    private IEnumerable<string> RunInputs()
    {
        try
        {
            return RunDirectory.ReadRun(Folder) is { } run ? [RunSession.Relocated(run).ParticlesPath] : [];
        }
        catch (CryoSpinException)
        {
            // The maps may be flipped without a record.
            return [];
        }
    }

    /// <summary>Opens the folder for the changed files, which cannot be the one that was read.</summary>
    public OutputFolder OpenOutput(string path, bool overwrite, IEnumerable<string> furtherFiles)
    {
        string[] further = [.. furtherFiles];
        RefuseOutput(path, further);
        return OutputFolder.Open(path, overwrite, [.. MapNames, RunFiles.Particles, .. further]);
    }

    /// <summary>Writes every map and all poses, changed.</summary>
    public void Write(OutputFolder target, Func<Volume, Volume> changeMap, Func<Pose, Pose> changePose)
    {
        foreach ((string name, Volume map) in Maps)
        {
            Volume changed = changeMap(map);
            // Interpolation overshoots at a mask's edge.
            if (name == RunFiles.Mask) TensorPrimitives.Clamp(changed.Voxels, 0, 1, changed.Voxels);
            MapFile.Write(target.FileFor(name), changed);
        }
        if (Particles is { } set) WritePoses(set, target.FileFor(RunFiles.Particles), changePose);
    }

    /// <summary>Writes particles with changed poses; every other column stays.</summary>
    public static void WritePoses(ParticleSet set, string path, Func<Pose, Pose> change) =>
        set.WriteStar(path, [.. Enumerable.Range(0, set.Count).Select(i => change(set.Pose(i)!.Value))]);
}
