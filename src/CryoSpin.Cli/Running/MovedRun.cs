using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>The inputs of an interrupted run, as seen from where the program is now and from where the run's folder lies now.</summary>
internal static class MovedRun
{
    /// <summary>The run's options with its input files as seen from here.</summary>
    /// <param name="run">The run's record.</param>
    /// <param name="folder">The run's folder as it lies now.</param>
    public static ReconstructionOptions Options(RunRecord run, string folder)
    {
        // Kept as they were where they still mean the same: the results then name the images in the same words.
        bool isHere = run.WorkingDirectory == Environment.CurrentDirectory;
        string before = Path.Combine(run.WorkingDirectory, run.Options.Output.Folder);
        return OptionCatalogue.MapPaths(run.Options, Find);

        string Find(string path)
        {
            string then = Path.Combine(run.WorkingDirectory, path);
            if (Path.Exists(then)) return isHere ? path : then;
            // A project that was moved as a whole keeps the way from the results to the particles.
            string moved = Path.Combine(folder, Path.GetRelativePath(before, then));
            return Path.Exists(moved) ? Path.GetFullPath(moved) : isHere ? path : then;
        }
    }
}
