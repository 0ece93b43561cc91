using CryoSpin.IO.Star;

namespace CryoSpin.Tests.IO.Star;

public class StarWritingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Awkward_values_survive(bool align)
    {
        string[] values =
        [
            "plain", "", " ", "two words", "it's", "'a b'", "say \"a\"", "# no comment", "#x", "_x", "data_x", "loop_", "ends \"", "a\" b",
            "b' c", "tab\tin", "\"", "é",
        ];
        StarTable loop = new("x");
        loop.SetColumn("a", values);
        loop.SetColumn("b", [.. values.Reverse()]);
        StarTable single = new("one");
        single.SetColumn("only", values);
        StarTable list = new("list", isLoop: false);
        for (int i = 0; i < values.Length; i++) list.SetColumn($"v{i}", [values[i]]);
        StarFile file = new();
        file.Add(loop);
        file.Add(single);
        file.Add(list);
        file.Add(new StarTable("none"));
        using TemporaryFolder folder = new();
        string path = folder.File("a.star");

        file.Write(path, align);

        AssertSame(file, StarFile.Read(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void The_form_is_that_of_relion()
    {
        StarTable table = new("particles");
        table.SetColumn("rlnImageName", ["1@a.mrcs", "10@a.mrcs"]);
        table.SetColumn("rlnDefocusU", [15000.25, 8.5]);
        table.SetColumn("rlnOpticsGroup", [1, 12]);
        StarFile file = new();
        file.Add(table);
        using StringWriter writer = new();
        file.Write(writer);
        string expected = """

            # version 30001

            data_particles

            loop_ 
            _rlnImageName #1 
            _rlnDefocusU #2 
            _rlnOpticsGroup #3 
             1@a.mrcs 15000.250000  1 
            10@a.mrcs     8.500000 12 


            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), writer.ToString());
    }

    [Fact]
    public void Columns_are_replaced_appended_and_removed()
    {
        StarTable table = new("x");
        table.SetColumn("a", [1, 2]);
        table.SetColumn("b", [3, 4]);
        table.SetColumn("c", [5, 6]);
        StarTable copy = table.Copy("y");
        table.SetColumn("a", ["q", "r"]);
        table.RemoveColumn("b");
        table.RemoveColumn("none");
        Assert.Equal(["a", "c"], table.Columns);
        Assert.Equal("r", table.GetText("a", 1));
        Assert.Equal(6, table.GetInt32("c", 1));
        Assert.Equal("y", copy.Name);
        Assert.Equal(["a", "b", "c"], copy.Columns);
        Assert.Equal([1, 2], copy.GetInt32s("a"));
        Assert.Throws<ArgumentException>(() => table.SetColumn("d", [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new StarTable("l", isLoop: false).SetColumn("d", [1, 2]));
    }

    [Fact]
    public void What_star_cannot_hold_is_refused()
    {
        StarTable table = new("x");
        table.SetColumn("a", ["two\nlines"]);
        StarFile file = new();
        file.Add(table);
        Assert.Throws<ArgumentException>(() => file.Write(TextWriter.Null));
        table.SetColumn("a", ["a' b\" c"]);
        Assert.Throws<ArgumentException>(() => file.Write(TextWriter.Null));
    }

    internal static void AssertSame(StarFile expected, StarFile actual)
    {
        static IEnumerable<(string, bool, int)> Shapes(StarFile file) => file.Tables.Select(t => (t.Name, t.IsLoop, t.RowCount));
        Assert.Equal(Shapes(expected), Shapes(actual));
        for (int t = 0; t < expected.Tables.Count; t++)
        {
            Assert.Equal(expected.Tables[t].Columns, actual.Tables[t].Columns);
            foreach (string column in expected.Tables[t].Columns)
            {
                Assert.Equal(expected.Tables[t].GetTexts(column), actual.Tables[t].GetTexts(column));
            }
        }
    }
}
