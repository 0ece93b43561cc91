using System.Reflection;
using System.Text.Json.Nodes;
using CryoSpin.Cli.Comparing;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Reporting;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Parsing;

/// <summary>Everything that comes from the one declaration of an option.</summary>
public sealed class OptionCatalogueTests : IAsyncLifetime
{
    // Set by the program itself: by --resume, to the folder of the results, and to what follows from --box, --max-shift and the particles.
    private static readonly string[] s_undeclared = ["Resume", "CheckpointDirectory", "DownsampleBox", "MaxShiftPixels"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => OptionSamples.Names;

    public Task InitializeAsync() => Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "20", "--box", "32");

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void Every_property_of_the_options_is_declared_once()
    {
        string[] declared = [.. OptionSamples.Recorded.Append(OptionCatalogue.Argument).Select(Changed).Order()];
        IEnumerable<string> all =
            from part in typeof(ReconstructionOptions).GetProperties()
            from property in part.PropertyType.GetProperties()
            where property.CanWrite && !s_undeclared.Contains(property.Name)
            select $"{part.Name}.{property.Name}";
        Assert.Equal(all.Order(), declared);

        static string Changed(RunOption option)
        {
            ReconstructionOptions before = OptionCatalogue.Defaults, after = option.With(before, OptionSamples.Of(option), out _);
            IEnumerable<string> changed =
                from part in typeof(ReconstructionOptions).GetProperties()
                from property in part.PropertyType.GetProperties()
                where !Equals(Value(before, part, property), Value(after, part, property))
                select $"{part.Name}.{property.Name}";
            return Assert.Single(changed);
        }

        static object? Value(ReconstructionOptions o, PropertyInfo part, PropertyInfo property) => property.GetValue(part.GetValue(o));
    }

    [Fact]
    public void Names_are_unique_and_every_sentence_ends()
    {
        string[] names = [.. OptionCatalogue.All.SelectMany(o => o.Aliases.Append(o.Name))];
        Assert.Equal(names.Distinct(), names);
        Assert.All(OptionCatalogue.All, o => Assert.EndsWith(".", o.Help));
        Assert.All(OptionCatalogue.All, o => Assert.True(o.Details is null || o.Details.EndsWith('.'), o.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_child_run_gets_the_value(string name)
    {
        RunOption option = OptionCatalogue.Get(name);
        ReconstructionOptions asked = ReconstructionOptions.Of(_folder["sim/particles.star"], _folder["out"]);
        if (name != "--output") asked = OptionSamples.With(option, asked);
        ReconstructionOptions? seen = null;
        Invocation run = await Invocation.With(
            (options, _, _, _) =>
            {
                seen = options;
                throw new OperationCanceledException();
            },
            [.. RunArguments.Start(WithFiles(asked))]);
        Assert.True(seen is not null, run.Error);
        Assert.Equal(option.Words(WithFiles(asked)), option.Words(seen));
        using ParticleSource source = ParticleSource.Open(asked.Particles.Path);
        Assert.Equal(Json(WorkingImages.Fit(WithFiles(asked), source.Set).Options), Json(seen));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_resumed_child_run_gets_what_may_change(string name)
    {
        RunOption option = OptionCatalogue.Get(name);
        ReconstructionOptions asked = OptionSamples.With(option, OptionCatalogue.Defaults);
        bool given = RunArguments.Resume(asked).Any(w => w == name || w.StartsWith(name + "=", StringComparison.Ordinal));
        Assert.Equal(option.MayChangeOnResume, given);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_record_of_a_run_keeps_the_value(string name)
    {
        ReconstructionOptions options = OptionSamples.With(OptionCatalogue.Get(name), OptionCatalogue.Defaults);
        RunRecord read = JsonFormat.ParseRun(JsonFormat.Serialize(Record(options)));
        Assert.Equal(OptionCatalogue.Get(name).Words(options), OptionCatalogue.Get(name).Words(read.Options));
    }

    [Fact]
    public void The_names_in_the_record_are_those_that_were_promised()
    {
        JsonObject options = JsonNode.Parse(JsonFormat.Serialize(Record(ReconstructionOptions.Of("p.star", "out"))))!["options"]!.AsObject();
        string[] promised =
        [
            "particlesPath", "dataDirectory", "subset", "pixelSizeAngstrom", "passthrough", "outputDirectory", "method", "volume", "imageCopies",
            "preset", "heads", "encoderSteps", "seed", "threads", "maxShiftPixels", "maskDiameterAngstrom", "maxMemoryBytes", "scratchDirectory",
            "invert", "downsampleBox", "skipBad", "keepAll", "quickValidation", "overwrite", "checkpointMinutes", "snapshots", "watched", "resume",
        ];
        Assert.Empty(promised.Except(options.Select(p => p.Key)));
        Assert.Equal(("p.star", "out", "default", 7), ((string)options["particlesPath"]!, (string)options["outputDirectory"]!, (string)options["preset"]!, (int)options["heads"]!));
    }

    [Fact]
    public void The_report_lists_every_option_with_its_value()
    {
        ReconstructionOptions options = ReconstructionOptions.Of("p.star", "out") with
        {
            Images = new ImageOptions { MaxShift = "2.5" },
            Method = new MethodOptions { EncoderSteps = 321 },
        };
        string page = HtmlReport.Render(new ReportInput { Run = Record(options) });
        Assert.All(OptionSamples.Recorded, o => Assert.Contains($">{o.Name}</th>", page));
        Assert.Contains(">2.5 px</td><td>command</td>", page);
        Assert.Contains(">321</td><td>command</td>", page);
        Assert.Contains(">all cores</td><td>default</td>".Replace("all cores", $"{Environment.ProcessorCount}"), page);
    }

    [Fact]
    public void What_changes_a_comparisons_results_is_a_difference_and_nothing_else()
    {
        foreach (RunOption option in OptionSamples.Recorded.Where(o => o.Name != "--output"))
        {
            ReconstructionOptions asked = OptionSamples.With(option, OptionCatalogue.Defaults);
            ReconstructionOptions usual = OptionCatalogue.Defaults with { Method = OptionCatalogue.Defaults.Method with { Name = asked.Method.Name } };
            string? difference = OptionDifferences.First(Record(Named(usual)), Named(asked));
            if (option.Name == "--method") continue;
            Assert.Equal(option.Effect != OptionEffect.None, difference is not null);
            if (difference is not null) Assert.StartsWith($"{option.Name} was ", difference);
        }

        static ReconstructionOptions Named(ReconstructionOptions o) => o with { Particles = o.Particles with { Path = "p.star" } };
    }

    [Fact]
    public void Relative_paths_of_a_run_from_elsewhere_are_found_again()
    {
        ReconstructionOptions options = ReconstructionOptions.Of("p.star", "out") with
        {
            Particles = new ParticleOptions { Path = "p.star", Subset = "some.txt", DataDirectory = "data", Passthrough = ["a.cs", "/b.cs"] },
            Resources = new RunResources { ScratchDirectory = "scratch" },
        };
        ReconstructionOptions found = MovedRun.Options(Record(options) with { WorkingDirectory = "/elsewhere" }, "out");
        Assert.Equal(
            ("/elsewhere/p.star", "/elsewhere/some.txt", "/elsewhere/data", "/elsewhere/scratch"),
            (found.Particles.Path, found.Particles.Subset, found.Particles.DataDirectory, found.Resources.ScratchDirectory));
        Assert.Equal(["/elsewhere/a.cs", "/b.cs"], found.Particles.Passthrough);
        ReconstructionOptions counted = options with { Particles = options.Particles with { Subset = "50" } };
        Assert.Equal("50", MovedRun.Options(Record(counted) with { WorkingDirectory = "/elsewhere" }, "out").Particles.Subset);
    }

    // The samples name files and folders that are not there.
    private ReconstructionOptions WithFiles(ReconstructionOptions o) => o with
    {
        Particles = o.Particles with
        {
            Path = _folder["sim/particles.star"],
            DataDirectory = o.Particles.DataDirectory is null ? null : _folder["sim"],
            Subset = o.Particles.Subset is null ? null : "20",
            Passthrough = [],
        },
        Images = o.Images with { DownsampleBox = o.Images.DownsampleBox is null ? null : 24 },
        Method = o.Method with { MaskDiameterAngstrom = o.Method.MaskDiameterAngstrom is null ? null : 60 },
        Resources = o.Resources with { MaxMemoryBytes = o.Resources.MaxMemoryBytes is null ? null : 3L << 30 },
        Output = o.Output with { Folder = _folder["out"] },
    };

    private static string Json(ReconstructionOptions options) => JsonFormat.Serialize(Record(options));

    private static RunRecord Record(ReconstructionOptions options) =>
        new() { Version = "1", Command = "c", Options = options, StartedUtc = default, WorkingDirectory = Environment.CurrentDirectory };
}
