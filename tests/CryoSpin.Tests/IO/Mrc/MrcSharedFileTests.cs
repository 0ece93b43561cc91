using CryoSpin.IO.Mrc;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.IO.Mrc;

/// <summary>Files of other programs; sums and corner values were computed once with the Python package mrcfile.</summary>
public class MrcSharedFileTests
{
    [SharedTheory("data/A_maps", "data/C_formats/mrc")]
    [InlineData("A_maps/3pqr-mode0.ccp4", 100, 69, 59, 0.9585317460317461, -14814921.0, -41, -53)]
    [InlineData("A_maps/clean70SRibosome_vol_65p.mrc", 65, 65, 65, 0, 0.44650714061837693, -2.5746061282916344e-07, 0)]
    [InlineData("A_maps/emd_1832.map", 64, 64, 64, 5.7, -643.2463446900583, 0, 0)]
    [InlineData("A_maps/emd_3400_86.mrc", 90, 68, 84, 2.8666666666666667, 7375.262825750769, 0, 0)]
    [InlineData("A_maps/emd_5625.map", 56, 56, 56, 4.23, 44283.689061777965, -2.2763194920116803e-06, -2.1034225028415676e-06)]
    [InlineData("C_formats/mrc/5i55_tiny.ccp4", 6, 8, 10, 0.490833333, 166.6178334057331, 0.054934993386268616, -0.2929866313934326)]
    [InlineData("C_formats/mrc/EMD-3001.map", 43, 25, 73, 0.44825, 41.82456039309909, 0.04283447191119194, 0.06724497675895691)]
    [InlineData("C_formats/mrc/EMD-3197.map", 20, 20, 20, 11.4, 6268.896269149147, -1.8013091087341309, 1.3078573942184448)]
    [InlineData("C_formats/mrc/emd_3197.map.gz", 20, 20, 20, 11.4, 6268.896269149147, -1.8013091087341309, 1.3078573942184448)]
    [InlineData("C_formats/mrc/imp_in.mrc", 33, 33, 33, 1, 2.893335924774874, 0, 0)]
    [InlineData("C_formats/mrc/sfftk_merged_mask.mrc", 10, 10, 10, 1, 1642, 0, 0)]
    [InlineData("C_formats/mrc/sfftk_tiny3.map", 3, 3, 3, 1, 157, 9, 4)]
    public void Maps_agree_with_mrcfile(string name, int nx, int ny, int nz, double pixelSize, double sum, double first, double last)
    {
        MrcVolume map = MrcVolumeIO.Read(SharedData.Path("data/" + name));
        Assert.Equal((nx, ny, nz), (map.Nx, map.Ny, map.Nz));
        Assert.Equal(pixelSize, map.PixelSizeAngstrom, 6);
        Assert.Equal(sum, map.Voxels.Sum(v => (double)v), 6);
        Assert.Equal((float)first, map.Voxels[0]);
        Assert.Equal((float)last, map.Voxels[^1]);
    }

    [SharedTheory("data/B_particles", "data/C_formats/mrc", "data/stacks/spike64/particles.mrcs")]
    [InlineData("B_particles/aspire_sample.mrcs", 17, 200, 0, 7238.243503269457, -2.0562593936920166)]
    [InlineData("B_particles/cryodrgn/empiar_10076_7.mrc", 7, 320, 0, -2461.756894549052, 0.6822134256362915)]
    [InlineData("B_particles/cryodrgn/relion31.mrcs", 5, 256, 1, 3527.859729764351, 0.28542500734329224)]
    [InlineData("B_particles/cryodrgn/toy_projections.mrcs", 1000, 30, 1, 180142.64497098682, 0)]
    [InlineData("B_particles/spider/sav_nat_part_stk.mrcs", 5, 130, 0, 348999.7567667961, 4.146700382232666)]
    [InlineData("B_particles/tomodrgn/10076_classE_32_sim.mrcs", 720, 32, 13.1, 733280.2717505681, 1.2084341049194336)]
    [InlineData("C_formats/mrc/Unt_050_12.00A_000001.mrcs", 37, 32, 12, -32.582861483097076, -0.51171875)]
    [InlineData("C_formats/mrc/xmipp_smallStack.mrcs", 4, 64, 1, -7.98871208392211, 0)]
    [InlineData("stacks/spike64/particles.mrcs", 5000, 64, 4.26, 781573.3349829912, 0.78271484375)]
    public void Stacks_agree_with_mrcfile(string name, int count, int box, double pixelSize, double sum, double first)
    {
        using MrcStackReader stack = MrcStackReader.Open(SharedData.Path("data/" + name));
        Assert.Equal((count, box, box, pixelSize), (stack.Count, stack.Width, stack.Height, stack.PixelSizeAngstrom));
        Assert.Empty(stack.Warnings);
        float[] image = new float[box * box];
        double total = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            stack.Read(i, image);
            foreach (float v in image) total += v;
        }
        Assert.Equal(sum, total, Math.Abs(sum) * 1e-10);
        Assert.Equal((float)first, image[0]);
    }

    [SharedFact("data/A_maps/3pqr-mode0.ccp4")]
    public void A_swapped_map_has_its_axes_in_place()
    {
        MrcVolume map = MrcVolumeIO.Read(SharedData.Path("data/A_maps/3pqr-mode0.ccp4"));
        byte[] bytes = File.ReadAllBytes(SharedData.Path("data/A_maps/3pqr-mode0.ccp4"));
        // Columns are y (69), rows are x (100).
        Assert.Equal((sbyte)bytes[1024 + (((7 * 100) + 31) * 69) + 11], map.Voxels[(((7 * 69) + 11) * 100) + 31]);
    }
}
