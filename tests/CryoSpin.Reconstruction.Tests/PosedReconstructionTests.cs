using System.Globalization;
using CryoSpin.Evaluation;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Runs;
using CryoSpin.Simulation;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests;

public sealed class PosedReconstructionTests : IDisposable
{
    private const string Toy = "data/B_particles/cryodrgn/toy_projections.mrcs";
    private const string Ribosome = "data/B_particles/tomodrgn/10076_classE_32_sim.star";
    private readonly string _folder = Directory.CreateTempSubdirectory("cryospin-posed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedFact(Toy)]
    public void The_toy_projections_give_the_toy_map()
    {
        NpyArray rotations = NpyArray.Read(SharedData.Path("data/B_particles/cryodrgn/toy_rot_1000x3x3_derived.npy"));
        IEnumerable<string> rows = Enumerable.Range(0, 1000).Select(i =>
        {
            double[] m = rotations.Values[(9 * i)..(9 * i + 9)];
            EulerAngles e = EulerAngles.FromRotation(new Rotation(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]));
            return Invariant($"{i + 1}@{Path.GetFullPath(SharedData.Path(Toy))} {e.RotDegrees:R} {e.TiltDegrees:R} {e.PsiDegrees:R} 1");
        });
        string star = Write("toy.star", "data_particles\n\nloop_\n_rlnImageName\n_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnImagePixelSize\n", rows);
        FscCurve fsc = Agreement(star, Read("data/A_maps/toymodel_small_nocenter.mrc"));
        Assert.All(fsc.Values.Take(14), v => Assert.InRange(v, 0.95, 1));
    }

    // With a program of its own, weighted back-projection of these images reached FSC 0.5 at shell 6.8.
    [SharedFact(Ribosome)]
    public void Noisy_images_of_a_ribosomal_subunit_give_its_map()
    {
        Volume truth = Read("data/B_particles/tomodrgn/10076_classE_32.mrc");
        FscCurve fsc = Agreement(SharedData.Path(Ribosome), new Volume(truth.Size, 13.1, truth.Voxels));
        Assert.InRange(fsc.CrossingShell(0.5), 6.5, 16);
    }

    [Fact]
    public void Two_groups_of_different_pixel_size_and_box_give_the_map_of_one_group()
    {
        Volume phantom = Phantom.Create(60, 3);
        double single = Agreement(Groups(phantom, [1.0, 1.0], "one"), phantom).CrossingShell(0.5);
        double mixed = Agreement(Groups(phantom, [1.0, 0.75], "two"), phantom).CrossingShell(0.5);
        Assert.InRange(mixed, 0.9 * single, 60);
    }

    [Fact]
    public void A_downsampled_map_has_the_new_pixel_size()
    {
        Volume phantom = Phantom.Create(60, 3);
        using ParticleSource source = ParticleSource.Open(Groups(phantom, [1.0], "down"));
        PosedReconstruction result = PosedReconstruction.Run(
            source, 2, new Silent(), new PreparationOptions { DownsampleBox = 40 }, CancellationToken.None);
        Assert.Equal((40, 4.5), (result.Map.Size, result.Map.PixelSizeAngstrom));
        FscCurve fsc = FourierShellCorrelation.Compute(result.Map, phantom.FourierCropTo(40));
        Assert.InRange(fsc.CrossingShell(0.5), 12, 20);
    }

    // One optics group per factor, its pixels finer by it: the phantom on a finer grid (80 voxels for 0.75) with as much noise per square
    // angstrom and frequency, hence a lower SNR per pixel.
    private string Groups(Volume phantom, double[] factors, string name)
    {
        List<string> optics = [], rows = [];
        for (int g = 0; g < factors.Length; g++)
        {
            int box = (int)Math.Round(phantom.Size / factors[g]);
            Volume map = phantom.FourierCropTo(box);
            SimulationOptions options = new() { Particles = 200, Snr = 0.3 * factors[g] * factors[g], MaxShiftPixels = 3, Seed = g + 1 };
            ParticleSimulator simulator = new(map, options);
            string stack = Invariant($"{name}{g}.mrcs");
            using MrcStackWriter writer = new(Path.Combine(_folder, stack), box, box, map.PixelSizeAngstrom);
            foreach (SimulatedParticle p in simulator.Images())
            {
                writer.Append(p.Image);
                EulerAngles e = EulerAngles.FromRotation(p.Pose.Rotation);
                CtfParameters c = p.Ctf;
                rows.Add(Invariant($"{writer.Count}@{stack} {e.RotDegrees:R} {e.TiltDegrees:R} {e.PsiDegrees:R} ")
                    + Invariant($"{p.Pose.OriginXAngstrom:R} {p.Pose.OriginYAngstrom:R} ")
                    + Invariant($"{c.DefocusUAngstrom:R} {c.DefocusVAngstrom:R} {c.AstigmatismAngleDegrees:R} {g + 1}"));
            }
            writer.Complete();
            OpticsGroup group = simulator.Optics;
            optics.Add(Invariant($"{g + 1} group{g + 1} {group.VoltageKilovolts} {group.SphericalAberrationMillimeters} ")
                + Invariant($"{group.AmplitudeContrast} {map.PixelSizeAngstrom:R} {box}"));
        }
        string head = "data_optics\n\nloop_\n_rlnOpticsGroup\n_rlnOpticsGroupName\n_rlnVoltage\n_rlnSphericalAberration\n_rlnAmplitudeContrast\n"
            + "_rlnImagePixelSize\n_rlnImageSize\n" + string.Join('\n', optics)
            + "\n\ndata_particles\n\nloop_\n_rlnImageName\n_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnOriginXAngst\n_rlnOriginYAngst\n"
            + "_rlnDefocusU\n_rlnDefocusV\n_rlnDefocusAngle\n_rlnOpticsGroup\n";
        return Write(name + ".star", head, rows);
    }

    private string Write(string name, string head, IEnumerable<string> rows)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, head + string.Join('\n', rows) + "\n");
        return path;
    }

    private static FscCurve Agreement(string star, Volume truth)
    {
        using ParticleSource source = ParticleSource.Open(star);
        PosedReconstruction result = PosedReconstruction.Run(source, 2, new Silent(), null, CancellationToken.None);
        Assert.Equal(truth.Size, result.Map.Size);
        return FourierShellCorrelation.Compute(result.Map, truth);
    }

    private static Volume Read(string shared)
    {
        MrcVolume read = MrcVolumeIO.Read(SharedData.Path(shared));
        return new Volume(read.Nx, read.PixelSizeAngstrom, read.Voxels);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Silent : IRunObserver
    {
        public void Log(string message)
        {
        }

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }
    }
}
