using Dapper;
using Xunit;

namespace Ale.Kernel;

public abstract partial class ReactionTests
{
    [Fact]
    public async Task The_place_never_passes_what_is_not_done_so_a_restart_does_it_again()
    {
        var gate = new TaskCompletionSource();
        var begun = 0;
        _reaction.Answer = async (key, _) =>
        {
            if (key != "slow") return null;
            Interlocked.Increment(ref begun);
            await gate.Task;
            return null;
        };
        var first = Start();
        await Append("slow", "1");
        var last = await Append("fast", "1");
        await Until(() => Task.FromResult(begun == 1 && _reaction.Done("fast").Length == 1));
        Assert.True(first.Place < last);
        await End(first); // as when its silo goes

        var second = Start();
        await Until(() => Task.FromResult(begun == 2));
        gate.SetResult();
        await Reached(second, last);
        Assert.Contains(_reaction.All, t => t is { Key: "slow", IsRepeat: true });
        Assert.Contains(_reaction.All, t => t is { Key: "fast", IsRepeat: true });
        await using var connection = await _stores.Views.Open(default);
        Assert.Equal(last.Position, await connection.ExecuteScalarAsync<long>(
            "select position from reader where name = 'telling'"));
    }

    [Fact]
    public async Task A_reader_that_has_ended_begins_nothing_more()
    {
        var (gate, begun) = (new TaskCompletionSource(), 0);
        _reaction.Answer = async (_, _) =>
        {
            Interlocked.Increment(ref begun);
            await gate.Task;
            return null;
        };
        var first = Start();
        await Append("a", "1");
        await Append("a", "2");
        await Until(() => Task.FromResult(begun == 1));
        await End(first);
        gate.SetResult();
        await Until(() => Task.FromResult(_reaction.Done("a").Length > 0));
        await Task.Delay(200); // in which a second would have begun
        Assert.Equal(["1"], _reaction.Done("a")); // what was under way ends; the second is the successor's
    }

    [Fact]
    public async Task A_second_reader_of_the_same_name_loses_nothing_and_keeps_the_order()
    {
        var other = new TellingReaction();
        var (one, two) = (Start(), Start(other));
        var last = default(JournalPlace);
        for (var i = 0; i < 60; i++)
        {
            last = await Append("a", $"{i:00}");
            if (i % 4 == 0) one.Nudge();
            if (i % 7 == 0) two.Nudge();
        }

        await Reached(one, last);
        await Reached(two, last);
        Assert.Equal(60, _reaction.Done("a").Concat(other.Done("a")).Distinct().Count());
        foreach (var told in new[] { _reaction, other }) // repeats may begin anew, but go forward from there
        {
            var firsts = told.Done("a").Distinct().ToArray();
            Assert.Equal(firsts.Order(StringComparer.Ordinal), firsts);
        }
    }
}
