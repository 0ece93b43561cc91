using System.Globalization;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Tests.IO;

namespace CryoSpin.Tests.Preprocessing;

public class WorkingBoxTests
{
    [Theory]
    [InlineData(128, 1.5, null)]
    [InlineData(256, 0.5, null)]
    [InlineData(512, 0.8, 210)]
    [InlineData(288, 1.0, 144)]
    [InlineData(400, 2.5, 256)]
    [InlineData(1024, 1.0, 256)]
    [InlineData(300, 0.05, 16)]
    [InlineData(511, 0.9, 240)]
    public void The_fewest_pixels_that_reach_4_angstrom_and_never_more_than_256(int box, double pixel, int? expected)
    {
        using TemporaryFolder folder = new();
        string size = pixel.ToString(CultureInfo.InvariantCulture);
        string star = folder.Write("p.star", $"""
            data_optics

            loop_
            _rlnOpticsGroup
            _rlnImagePixelSize
            _rlnImageSize
            _rlnVoltage
            _rlnSphericalAberration
            _rlnAmplitudeContrast
            1 {size} {box} 300 2.7 0.1

            data_particles

            loop_
            _rlnImageName
            _rlnOpticsGroup
            1@absent.mrcs 1

            """);
        Assert.Equal(expected, WorkingBox.For(ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false))));
    }
}
