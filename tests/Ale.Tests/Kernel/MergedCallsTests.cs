using System.Collections.Immutable;
using Xunit;

namespace Ale.Kernel;

/// <summary>Calls gathered on their way to one grain.</summary>
public sealed class MergedCallsTests
{
    private readonly List<string> _sent = []; // "alone a", "a,b,c"
    private readonly Queue<TaskCompletionSource> _underWay = new();
    private readonly MergedCalls<string, string> _calls;
    private Func<string, Exception?> _fault = _ => null;

    public MergedCallsTests() => _calls = new(
        async (key, command) =>
        {
            await Sent(CallMark.IsRepeat ? $"{key}: again {command}" : $"{key}: alone {command}");
            return Answer(command);
        },
        async (key, commands) =>
        {
            await Sent($"{key}: {string.Join(',', commands)}");
            return [.. commands.Select(Answer)];
        });

    [Fact]
    public async Task A_few_go_at_once_and_alone_and_those_that_come_meanwhile_go_together()
    {
        var calls = Call("abcdef");
        Assert.Equal(["k: alone a", "k: alone b", "k: alone c"], _sent);
        End();
        await Until(() => _sent.Count == 4);
        Assert.Equal("k: d,e,f", _sent[3]);
        var other = _calls.Call("other", "x");
        Assert.Equal("other: alone x", _sent[^1]); // another grain's calls wait for nobody
        while (_underWay.Count > 0) End();
        Assert.Equal(["A", "B", "C", "D", "E", "F"], (await Task.WhenAll(calls)).Select(answer => answer.Value!));
        Assert.Equal("X", (await other).Value);

        var later = _calls.Call("k", "g"); // nothing is under way any more
        Assert.Equal("k: alone g", _sent[^1]);
        End();
        Assert.Equal("G", (await later).Value);
    }

    [Fact]
    public async Task Each_has_its_own_answer_a_refusal_too()
    {
        var calls = Call("abcdRe");
        while (_underWay.Count > 0) End();
        await Until(() => _sent.Count == 4);
        End();
        var answers = await Task.WhenAll(calls);
        Assert.Equal(["A", "B", "C", "D", null, "E"], answers.Select(answer => answer.Value));
        Assert.Equal("test.refused", answers[4].Refusal?.Code);
    }

    [Fact]
    public async Task No_more_than_the_bound_travel_together()
    {
        var calls = Enumerable.Range(0, MergedCalls<string, string>.UnderWayMax
            + MergedCalls<string, string>.TogetherMax + 1).Select(i => _calls.Call("k", "x")).ToArray();
        while (calls.Any(call => !call.IsCompleted))
        {
            await Until(() => _underWay.Count > 0 || calls.All(call => call.IsCompleted));
            if (_underWay.Count > 0) End();
        }

        Assert.Equal([1, 1_024], _sent[3..].Select(sent => sent.Split(',').Length).Order());
    }

    [Fact]
    public async Task A_repeat_travels_alone_and_at_once()
    {
        var calls = Call("abcd");
        CallMark.SetRepeat();
        var repeat = _calls.Call("k", "r");
        CallMark.Clear();
        Assert.Equal("k: again r", _sent[^1]);
        while (_underWay.Count > 0) End();
        await Until(() => _sent[^1] == "k: d");
        End();
        await Task.WhenAll([.. calls, repeat]);
    }

    [Fact]
    public async Task When_one_of_several_breaks_the_call_each_is_asked_again_alone()
    {
        _fault = command => command == "e" ? new InvalidOperationException("e") : null;
        var calls = Call("abcdef");
        End(3);
        await Until(() => _underWay.Count > 0);
        End();
        await Until(() => _underWay.Count == 3);
        Assert.Equal(["k: again d", "k: again e", "k: again f"], _sent[^3..]);
        End(3);
        Assert.Equal("D", (await calls[3]).Value);
        await Assert.ThrowsAsync<InvalidOperationException>(() => calls[4]);
        Assert.Equal("F", (await calls[5]).Value);
    }

    [Fact]
    public async Task When_nobody_knows_what_became_of_it_all_hear_that_and_the_next_goes_on()
    {
        _fault = command => command == "e" ? new TimeoutException() : null;
        var calls = Call("abcdef");
        End(3);
        await Until(() => _underWay.Count > 0);
        End();
        foreach (var call in calls[3..]) await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Equal(4, _sent.Count);
        var next = _calls.Call("k", "g");
        End();
        Assert.Equal("G", (await next).Value);
    }

    [Fact]
    public async Task One_who_has_gone_before_asking_asks_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _calls.Call("k", "a", new(canceled: true)));
        Assert.Empty(_sent);
    }

    private Task<Outcome<string>>[] Call(string commands) =>
        [.. commands.Select(command => _calls.Call("k", $"{command}"))];

    private async Task Sent(string what)
    {
        var end = new TaskCompletionSource();
        lock (_sent)
        {
            _sent.Add(what);
            _underWay.Enqueue(end);
        }

        await end.Task;
    }

    private void End(int count = 1)
    {
        for (; count > 0; count--)
        {
            TaskCompletionSource end;
            lock (_sent) end = _underWay.Dequeue();
            end.SetResult();
        }
    }

    private async Task Until(Func<bool> isSo)
    {
        for (var i = 0; i < 3_000; i++)
        {
            lock (_sent)
            {
                if (isSo()) return;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail("did not come");
    }

    private Outcome<string> Answer(string command) => _fault(command) is { } fault ? throw fault
        : command == "R" ? new Refusal(RefusalKind.Conflict, "test.refused") : command.ToUpperInvariant();
}
