namespace CryoSpin.Diagnostics;

/// <summary>A fault the user can act on. The message says what is wrong, where (file and row), what was found and what to do.</summary>
public class CryoSpinException : Exception
{
    /// <summary>Makes the exception with a complete message for the user.</summary>
    public CryoSpinException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A stopped run that cannot go on as it was asked to. Nothing of it has changed: it can go on when the cause is mended.</summary>
public sealed class ResumeRefusedException : CryoSpinException
{
    /// <summary>Makes the exception with a complete message for the user.</summary>
    public ResumeRefusedException(string message)
        : base(message)
    {
    }
}

/// <summary>An input file, or a value in one, that cannot be used.</summary>
public sealed class InputException : CryoSpinException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="where">File, and row or byte where known, e.g. <c>particles.star, row 12</c>.</param>
    /// <param name="what">What is wrong with the found value shown.</param>
    /// <param name="remedy">What the user can do about it.</param>
    /// <param name="inner">The cause, where another exception was it.</param>
    public InputException(string where, string what, string remedy, Exception? inner = null)
        : base($"{where}: {what} {remedy}", inner)
    {
        Where = where;
        What = what;
        Remedy = remedy;
    }

    /// <summary>File, and row or byte where known.</summary>
    public string Where { get; }

    /// <summary>What is wrong, with the found value.</summary>
    public string What { get; }

    /// <summary>What the user can do.</summary>
    public string Remedy { get; }
}
