using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Verbs;

public class MethodListTests
{
    [Fact]
    public async Task The_list_of_methods_needs_nothing_else_and_names_each_with_its_source()
    {
        Invocation list = await Invocation.Of("reconstruct", "--list-methods");
        Assert.Equal(0, list.Code);
        Assert.All(ReconstructionMethod.All, m =>
        {
            Assert.Contains(m.Name, list.Out);
            Assert.Contains(m.Summary, list.Out);
            Assert.Contains(m.Source, list.Out);
            Assert.Contains(m.UseWhen, list.Out);
        });
    }

    [Theory]
    [InlineData("--method cryospn", "Did you mean 'cryospin'")]
    [InlineData("--method nonesuch", "cryospin-amortized")]
    [InlineData("--method cryospin-amortized --preset paper", "--preset paper: this is a setting of cryospin")]
    [InlineData("--volume network", "learns grid")]
    [InlineData("--watch 0,1", "numbers from 1")]
    [InlineData("--watch 3;4", "numbers from 1")]
    public async Task A_wrong_choice_is_told_with_what_is_possible(string options, string expected)
    {
        Invocation run = await Invocation.Of(["reconstruct", "x.star", "-o", "y", .. options.Split(' ')]);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, run.Error);
    }
}
