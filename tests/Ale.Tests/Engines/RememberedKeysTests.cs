using CsCheck;
using Xunit;

namespace Ale.Engines;

public sealed class RememberedKeysTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TEC03_The_same_key_finds_the_answer_given_then()
    {
        var keys = RememberedKeys<int>.None.Add("k1", "start", 7, Start).Add("k2", "end", 8, Start);
        Assert.Equal(new("k1", "start", 7, Start), keys.Find("k1", Start));
        Assert.Equal(8, keys.Find("k2", Start)!.Answer);
        Assert.Null(keys.Find("K1", Start)); // keys are case-sensitive
        Assert.Null(RememberedKeys<int>.None.Find("k1", Start));
    }

    [Fact]
    public void A_key_is_remembered_for_24_hours()
    {
        var keys = RememberedKeys<int>.None.Add("k1", "start", 7, Start);
        Assert.NotNull(keys.Find("k1", Start.AddHours(24).AddMilliseconds(-1)));
        Assert.Null(keys.Find("k1", Start.AddHours(24)));
    }

    [Fact]
    public void The_seventeenth_key_pushes_out_the_first()
    {
        var keys = Enumerable.Range(1, 17)
            .Aggregate(RememberedKeys<int>.None, (all, n) => all.Add($"k{n}", "start", n, Start.AddSeconds(n)));
        var now = Start.AddMinutes(1);
        Assert.Null(keys.Find("k1", now));
        Assert.Equal(2, keys.Find("k2", now)!.Answer);
        Assert.Equal(17, keys.Find("k17", now)!.Answer);
    }

    [Fact]
    public void A_key_used_anew_after_its_time_counts_from_then()
    {
        var later = Start.AddHours(30);
        var keys = RememberedKeys<int>.None.Add("k1", "start", 1, Start).Add("k1", "start", 2, later);
        Assert.Equal(2, keys.Find("k1", later)!.Answer);
        Assert.Single(keys.Entries);
    }

    [Fact]
    public void Adding_never_changes_the_earlier_value_and_keeps_the_latest_16_of_24_hours() => Gen.Select(
        Gen.Int[0, 30], Gen.Int[0, 4 * 3_600]).List[0, 60].Sample(commands =>
    {
        var (keys, at) = (RememberedKeys<int>.None, Start);
        var done = new List<(string Key, int Answer, DateTimeOffset At)>();
        foreach (var (n, seconds) in commands)
        {
            var (before, entries) = (keys, keys.Entries);
            at = at.AddSeconds(seconds);
            keys = keys.Add($"k{n}", "start", done.Count, at);
            done.RemoveAll(d => d.Key == $"k{n}");
            done.Add(($"k{n}", done.Count, at));
            Assert.Equal(entries, before.Entries);
            done[^1] = done[^1] with { Answer = keys.Entries[^1].Answer };
        }

        var expected = done.Where(d => at - d.At < RememberedKeys<int>.For).TakeLast(RememberedKeys<int>.Max);
        Assert.Equal(expected, keys.Entries.Select(e => (e.Key, e.Answer, e.At)));
        var thawed = RememberedKeys<int>.Of(keys.Entries);
        Assert.All(done, d => Assert.Equal(keys.Find(d.Key, at), thawed.Find(d.Key, at)));
    });
}
