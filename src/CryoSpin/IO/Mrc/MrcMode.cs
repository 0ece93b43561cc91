namespace CryoSpin.IO.Mrc;

/// <summary>The sample types of MRC2014 that can be read; the value is the header's MODE.</summary>
public enum MrcMode
{
    /// <summary>Signed 8-bit integer.</summary>
    SByte = 0,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 1,

    /// <summary>32-bit float.</summary>
    Single = 2,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 6,

    /// <summary>16-bit float (IEEE 754 binary16).</summary>
    Half = 12,
}
