using System.IO.Compression;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Atoms;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.IO.Atoms;

public class AtomicModelReaderTests
{
    private const string Pdb = """
        HEADER    TEST
        MODEL        1
        ATOM      1  N   ALA A   1      -1.500   2.250 -30.125  1.00  0.00           N
        ATOM      2  CA AALA A   1       1.000   2.000   3.000  0.25  0.00           C
        ATOM      3  CA BALA A   1       1.500   2.000   3.000  0.75  0.00           C
        ATOM      4  HA  ALA A   1       1.000   2.000   4.000  1.00  0.00           H
        ATOM      5 HG11 VAL A   2       1.000   2.000   5.000  1.00  0.00
        HETATM    6 CA    CA A   3       7.000   8.000   9.000
        HETATM    7  O   HOH A   4       0.000   0.000   0.000  1.00  0.00           O
        HETATM    8 FE   HEM A   5       1.000   1.000   1.000  1.00  0.00      1CRN  80
        ENDMDL
        MODEL        2
        ATOM      1  N   ALA A   1      -1.500   2.250 -30.125  1.00  0.00           N
        ENDMDL
        """;

    private const string Cif = """
        # a comment first
        data_TEST
        _entry.id TEST
        _struct.title
        ;loop_ _atom_site.Cartn_x
         it's 'inside'
        ;
        loop_
        _other.a
        _other.b
        'loop_' "x y" # comment
        1 ;2
        loop_
        _atom_site.group_PDB
        _atom_site.type_symbol
        _atom_site.label_atom_id
        _atom_site.label_comp_id
        _atom_site.Cartn_z
        _atom_site.Cartn_y
        _atom_site.Cartn_x
        _atom_site.occupancy
        _atom_site.pdbx_PDB_model_num
        _atom_site.details
        ATOM N N ALA -30.125 2.25 -1.5 1.0 1 'with space'
        ATOM C CA ALA 3 2 1 0.25 1 .
        ATOM C CA ALA 3 2 1.5 0.75 1
        ;multi
        line
        ;
        ATOM H "HO5'" ALA 4 2 1 1.0 1 .
        HETATM CA CA CA 9 8 7 ? 1 ?
        HETATM O O HOH 0 0 0 1 1 .
        HETATM FE FE HEM 1 1 1 1 1 .
        ATOM N N ALA 0 0 0 1.0 2 .
        #
        loop_
        _after.x
        1
        """;

    private static readonly Atom[] s_heavy =
    [
        new(-1.5, 2.25, -30.125, 7, 1), new(1, 2, 3, 6, 0.25), new(1.5, 2, 3, 6, 0.75), new(7, 8, 9, 20, 1), new(1, 1, 1, 26, 1),
    ];

    [Theory]
    [InlineData("a.pdb", false)]
    [InlineData("a.pdb.gz", true)]
    [InlineData("a.cif", false)]
    [InlineData("a.cif.gz", true)]
    public void Pdb_and_mmcif_give_the_same_atoms(string name, bool gzip)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = Encoding.ASCII.GetBytes(name.Contains("pdb") ? Pdb : Cif);
        string path = folder.Write(name, gzip ? Gzip(bytes) : bytes);

        Assert.Equal(s_heavy, AtomicModelReader.Read(path).Atoms);

        IReadOnlyList<Atom> withWaters = AtomicModelReader.Read(path, new AtomSelection(Waters: true)).Atoms;
        Assert.Equal(s_heavy.Append(new Atom(0, 0, 0, 8, 1)).OrderBy(a => a.X), withWaters.OrderBy(a => a.X));
        int hydrogens = AtomicModelReader.Read(path, new AtomSelection(Hydrogens: true)).Atoms.Count(a => a.AtomicNumber == 1);
        Assert.Equal(name.Contains("pdb") ? 2 : 1, hydrogens);
    }

    [Theory]
    [InlineData(" N  ", 7)]
    [InlineData(" CA ", 6)]
    [InlineData("CA  ", 20)]
    [InlineData("HG11", 1)]
    [InlineData("1HG1", 1)]
    [InlineData(" HG ", 1)]
    [InlineData("HG  ", 80)]
    [InlineData("FE  ", 26)]
    [InlineData("MG  ", 12)]
    [InlineData(" P  ", 15)]
    [InlineData("OXT ", 8)]
    [InlineData(" Q1 ", 0)]
    public void Elements_follow_from_pdb_atom_names(string name, int expected) =>
        Assert.Equal(expected, ChemicalElements.FromAtomName(name));

    [Fact]
    public void Symbols_are_read_in_any_case()
    {
        Assert.Equal(118, ChemicalElements.AtomicNumber("Og"));
        Assert.Equal(1, ChemicalElements.AtomicNumber(" D"));
        Assert.Equal(34, ChemicalElements.AtomicNumber("se "));
        Assert.Equal(0, ChemicalElements.AtomicNumber("XX"));
    }

    [Theory]
    [InlineData("ATOM      1  N   ALA A   1      -1.5x0   2.250 -30.125  1.00  0.00           N\n", "line 1", "'-1.5x0'")]
    [InlineData("REMARK\nATOM      1  N   ALA A   1      -1.500   2.2\n", "line 2", "44 characters")]
    [InlineData("HETATM    1  Q1  DUM A   1      -1.500   2.250 -30.125  1.00  0.00           X\n", "line 1", "'Q1'")]
    [InlineData(
        "data_x\nloop_\n_atom_site.type_symbol\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nN 1 2 3\nC 1 2\n", "line 8",
        "has 3 values for 4")]
    [InlineData("data_x\nloop_\n_atom_site.type_symbol\n_atom_site.Cartn_x\n_atom_site.Cartn_y\nN 1 2\n", "line 6", "cartn_z")]
    [InlineData("data_x\n_a 'open\n", "line 2", "not closed")]
    [InlineData("data_x\n_a\n;open\n", "line 3", "not closed")]
    public void Faults_name_the_line(string text, string where, string what)
    {
        using TemporaryFolder folder = new();
        InputException e = Assert.Throws<InputException>(() => AtomicModelReader.Read(folder.Write("a.pdb", text)));
        Assert.EndsWith(where, e.Where);
        Assert.Contains(what, e.What);
    }

    [Fact]
    public void Files_without_atoms_are_refused()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("empty", Assert.Throws<InputException>(() => AtomicModelReader.Read(folder.Write("a", ""))).What);
        foreach (string text in new[] { "HEADER\nEND\n", "data_x\n_a 1\n", "data_x\nloop_\n_b.c\n1\n2\n" })
        {
            Assert.Contains("no atoms", Assert.Throws<InputException>(() => AtomicModelReader.Read(folder.Write("a", text))).What);
        }
        string water = "HETATM    7  O   HOH A   4       0.000   0.000   0.000  1.00  0.00           O\n";
        string path = folder.Write("w.pdb", water);
        Assert.Contains("hydrogens or waters", Assert.Throws<InputException>(() => AtomicModelReader.Read(path)).What);
        Assert.Throws<InputException>(() => AtomicModelReader.Read(folder.Write("t.pdb.gz", Gzip(Encoding.ASCII.GetBytes(Pdb))[..60])));
    }

    // Counts and sums computed once with gemmi.
    [SharedTheory("data/A_models")]
    [InlineData("1aon.pdb.gz", 58870, 0, 4661097.891999993, -3038574.3300000047, -347915.48000000155, 10129, 14)]
    [InlineData("1crn.pdb", 327, 0, 3030.907, 3200.442, 2278.238, 55, 0)]
    [InlineData("1oel.pdb", 26929, 149, -1179060.1629999948, 28460.373000000553, -930783.3900000021, 4634, 0)]
    [InlineData("6vxx.cif", 23694, 0, 4975739.764000001, 4975739.32800001, 4895071.75099997, 3849, 0)]
    [InlineData("6vyb.cif", 22365, 0, 4683069.364999988, 4694021.681999982, 4575171.5440000165, 3677, 0)]
    public void Shared_models_agree_with_gemmi(
        string name, int heavy, int waters, double x, double y, double z, int nitrogens, int phosphors)
    {
        string path = SharedData.Path("data/A_models/" + name);
        IReadOnlyList<Atom> atoms = AtomicModelReader.Read(path).Atoms;
        Assert.Equal(heavy, atoms.Count);
        Assert.Equal(heavy + waters, AtomicModelReader.Read(path, new AtomSelection(Hydrogens: true, Waters: true)).Atoms.Count);
        Assert.Equal(x, atoms.Sum(a => a.X), 1e-4);
        Assert.Equal(y, atoms.Sum(a => a.Y), 1e-4);
        Assert.Equal(z, atoms.Sum(a => a.Z), 1e-4);
        Assert.Equal(heavy, atoms.Sum(a => a.Occupancy), 1e-6);
        Assert.Equal(nitrogens, atoms.Count(a => a.AtomicNumber == 7));
        Assert.Equal(phosphors, atoms.Count(a => a.AtomicNumber == 15));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
