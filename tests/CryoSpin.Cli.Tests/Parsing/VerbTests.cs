using System.CommandLine;
using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Tests.Parsing;

public sealed class VerbTests
{
    [Fact]
    public async Task A_verb_that_never_looks_whether_it_is_to_stop_is_ended_all_the_same()
    {
        using ManualResetEventSlim never = new();
        using CancellationTokenSource stop = new();
        Verb verb = new Verb("wait", "Waits.").Does((_, _) =>
        {
            stop.Cancel();
            never.Wait();
            return 0;
        });
        InvocationConfiguration plain = new() { EnableDefaultExceptionHandler = false };
        Task<int> run = verb.Parse([]).InvokeAsync(plain, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
        never.Set();
    }

    [Fact]
    public async Task Its_result_and_its_faults_are_its_own()
    {
        InvocationConfiguration plain = new() { EnableDefaultExceptionHandler = false };
        Assert.Equal(7, await new Verb("seven", "Seven.").Does((_, _) => 7).Parse([]).InvokeAsync(plain));
        Verb broken = new Verb("broken", "Broken.").Does((_, _) => throw new InvalidDataException("so"));
        await Assert.ThrowsAsync<InvalidDataException>(() => broken.Parse([]).InvokeAsync(plain));
    }
}
