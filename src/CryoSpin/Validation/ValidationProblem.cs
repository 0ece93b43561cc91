namespace CryoSpin.Validation;

/// <summary>How bad a problem is.</summary>
public enum Severity
{
    /// <summary>A run can go on; its result may suffer.</summary>
    Warning,

    /// <summary>A run would fail, or its result would be wrong.</summary>
    Error,
}

/// <summary>One problem of a particle file; the same problem in many rows is one problem.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">A name for programs, e.g. <c>image.constant</c>; names may be added to but not renamed.</param>
/// <param name="Where">File, and row and line of the first case where there is one.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Expected">What would be right.</param>
/// <param name="Remedy">What the user can do.</param>
/// <param name="Count">Number of particles, or of stacks, it concerns.</param>
/// <param name="Rows">The first of the rows it concerns, from 1; empty where it is not about rows.</param>
public sealed record ValidationProblem(
    Severity Severity, string Code, string Where, string Found, string Expected, string Remedy, int Count, IReadOnlyList<int> Rows);

/// <summary>A particle whose image cannot be used.</summary>
/// <param name="Index">The particle, from 0.</param>
/// <param name="Code">The code of the problem: <c>image.unreadable</c>, <c>image.notFinite</c>, <c>image.huge</c> or
/// <c>image.constant</c>.</param>
/// <param name="Reason">What is wrong with it, for the user.</param>
public sealed record BadParticle(int Index, string Code, string Reason);

/// <summary>What a validation found.</summary>
/// <param name="Path">The particle file.</param>
/// <param name="Particles">Number of particles; 0 where the file could not be read.</param>
/// <param name="ImagesRead">Number of images whose pixels were read.</param>
/// <param name="Problems">All problems, errors first.</param>
/// <param name="BadParticles">The particles with unusable images, by index; empty where no pixels were read.</param>
public sealed record ValidationReport(
    string Path, int Particles, int ImagesRead, IReadOnlyList<ValidationProblem> Problems, IReadOnlyList<BadParticle> BadParticles)
{
    /// <summary>Number of errors.</summary>
    public int Errors => Problems.Count(p => p.Severity == Severity.Error);

    /// <summary>Number of warnings.</summary>
    public int Warnings => Problems.Count - Errors;
}
