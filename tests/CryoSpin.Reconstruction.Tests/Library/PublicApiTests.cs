using System.Reflection;
using CryoSpin.Imaging;
using CryoSpin.TestSupport;
using PublicApiGenerator;

namespace CryoSpin.Reconstruction.Tests.Library;

/// <summary>What other programs can use changes only on purpose. CRYOSPIN_APPROVE=1 writes the lists anew.</summary>
public sealed class PublicApiTests
{
    private const string Approve = "CRYOSPIN_APPROVE";
    private const BindingFlags Every = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] s_libraries = [typeof(Volume).Assembly, typeof(ReconstructionRun).Assembly];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_public_api_is_the_approved_one(int library)
    {
        Assembly assembly = s_libraries[library];
        string list = Path.Combine(
            SharedData.RepositoryRoot, "tests", "CryoSpin.Reconstruction.Tests", "Library", "Approved", assembly.GetName().Name + ".txt");
        string found = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).Replace("\r\n", "\n") + "\n";
        if (Environment.GetEnvironmentVariable(Approve) == "1") File.WriteAllText(list, found);
        string[] approved = File.Exists(list) ? File.ReadAllText(list).Replace("\r\n", "\n").Split('\n') : [], actual = found.Split('\n');
        int first = approved.Zip(actual).TakeWhile(p => p.First == p.Second).Count();
        Assert.True(
            approved.SequenceEqual(actual),
            $"The public API is not the one in {list}: there, line {first + 1} is '{approved.ElementAtOrDefault(first)}', now it is "
            + $"'{actual.ElementAtOrDefault(first)}'. If that is meant, run this test with {Approve}=1.");
    }

    [Fact]
    public void No_pointer_is_in_the_public_api()
    {
        string[] pointers =
        [
            .. from type in s_libraries.SelectMany(a => a.GetExportedTypes())
               from member in type.GetMembers(Every)
               where Types(member).Any(HasPointer)
               select $"{type}.{member.Name}",
        ];
        Assert.Empty(pointers);
    }

    [Theory]
    [InlineData(typeof(int*), true)]
    [InlineData(typeof(Span<float>), false)]
    [InlineData(typeof(float*[]), true)]
    [InlineData(typeof(List<int[]>), false)]
    public void A_pointer_within_a_type_is_seen(Type type, bool expected) => Assert.Equal(expected, HasPointer(type));

    [Fact]
    public void The_machinery_is_not_public()
    {
        string[] names = [.. s_libraries.SelectMany(a => a.GetExportedTypes()).Select(t => t.Name)];
        Assert.Contains(nameof(ReconstructionRun), names);
        Assert.Empty(names.Intersect(["ParticleStore", "BandView", "Candidate", "CandidateTable", "PoseEncoder", "AlignedBuffer", "DefaultReconstruction"]));
    }

    /// <summary>The types in a member's signature, where other assemblies see it.</summary>
    private static IEnumerable<Type> Types(MemberInfo member) => member switch
    {
        MethodBase method when IsSeen(method) => method.GetParameters().Select(p => p.ParameterType).Concat(method is MethodInfo m ? [m.ReturnType] : []),
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly => [field.FieldType],
        _ => [],
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool HasPointer(Type type) => type.IsPointer || type.IsFunctionPointer
        || (type.GetElementType() is { } element && HasPointer(element)) || type.GetGenericArguments().Any(HasPointer);
}
