using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Validation;

/// <summary>The headers and lengths of the stacks; no pixels are read.</summary>
internal static class StackChecks
{
    private const int SmallestBox = 16;

    /// <summary>Checks every stack.</summary>
    /// <returns>The box of the first readable stack; 0 where there is none.</returns>
    public static int Run(ParticleRows rows, ProblemList problems)
    {
        int box = 0;
        string boxOf = "";
        int[] counts = new int[rows.StackPaths.Count];
        HashSet<int> missing = [];
        for (int s = 0; s < counts.Length; s++)
        {
            string path = rows.StackPaths[s];
            if (!File.Exists(path))
            {
                missing.Add(s);
                continue;
            }
            try
            {
                using MrcStackReader stack = MrcStackReader.Open(path);
                counts[s] = stack.Count;
                if (box == 0)
                {
                    (box, boxOf) = (stack.Width, path);
                    CheckBox(stack, problems);
                }
                if (stack.Width != stack.Height)
                {
                    problems.Add(
                        Severity.Error, "stack.size", path, $"images of {stack.Width} x {stack.Height} pixels", "square images",
                        "Extract the particles with a square box.");
                }
                else if (stack.Width != box)
                {
                    problems.Add(
                        Severity.Warning, "stack.boxes", path, $"images of {stack.Width} pixels", $"{box} pixels, as in {boxOf}",
                        "Images of different boxes are brought onto one grid; check that they belong together.");
                }
                foreach (string warning in stack.Warnings)
                {
                    problems.Add(Severity.Warning, "stack.oddity", path, warning, "a stack as its header says",
                        "Check how it was written.");
                }
            }
            catch (InputException e)
            {
                problems.Add(Severity.Error, "stack.unreadable", path, e.What, "an MRC stack of images", e.Remedy);
            }
        }
        problems.AddRows(
            Severity.Error, "stack.missing", rows, i => missing.Contains(rows.StackOf[i]),
            i => $"{rows.StackPaths[rows.StackOf[i]]} does not exist; {missing.Count} of {Plural.Of(counts.Length, "stack")} {Plural.Choose(missing.Count, "is", "are")} missing",
            "the stack that the row names", "Run in the folder that the paths start from, or put the stacks beside the star file.");
        problems.AddRows(
            Severity.Error, "image.beyondEnd", rows,
            i => counts[rows.StackOf[i]] > 0 && rows.ImageIndex[i] >= counts[rows.StackOf[i]],
            i => $"image {rows.ImageIndex[i] + 1L} of {rows.StackPaths[rows.StackOf[i]]}, which has {counts[rows.StackOf[i]]}",
            "an image that is in the stack", "Correct the name, or write the stack again.");
        return box;
    }

    private static void CheckBox(MrcStackReader stack, ProblemList problems)
    {
        if (stack.Width % 2 == 0 && stack.Width >= SmallestBox && FourierSizes.IsGood(stack.Width)) return;
        problems.Add(
            stack.Width < SmallestBox ? Severity.Error : Severity.Warning, "box.size", stack.Path,
            $"images of {stack.Width} x {stack.Height} pixels", $"even, {SmallestBox} or more, a product of 2, 3, 5 and 7",
            "Other boxes from there on are cut to the next smaller one: extract or window to "
            + $"{FourierSizes.NextGood(Math.Max(SmallestBox, stack.Width + stack.Width % 2))} to lose nothing.");
    }
}
