using CryoSpin.Diagnostics;

namespace CryoSpin.IO;

/// <summary>
/// How much memory a reader may take for what a file only refers to: packed columns, and values that are named again and again. A file of
/// some kilobytes can otherwise ask for all the memory there is. Files of real particles stay below a third of what is allowed.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="fileBytes">Its length.</param>
internal sealed class ReadBudget(string path, long fileBytes)
{
    private const int BytesPerByte = 40;
    private const long Floor = 256 << 10;
    private long _left = Floor + BytesPerByte * fileBytes;

    /// <summary>Takes some memory, before it is asked for.</summary>
    /// <exception cref="InputException">It is more than the file is worth.</exception>
    public void Take(long bytes)
    {
        _left -= bytes;
        if (_left >= 0) return;
        throw new InputException(
            path, $"its {fileBytes} bytes unfold to more than {BytesPerByte} times as many.",
            "No program writes such a file: it is damaged or made to fill the memory. Make it again.");
    }
}
