using System.Globalization;

namespace CryoSpin.Runs;

/// <summary>A folder. What a run finds in it counts, not the folder itself.</summary>
internal sealed class FolderKind : OptionKind
{
    public FolderKind() => Placeholder = "DIR";

    public override string Expected => "a folder";

    internal override object? Parse(IReadOnlyList<string> words) => words[0];

    internal override IReadOnlyList<string> Files(object value) => [];

    internal override object MapPaths(object value, Func<string, string> change) => change((string)value);
}

/// <summary>A file.</summary>
internal sealed class FileKind : OptionKind
{
    public override string Expected => "a file";

    internal override object? Parse(IReadOnlyList<string> words) => words[0];

    internal override IReadOnlyList<string> Files(object value) => [(string)value];

    internal override object MapPaths(object value, Func<string, string> change) => change((string)value);
}

/// <summary>Files, each after a name of its own.</summary>
internal sealed class FilesKind : OptionKind
{
    public override OptionArity Arity => OptionArity.Many;

    public override string Expected => "a file";

    internal override object? Parse(IReadOnlyList<string> words) => words.ToArray();

    internal override bool IsEmpty(object value) => ((IReadOnlyList<string>)value).Count == 0;

    internal override IReadOnlyList<string> Words(object value) => (IReadOnlyList<string>)value;

    internal override IReadOnlyList<string> Files(object value) => (IReadOnlyList<string>)value;

    internal override object MapPaths(object value, Func<string, string> change) => Words(value).Select(change).ToArray();
}

/// <summary>A file, or a count.</summary>
internal sealed class FileOrCountKind : OptionKind
{
    public FileOrCountKind() => Placeholder = "FILE|N";

    public override string Expected => "a file, or a whole number";

    internal override object? Parse(IReadOnlyList<string> words) => words[0];

    internal override IReadOnlyList<string>? Files(object value) => IsCount(value) ? null : [(string)value];

    internal override object MapPaths(object value, Func<string, string> change) => IsCount(value) ? value : change((string)value);

    // A file of that name comes first, as where particles are loaded.
    private static bool IsCount(object value) =>
        !File.Exists((string)value) && int.TryParse((string)value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0;
}
