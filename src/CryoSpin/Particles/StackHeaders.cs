using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Particles;

/// <summary>The headers of image stacks, each read once and only when asked for.</summary>
internal sealed class StackHeaders(IReadOnlyList<string> paths)
{
    private readonly Dictionary<int, (MrcHeader? Header, InputException? Fault)> _known = [];

    /// <summary>The header; null, with the reason, where the stack is absent or cannot be read.</summary>
    public MrcHeader? Find(int stack, out InputException? fault)
    {
        if (!_known.TryGetValue(stack, out (MrcHeader? Header, InputException? Fault) entry))
        {
            try
            {
                entry = (MrcStackReader.ReadHeader(paths[stack]), null);
            }
            catch (InputException e)
            {
                entry = (null, e);
            }
            _known.Add(stack, entry);
        }
        fault = entry.Fault;
        return entry.Header;
    }

    /// <summary>The header, or null.</summary>
    public MrcHeader? Find(int stack) => Find(stack, out _);

    /// <summary>The header's pixel size where it says something: writers that do not know it leave 0 or 1.</summary>
    public double? PixelSize(int stack) => Find(stack)?.PixelSizeXAngstrom is { } size and > 0 and not 1 ? size : null;
}
