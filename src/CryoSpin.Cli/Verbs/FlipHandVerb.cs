using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Symmetry;

namespace CryoSpin.Cli.Verbs;

/// <summary>flip-hand: the other hand of a result, of maps or of poses.</summary>
internal static class FlipHandVerb
{
    // The FSC of two maps does not change when both are mirrored.
    private static readonly string[] s_copied = [RunFiles.FscStar, RunFiles.FscXml];

    public static Command Create()
    {
        Argument<string[]> inputs = new("DIR|FILE")
        {
            Description = "Folders of finished runs, maps (.mrc, .map), or particles with poses (.star, .cs).",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = OptionFactory.Path(
            "--output", "Folder or file for the result; with several inputs a folder for all [default: the name with _flipped].", "OUT",
            required: false, "-o");
        Option<string> axis = new("--axis")
        {
            Description = "Coordinate whose sign changes, z or x; relion_image_handler --invert_hand changes x.",
            HelpName = "z|x",
            DefaultValueFactory = _ => "z",
        };
        axis.AcceptOnlyFromAmong("z", "x");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace existing results.");
        return new Verb("flip-hand", "Write the mirror image of a result: map, half-maps and poses together, or single maps and star files.")
        {
            Notes =
            [
                "No image tells the hand of a molecule. Where the map shows the wrong one (left-handed helices), flip it. "
                + "Flip maps and star files that belong together with the same --axis; the two axes differ by half a turn of the map.",
            ],
            Examples = ["cryospin flip-hand result -o flipped", "cryospin flip-hand map.mrc -o flipped.mrc --axis x"],
        }.With(inputs, output, axis, overwrite).Does((parse, terminal) =>
        {
            string[] paths = parse.GetRequiredValue(inputs);
            MirrorAxis mirror = parse.GetValue(axis) == "x" ? MirrorAxis.X : MirrorAxis.Z;
            string? target = parse.GetValue(output);
            (string Path, string Target)[] work = [.. paths.Select(p => (p, TargetOf(p, target, paths.Length > 1)))];
            // One input's result may not take the place of another input.
            InputProtection read = new(paths);
            read.Refuse(work.Select(w => w.Target));
            if (paths.Length > 1 && target is not null) Directory.CreateDirectory(target);
            foreach ((string path, string name) in work) Flip(path, name, mirror, parse.GetValue(overwrite), terminal);
            return ExitCode.Done;
        });
    }

    private static void Flip(string path, string target, MirrorAxis axis, bool overwrite, Terminal terminal)
    {
        if (Directory.Exists(path))
        {
            FlipFolder(path, target, axis, overwrite);
        }
        else
        {
            if (!File.Exists(path)) throw new InputException(path, "there is no such file or folder.", "Check the path.");
            MapFile.CheckOutput(target);
            if (File.Exists(target) && !overwrite) throw new UsageException($"{target} exists. Name another file with -o, or add --overwrite.");
            if (ResultTransform.HoldsParticles(path)) FlipPoses(path, target, axis);
            else FlipMap(path, target, axis);
        }
        terminal.Out.WriteLine($"{path} -> {target}, mirrored along {(axis == MirrorAxis.X ? "x" : "z")}");
    }

    private static void FlipFolder(string path, string target, MirrorAxis axis, bool overwrite)
    {
        OutputFolder.CheckReadable(path);
        ResultTransform result = ResultTransform.Read(path);
        OutputFolder folder = result.OpenOutput(target, overwrite, s_copied);
        result.Write(folder, "mirrored", map => HandFlip.Mirror(map, axis), pose => HandFlip.Mirror(pose, axis));
        foreach (string name in s_copied.Where(n => File.Exists(Path.Combine(path, n))))
        {
            File.Copy(Path.Combine(path, name), folder.FileFor(name), overwrite: true);
        }
        folder.Complete();
    }

    private static void FlipPoses(string path, string target, MirrorAxis axis)
    {
        ParticleSet set = ResultTransform.ReadPosed(path);
        new InputProtection(set.InputFiles).Refuse(target);
        ResultTransform.WritePoses(set, target, p => HandFlip.Mirror(p, axis));
    }

    // Any box will do here: nothing is transformed.
    private static void FlipMap(string path, string target, MirrorAxis axis)
    {
        MrcVolume map = MrcVolumeIO.Read(path);
        float[] voxels = HandFlip.Mirror(map.Voxels, map.Nx, map.Ny, map.Nz, axis);
        MrcWriter.WriteVolume(target, voxels, map.Nx, map.Ny, map.Nz, map.PixelSizeAngstrom, "mirrored map");
    }

    private static string TargetOf(string path, string? target, bool several) =>
        target is null ? Default(path) : several ? Path.Combine(target, Path.GetFileName(path.TrimEnd('/', '\\'))) : target;

    private static string Default(string path)
    {
        string clean = path.TrimEnd('/', '\\');
        if (Directory.Exists(path)) return clean + "_flipped";
        return Path.Combine(Path.GetDirectoryName(clean) ?? "",
            Path.GetFileNameWithoutExtension(clean) + "_flipped" + Path.GetExtension(clean));
    }
}
