using System.CommandLine;
using System.Globalization;
using CryoSpin.Cli.Running;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options by which a verb that looks for poses chooses what it works on: box, contrast, largest shift.</summary>
internal sealed class WorkingInput
{
    private const string Full = "full";
    private const int Smallest = 16;
    private const int Greatest = 4096;

    private readonly Option<string?> _box = new("--box", "--downsample")
    {
        Description = "Box in which the map is made, pixels; 'full' takes all of the images' pixels "
            + "[default: all up to 256; else the fewest that reach a Nyquist of 4 angstrom, 256 at most].",
        HelpName = "BOX|full",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text == Full || (Number(text) is >= Smallest and <= Greatest)) return text;
            result.AddError($"--box needs a whole number, {Smallest} to {Greatest}, or the word {Full}; found '{text}'.");
            return null;
        },
    };

    private readonly Option<bool?> _invert = ImageInput.Contrast();
    private readonly Option<ShiftLength?> _maxShift = ShiftLength.Option(new ReconstructionOptions { ParticlesPath = "", OutputDirectory = "" }.MaxShiftPixels);

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => [_maxShift, _box, _invert];

    /// <summary>What the user asked of box and shift; the particles are needed to make options of it.</summary>
    public WorkingImages Read(ParseResult parse)
    {
        string? box = parse.GetValue(_box);
        return new WorkingImages(box is null ? null : Number(box), box == Full, parse.GetValue(_maxShift));
    }

    /// <summary>Puts what needs no particles into a run's options.</summary>
    public ReconstructionOptions AddTo(ReconstructionOptions options, ParseResult parse) => options with { Invert = parse.GetValue(_invert) };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
