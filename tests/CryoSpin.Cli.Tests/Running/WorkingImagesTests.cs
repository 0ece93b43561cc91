using CryoSpin.Cli.Comparing;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Running;

public sealed class WorkingImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Large_images_get_a_working_box_and_a_line_that_says_so()
    {
        (ReconstructionOptions options, IReadOnlyList<string> notes) = WorkingImages.Fit(Asked(null, "40"), Set(512, 0.8));
        Assert.Equal(210, options.Images.DownsampleBox);
        // 40 pixels of 0.8 angstrom are 32 angstrom.
        Assert.Equal(32 / (512 * 0.8 / 210), options.Method.MaxShiftPixels, 3);
        string note = Assert.Single(notes);
        foreach (string part in (string[])["512 pixels", "210 pixels of 1.95 Å", "3.9 Å", "32 Å", "--box full"]) Assert.Contains(part, note);
    }

    [Theory]
    [InlineData(128, 1.5)]
    [InlineData(256, 0.6)]
    public void Images_up_to_256_pixels_are_taken_as_they_are(int box, double pixel)
    {
        (ReconstructionOptions options, IReadOnlyList<string> notes) = WorkingImages.Fit(Asked(null, null), Set(box, pixel));
        Assert.Equal((null, 5.0), (options.Images.DownsampleBox, options.Method.MaxShiftPixels));
        Assert.Empty(notes);
    }

    [Fact]
    public void All_pixels_or_another_number_may_be_asked_for()
    {
        ParticleSet set = Set(512, 0.8);
        Assert.Null(WorkingImages.Fit(Asked("full", null), set).Options.Images.DownsampleBox);
        (ReconstructionOptions options, IReadOnlyList<string> notes) = WorkingImages.Fit(Asked("128", "32A"), set);
        Assert.Equal((128, 10.0), (options.Images.DownsampleBox, options.Method.MaxShiftPixels));
        Assert.Empty(notes);
    }

    [Theory]
    [InlineData(512, 0.83, null)]
    [InlineData(512, 0.83, "full")]
    [InlineData(300, 1.3, "96")]
    [InlineData(128, 1.06, null)]
    public void A_run_that_compare_starts_works_on_the_same_images(int box, double pixel, string? asked)
    {
        ParticleSet set = Set(box, pixel);
        ReconstructionOptions options = WorkingImages.Fit(Asked(asked, "7.3px"), set).Options, child = Asked(null, null);
        foreach (string word in RunArguments.Start(options).Where(w => w.StartsWith("--box", StringComparison.Ordinal) || w.StartsWith("--max-shift", StringComparison.Ordinal)))
        {
            child = OptionCatalogue.Get(word.Split('=')[0]).With(child, [word.Split('=')[1]], out _);
        }
        child = WorkingImages.Fit(child, set).Options;
        Assert.Equal((options.Images.DownsampleBox, options.Method.MaxShiftPixels), (child.Images.DownsampleBox, child.Method.MaxShiftPixels));
        Assert.NotEqual(OptionCatalogue.Defaults.Method.MaxShiftPixels, child.Method.MaxShiftPixels);
    }

    private static ReconstructionOptions Asked(string? box, string? maxShift) =>
        ReconstructionOptions.Of("p.star", "out") with { Images = new ImageOptions { Box = box, MaxShift = maxShift } };

    private ParticleSet Set(int box, double pixel) => ParticleSet.Load(
        _folder.WriteText("p.star", FormattableString.Invariant($"""
            data_optics

            loop_
            _rlnOpticsGroup
            _rlnImagePixelSize
            _rlnImageSize
            _rlnVoltage
            _rlnSphericalAberration
            _rlnAmplitudeContrast
            1 {pixel} {box} 300 2.7 0.1

            data_particles

            loop_
            _rlnImageName
            _rlnOpticsGroup
            1@absent.mrcs 1

            """)), new ParticleLoadOptions(RequireImages: false));
}
