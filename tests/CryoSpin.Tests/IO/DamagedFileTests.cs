using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Atoms;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Tests.IO.Mrc;

namespace CryoSpin.Tests.IO;

/// <summary>
/// Files with bytes changed, cut or doubled at random: whatever happens, nothing but an <see cref="InputException"/> comes out.
/// </summary>
public class DamagedFileTests
{
    private const string Star = """
        data_optics
        loop_
        _rlnOpticsGroup #1
        _rlnVoltage #2
        _rlnSphericalAberration #3
        _rlnAmplitudeContrast #4
        _rlnImagePixelSize #5
        1 300 2.7 0.1 2.5
        data_particles
        loop_
        _rlnImageName #1
        _rlnOpticsGroup #2
        _rlnDefocusU #3
        _rlnDefocusV #4
        _rlnDefocusAngle #5
        1@a.mrcs 1 1e4 9000 12.5
        2@a.mrcs 1 1e4 9000 '1.5'
        """;

    private const string Pdb = """
        ATOM      1  N   ALA A   1      -1.500   2.250 -30.125  1.00  0.00           N
        HETATM    7  O   HOH A   4       0.000   0.000   0.000  1.00  0.00           O
        ATOM      5 HG11 VAL A   2       1.000   2.000   5.000  1.00  0.00
        """;

    private const string Cif = """
        data_X
        _a.b
        ;text
        ;
        loop_
        _atom_site.type_symbol
        _atom_site.Cartn_x
        _atom_site.Cartn_y
        _atom_site.Cartn_z
        _atom_site.label_atom_id
        N 1 2 3 "N'"
        C 4 5 6 'CA' # comment
        """;

    [Theory]
    [InlineData("mrc")]
    [InlineData("star")]
    [InlineData("pdb")]
    [InlineData("cif")]
    public void Damage_is_reported_as_an_input_fault(string kind)
    {
        using TemporaryFolder folder = new();
        byte[] mrc = new MrcBytes { Ny = 4, Samples = new double[32], ExtendedBytes = 16 }.Build();
        folder.Write("a.mrcs", mrc);
        byte[] good = kind == "mrc" ? mrc : Encoding.UTF8.GetBytes(kind switch { "star" => Star, "pdb" => Pdb, _ => Cif });
        string path = folder.File("damaged." + kind);
        Random random = new(11);
        int refused = 0, accepted = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            File.WriteAllBytes(path, Damage(good, random));
            try
            {
                Read(kind, path);
                accepted++;
            }
            catch (InputException e)
            {
                Assert.Contains(folder.Path, e.Message);
                refused++;
            }
        }
        Assert.True(refused > 10 && accepted > 5, $"{refused} refused, {accepted} accepted");
    }

    private static void Read(string kind, string path)
    {
        switch (kind)
        {
            case "mrc":
                MrcStackReader.Open(path).Dispose();
                MrcVolumeIO.Read(path);
                break;
            case "star":
                StarFile.Read(path).Write(TextWriter.Null);
                ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
                break;
            default:
                AtomicModelReader.Read(path);
                break;
        }
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        // The first bytes of an MRC file matter most.
        int reach = random.Next(2) == 0 ? Math.Min(100, bytes.Count) : bytes.Count;
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(Math.Min(reach, bytes.Count));
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)" \t\n'\"#;_-.0@"[random.Next(12)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at - 1, random.Next(1, 30)));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 30))));
                    break;
            }
            if (bytes.Count < 2) break;
        }
        return [.. bytes];
    }
}
