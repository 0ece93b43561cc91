using System.CommandLine;
using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Cli.Verbs;

/// <summary>fsc: the Fourier shell correlation of two maps.</summary>
internal static class FscVerb
{
    public static Command Create()
    {
        Argument<string> first = new("A.mrc") { Description = "A map." };
        Argument<string> second = new("B.mrc") { Description = "A map of the same box. It is not aligned first." };
        Option<string> mask = OptionFactory.Path("--mask", "A map of weights, 0 to 1, multiplied with both maps.", "M.mrc");
        Option<bool> json = OptionFactory.Flag("--json", "Print one JSON object.");
        return new Verb("fsc", "Print the Fourier shell correlation of two maps and the resolution at 0.5 and 0.143.")
        {
            Examples = ["cryospin fsc half1.mrc half2.mrc", "cryospin fsc map.mrc truth.mrc --mask mask.mrc --json"],
        }.With(first, second, mask, json).Does((parse, terminal) =>
        {
            string a = parse.GetRequiredValue(first), b = parse.GetRequiredValue(second);
            Volume mapA = MapFile.Read(a), mapB = MapFile.ReadLike(b, mapA, a);
            if (Math.Abs(mapA.PixelSizeAngstrom / mapB.PixelSizeAngstrom - 1) > 0.01)
            {
                string sizes = FormattableString.Invariant($"{mapA.PixelSizeAngstrom} Å in {a}, {mapB.PixelSizeAngstrom} Å in {b}");
                terminal.Error.WriteLine($"warning: the pixel sizes differ: {sizes}; the first is used.");
            }
            float[] weights = parse.GetValue(mask) is { } path ? MapFile.ReadLike(path, mapA, a).Voxels : [];
            FscCurve curve = FourierShellCorrelation.Compute(mapA, mapB, weights);
            Print(curve, terminal, parse.GetValue(json));
            return ExitCode.Done;
        });
    }

    private static void Print(FscCurve curve, Terminal terminal, bool json)
    {
        FactSheet sheet = Describe(curve);
        sheet.Write(terminal.Out, json);
        if (json) return;
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("shell  resolution (Å)      FSC");
        for (int s = 1; s < curve.Values.Count; s++)
        {
            double angstrom = curve.BoxSize * curve.PixelSizeAngstrom / s;
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{s,5}  {angstrom,14:0.000}  {curve.Values[s],7:0.0000}"));
        }
    }

    /// <summary>The facts of a curve.</summary>
    private static FactSheet Describe(FscCurve curve) => new FactSheet()
        .Add("boxPixels", "box", curve.BoxSize)
        .Add("pixelSizeAngstrom", "pixel size", curve.PixelSizeAngstrom, Wording.Number(curve.PixelSizeAngstrom, 4) + " Å")
        .Add("nyquistAngstrom", "Nyquist", 2 * curve.PixelSizeAngstrom, Wording.Angstrom(2 * curve.PixelSizeAngstrom))
        .Add("fsc05Angstrom", "FSC 0.5", curve.ResolutionAngstrom(0.5), Wording.Angstrom(curve.ResolutionAngstrom(0.5)))
        .Add("fsc0143Angstrom", "FSC 0.143", curve.ResolutionAngstrom(0.143), Wording.Angstrom(curve.ResolutionAngstrom(0.143)))
        .Add("fsc", null, curve.Values.ToArray());
}
