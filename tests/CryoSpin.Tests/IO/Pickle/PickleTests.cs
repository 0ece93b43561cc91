using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.IO.Pickle;

public class PickleTests
{
    // pickle.dumps((numpy.arange(9, dtype='f4').reshape(1, 3, 3), numpy.array([[0.5, -0.25]])), protocol=0 to 5), NumPy 1.24.
    [Theory]
    [InlineData("KGNudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnAwCihjbnVtcHkKbmRhcnJheQpwMQooSTAKdHAyCmNfY29kZWNzCmVuY29kZQ"
            + "pwMwooVmIKcDQKVmxhdGluMQpwNQp0cDYKUnA3CnRwOApScDkKKEkxCihJMQpJMwpJMwp0cDEwCmNudW1weQpkdHlwZQpwMTEKKFZmNApwMTIK"
            + "STAwCkkwMQp0cDEzClJwMTQKKEkzClY8CnAxNQpOTk5JLTEKSS0xCkkwCnRwMTYKYkkwMApnMwooVlx1MDAwMFx1MDAwMFx1MDAwMFx1MDAwMF"
            + "x1MDAwMFx1MDAwMIA/XHUwMDAwXHUwMDAwXHUwMDAwQFx1MDAwMFx1MDAwMEBAXHUwMDAwXHUwMDAwgEBcdTAwMDBcdTAwMDCgQFx1MDAwMFx1"
            + "MDAwMMBAXHUwMDAwXHUwMDAw4EBcdTAwMDBcdTAwMDBcdTAwMDBBCnAxNwpnNQp0cDE4ClJwMTkKdHAyMApiZzAKKGcxCihJMAp0cDIxCmc3Cn"
            + "RwMjIKUnAyMwooSTEKKEkxCkkyCnRwMjQKZzExCihWZjgKcDI1CkkwMApJMDEKdHAyNgpScDI3CihJMwpnMTUKTk5OSS0xCkktMQpJMAp0cDI4"
            + "CmJJMDAKZzMKKFZcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDDgP1x1MDAwMFx1MDAwMFx1MDAwMFx1MDAwMFx1MDAwMFx1MD"
            + "AwMNC/CnAyOQpnNQp0cDMwClJwMzEKdHAzMgpidHAzMwou")]
    [InlineData("KGNudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEAKGNudW1weQpuZGFycmF5CnEBKEsAdHECY19jb2RlY3MKZW5jb2RlCnEDKF"
            + "gBAAAAYnEEWAYAAABsYXRpbjFxBXRxBlJxB3RxCFJxCShLAShLAUsDSwN0cQpjbnVtcHkKZHR5cGUKcQsoWAIAAABmNHEMSTAwCkkwMQp0cQ1S"
            + "cQ4oSwNYAQAAADxxD05OTkr/////Sv////9LAHRxEGJJMDAKaAMoWCkAAAAAAAAAAADCgD8AAABAAABAQAAAwoBAAADCoEAAAMOAQAAAw6BAAA"
            + "AAQXERaAV0cRJScRN0cRRiaAAoaAEoSwB0cRVoB3RxFlJxFyhLAShLAUsCdHEYaAsoWAIAAABmOHEZSTAwCkkwMQp0cRpScRsoSwNoD05OTkr/"
            + "////Sv////9LAHRxHGJJMDAKaAMoWBMAAAAAAAAAAADDoD8AAAAAAADDkMK/cR1oBXRxHlJxH3RxIGJ0cSEu")]
    [InlineData("gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJjX2NvZGVjcwplbmNvZGUKcQNYAQ"
            + "AAAGJxBFgGAAAAbGF0aW4xcQWGcQZScQeHcQhScQkoSwFLAUsDSwOHcQpjbnVtcHkKZHR5cGUKcQtYAgAAAGY0cQyJiIdxDVJxDihLA1gBAAAA"
            + "PHEPTk5OSv////9K/////0sAdHEQYoloA1gpAAAAAAAAAAAAwoA/AAAAQAAAQEAAAMKAQAAAwqBAAADDgEAAAMOgQAAAAEFxEWgFhnESUnETdH"
            + "EUYmgAaAFLAIVxFWgHh3EWUnEXKEsBSwFLAoZxGGgLWAIAAABmOHEZiYiHcRpScRsoSwNoD05OTkr/////Sv////9LAHRxHGKJaANYEwAAAAAA"
            + "AAAAAMOgPwAAAAAAAMOQwr9xHWgFhnEeUnEfdHEgYoZxIS4=")]
    [InlineData("gANjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJDAWJxA4dxBFJxBShLAUsBSwNLA4"
            + "dxBmNudW1weQpkdHlwZQpxB1gCAAAAZjRxCImIh3EJUnEKKEsDWAEAAAA8cQtOTk5K/////0r/////SwB0cQxiiUMkAAAAAAAAgD8AAABAAABA"
            + "QAAAgEAAAKBAAADAQAAA4EAAAABBcQ10cQ5iaABoAUsAhXEPaAOHcRBScREoSwFLAUsChnESaAdYAgAAAGY4cROJiIdxFFJxFShLA2gLTk5OSv"
            + "////9K/////0sAdHEWYolDEAAAAAAAAOA/AAAAAAAA0L9xF3RxGGKGcRku")]
    [InlineData("gASVBAEAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlF"
            + "KUKEsBSwFLA0sDh5RoA4wFZHR5cGWUk5SMAmY0lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGKJQyQAAAAAAACAPwAAAEAAAEBAAACA"
            + "QAAAoEAAAMBAAADgQAAAAEGUdJRiaAJoBUsAhZRoB4eUUpQoSwFLAUsChpRoDIwCZjiUiYiHlFKUKEsDaBBOTk5K/////0r/////SwB0lGKJQx"
            + "AAAAAAAADgPwAAAAAAANC/lHSUYoaULg==")]
    [InlineData("gAWV6gAAAAAAAACMEm51bXB5LmNvcmUubnVtZXJpY5SMC19mcm9tYnVmZmVylJOUKJYkAAAAAAAAAAAAAAAAAIA/AAAAQAAAQEAAAIBAAACgQA"
            + "AAwEAAAOBAAAAAQZSMBW51bXB5lIwFZHR5cGWUk5SMAmY0lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGJLAUsDSwOHlIwBQ5R0lFKU"
            + "aAIolhAAAAAAAAAAAAAAAAAA4D8AAAAAAADQv5RoBowCZjiUiYiHlFKUKEsDaApOTk5K/////0r/////SwB0lGJLAUsChpRoDXSUUpSGlC4=")]
    public void Every_protocol_is_read(string base64)
    {
        using TemporaryFolder folder = new();

        IReadOnlyList<TypedArray> arrays = PickleReader.ReadArrays(folder.Write("a.pkl", Convert.FromBase64String(base64)));

        Assert.Equal([1, 3, 3], arrays[0].Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8], arrays[0].ToDoubles());
        Assert.Equal([1, 2], arrays[1].Shape);
        Assert.Equal([0.5, -0.25], arrays[1].ToDoubles());
    }

    // numpy.array([[1, 2, 3], [4, 5, 6]], order='F') as big-endian floats, protocol 4, and as integers, protocol 5.
    [Theory]
    [InlineData("gASVogAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlF"
            + "KUKEsBSwJLA4aUaAOMBWR0eXBllJOUjAJmNJSJiIeUUpQoSwOMAT6UTk5OSv////9K/////0sAdJRiiEMYP4AAAECAAABAAAAAQKAAAEBAAABA"
            + "wAAAlHSUYi4=")]
    [InlineData("gAWVjQAAAAAAAACMEm51bXB5LmNvcmUubnVtZXJpY5SMC19mcm9tYnVmZmVylJOUKJYYAAAAAAAAAAEAAAAEAAAAAgAAAAUAAAADAAAABgAAAJ"
            + "SMBW51bXB5lIwFZHR5cGWUk5SMAmk0lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGJLAksDhpSMAUaUdJRSlC4=")]
    public void Byte_order_and_axis_order_do_not_show(string base64)
    {
        using TemporaryFolder folder = new();
        TypedArray array = Assert.Single(PickleReader.ReadArrays(folder.Write("a.pkl", Convert.FromBase64String(base64))));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], array.ToDoubles());
    }

    // pickle.dumps({'a': [1, -2, 2.5, True, None, 2**40, 'x', b'y'], 'b': (1,)}, protocol=4), and without b'y' protocol 0.
    [Theory]
    [InlineData("gASVNwAAAAAAAAB9lCiMAWGUXZQoSwFK/v///0dABAAAAAAAAIhOigYAAAAAAAGMAXiUQwF5lGWMAWKUSwGFlHUu")]
    [InlineData("KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUYyLjUKYUkwMQphTmFMMTA5OTUxMTYyNzc3NkwKYVZ4CnAzCmFzVmIKcDQKKEkxCnRwNQpzLg==")]
    public void Plain_values_are_read(string base64)
    {
        using TemporaryFolder folder = new();
        object? value = PickleReader.Read(folder.Write("a.pkl", Convert.FromBase64String(base64)));
        Dictionary<string, object?> items = new(Assert.IsType<List<KeyValuePair<string, object?>>>(value));
        List<object?> a = Assert.IsType<List<object?>>(items["a"]);
        Assert.Equal([1L, -2L, 2.5], a[..3]);
        Assert.True(a[3] is true or 1L);
        Assert.Equal([null, 1L << 40, "x"], a[4..7]);
        Assert.Equal([1L], (object?[])items["b"]!);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using TemporaryFolder folder = new();
        PickleWriter.Write(folder.File("a.pkl"), TypedArray.Of([1f, -2, 3e-9f, 4], 2, 2), TypedArray.Of([5u, 6]));
        IReadOnlyList<TypedArray> arrays = PickleReader.ReadArrays(folder.File("a.pkl"));
        Assert.Equal([2, 2], arrays[0].Shape);
        Assert.Equal([1, -2, 3e-9f, 4], arrays[0].ToDoubles());
        Assert.Equal([5, 6], arrays[1].ToDoubles());
    }

    // Programs that Python would run: each is refused by the name of what it asks for, and leaves no trace.
    [Theory]
    [InlineData("cos\nsystem\n(S'touch {0}'\ntR.", "'os.system'")]
    [InlineData("cposix\nsystem\nX\u0001\0\0\0x\x85R.", "'posix.system'")]
    [InlineData("c__builtin__\neval\n(Vopen('{0}','w')\ntR.", "'__builtin__.eval'")]
    [InlineData("cbuiltins\nexec\n(V1\ntR.", "'builtins.exec'")]
    [InlineData("cnumpy\nload\n(V{0}\ntR.", "'numpy.load'")]
    [InlineData("cnumpy.testing._private.utils\nrunstring\n.", "'numpy.testing._private.utils.runstring'")]
    [InlineData("csubprocess\nPopen\n(V{0}\ntR.", "'subprocess.Popen'")]
    [InlineData("\x80\u0004\x8c\u0002os\x8c\u0006system\x93\x8c\u0001x\x85R.", "'os.system'")]
    [InlineData("(i__main__\nX\n.", "0x69")]
    [InlineData("\x80\u0002c__main__\nX\n)\x81.", "'__main__.X'")]
    [InlineData("cnumpy\nndarray\n)\x81.", "0x81")]
    [InlineData("Pperson\n.", "0x50")]
    [InlineData("K\u0001Q.", "0x51")]
    [InlineData("\x82\u0001.", "0x82")]
    [InlineData("\x97.", "0x97")]
    [InlineData("cnumpy\ndtype\n(VO8\nK\0K\u0001tR.", "Python objects")]
    [InlineData("c_codecs\nencode\n(Vx\nVrot13\ntR.", "not known")]
    [InlineData("(VX\n(tR.", "not a name")]
    [InlineData("cnumpy\nndarray\n}b.", "not known")]
    public void Nothing_in_a_pickle_is_run(string program, string message)
    {
        using TemporaryFolder folder = new();
        string trace = folder.File("trace"), path = folder.File("evil.pkl");
        System.IO.File.WriteAllBytes(path, Encoding.Latin1.GetBytes(program.Replace("{0}", trace)));

        InputException refusal = Assert.Throws<InputException>(() => PickleReader.Read(path));

        Assert.Contains(message, refusal.Message);
        Assert.Contains(path, refusal.Message);
        Assert.False(System.IO.File.Exists(trace));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("(.")]
    [InlineData("B\xff\xff\xff\x7fabc.")]
    [InlineData("\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc.")]
    [InlineData("T\xff\xff\xff\xffabc.")]
    [InlineData("h\u0005.")]
    [InlineData("L99999999999999999999999999999999999999L\n.")]
    [InlineData("\x8b\xff\xff\xff\x7f.")]
    [InlineData("K\u0001K\u0002s.")]
    [InlineData("t.")]
    [InlineData("\x80\u0006N.")]
    public void A_damaged_pickle_is_refused(string program)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.pkl", Encoding.Latin1.GetBytes(program));
        Assert.Contains(path, Assert.Throws<InputException>(() => PickleReader.Read(path)).Message);
    }

    // numpy.array([1, 'a'], dtype=object), protocol 2.
    [Fact]
    public void An_array_of_objects_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.pkl", Convert.FromBase64String(
            "gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJjX2NvZGVjcwplbmNvZGUKcQNYAQAAAGJxBFgG"
            + "AAAAbGF0aW4xcQWGcQZScQeHcQhScQkoSwFLAoVxCmNudW1weQpkdHlwZQpxC1gCAAAATzhxDImIh3ENUnEOKEsDWAEAAAB8cQ9OTk5K/////0r/////Sz90"
            + "cRBiiV1xEShLAVgBAAAAYXESZXRxE2Iu"));
        Assert.Contains("Python objects", Assert.Throws<InputException>(() => PickleReader.Read(path)).Message);
    }

    [SharedFact("data/C_formats/cryodrgn/pose.cs.pkl")]
    public void CryoDrgn_poses_are_read()
    {
        IReadOnlyList<TypedArray> arrays = PickleReader.ReadArrays(SharedData.Path("data/C_formats/cryodrgn/pose.cs.pkl"));
        Assert.Equal([2019, 3, 3], arrays[0].Shape);
        Assert.Equal([2019, 2], arrays[1].Shape);
        Assert.Equal("0.5816298", arrays[0].GetText(0));
        Assert.Equal("0.06296875", arrays[1].GetText(0));
    }
}
