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

    /// <summary>The files of particles that a run writes: one truth in two programs' forms.</summary>
    public static readonly IReadOnlyList<string> ParticleNames = [RunFiles.Particles, RunFiles.ParticlesCryoSparc];

    private ResultTransform(string folder, Dictionary<string, Volume> maps, Dictionary<string, ParticleSet> particles) =>
        (Folder, Maps, Particles) = (folder, maps, particles);

    /// <summary>The folder that was read.</summary>
    public string Folder { get; }

    /// <summary>The maps found, by their names in <see cref="MapNames"/>.</summary>
    public IReadOnlyDictionary<string, Volume> Maps { get; }

    /// <summary>The particles with their poses, by their names in <see cref="ParticleNames"/>.</summary>
    public IReadOnlyDictionary<string, ParticleSet> Particles { get; }

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
        Dictionary<string, ParticleSet> particles = [];
        foreach (string name in ParticleNames)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path)) particles[name] = ReadPosed(path);
        }
        if (maps.Count == 0 && particles.Count == 0)
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
        if (!set.HasPoses)
        {
            throw new InputException(
                path, "there are no poses in it.", "The columns rlnAngleRot, rlnAngleTilt and rlnAnglePsi are needed.");
        }
        ParticleReview.Values(set, ValueUse.Poses);
        return set;
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
        string[] names = [.. MapNames, .. ParticleNames, .. furtherFiles];
        IEnumerable<string> read =
        [
            .. names.Select(n => Path.Combine(Folder, n)), .. Particles.Values.SelectMany(p => p.InputFiles), .. RunInputs(),
        ];
        new InputProtection(read).RefuseIn(path, names);
    }

    // What the run was made of: a name such as particles.star is soon that of its input, too.
    private IEnumerable<string> RunInputs()
    {
        try
        {
            return RunDirectory.ReadRun(Folder) is { } run ? [MovedRun.Options(run, Folder).Particles.Path] : [];
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
        return OutputFolder.Open(path, overwrite, [.. MapNames, .. ParticleNames, .. further]);
    }

    /// <summary>Writes every map and all poses, changed.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="change">What was done, in a word for the maps' labels.</param>
    /// <param name="changeMap">Changes a map.</param>
    /// <param name="changePose">Changes a pose.</param>
    public void Write(OutputFolder target, string change, Func<Volume, Volume> changeMap, Func<Pose, Pose> changePose)
    {
        foreach ((string name, Volume map) in Maps)
        {
            Volume changed = changeMap(map);
            // Interpolation overshoots at a mask's edge.
            if (name == RunFiles.Mask) TensorPrimitives.Clamp(changed.Voxels, 0, 1, changed.Voxels);
            MapFile.Write(target.FileFor(name), changed, $"{change}: {RunFiles.ContentOf(name)}");
        }
        foreach ((string name, ParticleSet set) in Particles) WritePoses(set, target.FileFor(name), changePose);
    }

    /// <summary>Whether a file holds particles and not a map, by the end of its name.</summary>
    public static bool HoldsParticles(string path) => Path.GetExtension(path).ToLowerInvariant() is ".star" or ".cs";

    /// <summary>Writes particles with changed poses, in the form that the end of the name says; every other column stays.</summary>
    public static void WritePoses(ParticleSet set, string path, Func<Pose, Pose> change)
    {
        bool forCryoSparc = Path.GetExtension(path).Equals(".cs", StringComparison.OrdinalIgnoreCase);
        if (forCryoSparc) set.WriteCryoSparcChanged(path, change);
        else set.WriteStarChanged(path, change);
    }
}
