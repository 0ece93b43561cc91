using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;

namespace CryoSpin.IO.CryoSparc;

/// <summary>Opens a cryoSPARC dataset (.cs) in either of its forms, by its first bytes: a structured .npy or a CSDAT stream.</summary>
internal static class CryoSparcFile
{
    /// <summary>Reads the records.</summary>
    /// <exception cref="InputException">The file cannot be read or is neither.</exception>
    public static RecordTable Read(string path)
    {
        byte[] bytes;
        using (FileStream stream = InputFile.Open(path))
        {
            Span<byte> start = stackalloc byte[6];
            start = start[..stream.ReadAtLeast(start, 6, throwOnEndOfStream: false)];
            if (!start.SequenceEqual(CsdatReader.Magic))
            {
                if (start.SequenceEqual(NpyHeader.Magic)) return NpyReader.ReadTable(path);
                throw new InputException(
                    path, "this is not a cryoSPARC dataset: it begins with neither \\x93NUMPY nor \\x95CSDAT.",
                    "Give the .cs file of a job's particles; was it copied whole?");
            }
            if (stream.Length > Array.MaxLength) throw new InputException(path, "the file is larger than 2 GiB.", "Split it in cryoSPARC.");
            stream.Position = 0;
            bytes = new byte[stream.Length];
            try
            {
                stream.ReadExactly(bytes);
            }
            catch (IOException e)
            {
                throw new InputException(path, $"the file cannot be read ({e.Message}).", "Copy it again.", e);
            }
        }
        return CsdatReader.Read(path, bytes);
    }
}
