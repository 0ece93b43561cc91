using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Running;

public sealed class WorkingImagesTests : IDisposable
{
    private static readonly ReconstructionOptions s_usual = new() { ParticlesPath = "p.star", OutputDirectory = "out" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Large_images_get_a_working_box_and_a_line_that_says_so()
    {
        (ReconstructionOptions options, IReadOnlyList<string> notes) = new WorkingImages(null, false, new ShiftLength(40, false)).Fit(s_usual, Set(512, 0.8));
        Assert.Equal(210, options.DownsampleBox);
        // 40 pixels of 0.8 angstrom are 32 angstrom.
        Assert.Equal(32 / (512 * 0.8 / 210), options.MaxShiftPixels, 3);
        string note = Assert.Single(notes);
        foreach (string part in (string[])["512 pixels", "210 pixels of 1.95 Å", "3.9 Å", "32 Å", "--box full"]) Assert.Contains(part, note);
    }

    [Theory]
    [InlineData(128, 1.5)]
    [InlineData(256, 0.6)]
    public void Images_up_to_256_pixels_are_taken_as_they_are(int box, double pixel)
    {
        (ReconstructionOptions options, IReadOnlyList<string> notes) = new WorkingImages(null, false, null).Fit(s_usual, Set(box, pixel));
        Assert.Equal((null, 5.0), (options.DownsampleBox, options.MaxShiftPixels));
        Assert.Empty(notes);
    }

    [Fact]
    public void All_pixels_or_another_number_may_be_asked_for()
    {
        ParticleSet set = Set(512, 0.8);
        Assert.Null(new WorkingImages(null, true, null).Fit(s_usual, set).Options.DownsampleBox);
        (ReconstructionOptions options, IReadOnlyList<string> notes) = new WorkingImages(128, false, new ShiftLength(32, true)).Fit(s_usual, set);
        Assert.Equal((128, 10.0), (options.DownsampleBox, options.MaxShiftPixels));
        Assert.Empty(notes);
    }

    [Theory]
    [InlineData(512, 0.8, null, false)]
    [InlineData(512, 0.83, null, false)]
    [InlineData(512, 0.83, null, true)]
    [InlineData(300, 1.3, 96, false)]
    [InlineData(128, 1.06, null, false)]
    [InlineData(128, 1.06, 48, false)]
    public void A_run_that_compare_starts_works_on_the_same_images(int box, double pixel, int? asked, bool full)
    {
        ParticleSet set = Set(box, pixel);
        ReconstructionOptions options = new WorkingImages(asked, full, new ShiftLength(7.3, false)).Fit(s_usual, set).Options;
        string[] words = [.. WorkingImages.Words(options, set)];
        Assert.True(ShiftLength.TryParse(words[0].Split('=')[1], out ShiftLength shift));
        string? said = words.ElementAtOrDefault(1)?.Split('=')[1];
        WorkingImages child = new(said is null or "full" ? null : int.Parse(said), said == "full", shift);
        ReconstructionOptions again = child.Fit(s_usual, set).Options;
        Assert.Equal((options.DownsampleBox, options.MaxShiftPixels), (again.DownsampleBox, again.MaxShiftPixels));
    }

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
