using Xunit;

namespace CryoSpin.TestSupport;

/// <summary>A fact that needs files from the shared folder; skipped, saying which, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(params string[] needs) => Skip = SharedNeeds.Missing(needs);
}

/// <summary>A theory that needs files from the shared folder; skipped, saying which, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(params string[] needs) => Skip = SharedNeeds.Missing(needs);
}

internal static class SharedNeeds
{
    public static string? Missing(string[] needs)
    {
        foreach (string n in needs)
        {
            if (!SharedData.Has(n)) return $"shared file '{n}' is absent";
        }
        return null;
    }
}
