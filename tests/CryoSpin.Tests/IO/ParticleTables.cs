namespace CryoSpin.Tests.IO;

/// <summary>Small particle files in RELION's two forms.</summary>
internal static class ParticleTables
{
    public const string Modern = """

        # version 30001

        data_optics

        loop_
        _rlnOpticsGroup #1
        _rlnOpticsGroupName #2
        _rlnVoltage #3
        _rlnSphericalAberration #4
        _rlnAmplitudeContrast #5
        _rlnImagePixelSize #6
        _rlnImageSize #7
        _rlnBeamTiltX #8
        _rlnOddZernike #9
        1 first 300 2.7 0.1 2.5 64 0.1 [0,1.5,2]
        2 'the second' 200 2.0 0.07 1.25 128 0 []

        data_particles

        loop_
        _rlnImageName #1
        _rlnOpticsGroup #2
        _rlnDefocusU #3
        _rlnDefocusV #4
        _rlnDefocusAngle #5
        _rlnAngleRot #6
        _rlnAngleTilt #7
        _rlnAnglePsi #8
        _rlnOriginXAngst #9
        _rlnOriginYAngst #10
        _rlnRandomSubset #11
        000001@a.mrcs 1 10000 9000 12.5 30 60 45 1.5 -2.5 1
        000002@a.mrcs 2 10000.5 9e3 "12.5" -30 60 45 1.5 -2.5 2

        """;

    public const string Old = """
        data_

        loop_
        _rlnImageName #1
        _rlnDefocusU #2
        _rlnDefocusV #3
        _rlnDefocusAngle #4
        _rlnVoltage #5
        _rlnSphericalAberration #6
        _rlnAmplitudeContrast #7
        _rlnMagnification #8
        _rlnDetectorPixelSize #9
        _rlnAngleRot #10
        _rlnAngleTilt #11
        _rlnAnglePsi #12
        _rlnOriginX #13
        1@Extract/job1/a.mrcs 15301.1 14916.4 5.28 300 2.7 0.07 38168 5 10 20 30 -1
        2@Extract/job1/a.mrcs 15303.0 14918.4 5.28 300 2.7 0.07 38168 5 10 20 30 2.5

        """;
}
