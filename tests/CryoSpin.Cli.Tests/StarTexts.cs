namespace CryoSpin.Cli.Tests;

/// <summary>Star files as RELION writes them.</summary>
internal static class StarTexts
{
    /// <summary>Particles of 8 x 8 pixels with one optics group; each row is image name, group, defocus U, V, angle, and the column given.</summary>
    public static string Particles(double pixelSize, string? furtherColumn, params string[] rows)
    {
        string[] columns = ["_rlnImageName", "_rlnOpticsGroup", "_rlnDefocusU", "_rlnDefocusV", "_rlnDefocusAngle"];
        if (furtherColumn is not null) columns = [.. columns, furtherColumn];
        return FormattableString.Invariant($"""

            data_optics

            loop_
            _rlnOpticsGroup #1
            _rlnOpticsGroupName #2
            _rlnVoltage #3
            _rlnSphericalAberration #4
            _rlnAmplitudeContrast #5
            _rlnImagePixelSize #6
            _rlnImageSize #7
            _rlnImageDimensionality #8
            1 opticsGroup1 300.0 2.7 0.1 {pixelSize} 8 2

            data_particles

            loop_
            {string.Join('\n', columns.Select((name, i) => $"{name} #{i + 1}"))}
            {string.Join('\n', rows)}

            """);
    }
}
