using System.Collections.Immutable;
using Ale.Kernel;
using Xunit;

namespace Ale.Audience;

/// <summary>What a user met last, rule by rule .</summary>
public sealed class TouchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TouchSources None = new(null, null, null, null, null);

    private static TouchSources Channel(string channel) => None with { Channel = channel };

    private static Decision<TouchEvent, ImmutableArray<LastTouch>> See(
        Touches touches, string id, TouchSources what, DateTimeOffset? at = null) =>
        touches.Decide(new(id, what, at), Week, Noon);

    private static Touches With(params (TouchSources What, DateTimeOffset At)[] seen)
    {
        var touches = Touches.New();
        for (var i = 0; i < seen.Length; i++)
            touches = touches.Apply(Assert.Single(See(touches, $"t{i}", seen[i].What, seen[i].At).Events));
        return touches;
    }

    [Fact]
    public void ORD_07_the_later_touch_of_a_dimension_wins_and_the_others_stay()
    {
        var touches = With(
            (new("s1", "tv", null, null, "l1"), Noon.AddHours(-3)), (Channel("radio"), Noon.AddHours(-1)));
        Assert.Equal(new TouchSources("s1", "radio", null, null, "l1"), touches.Last(Noon.AddDays(-7), Noon));
        Assert.Equal([(TouchDimension.Session, "s1"), (TouchDimension.Channel, "radio"), (TouchDimension.Share, "l1")],
            touches.View.Select(t => (t.Dimension, t.Value)));
    }

    [Theory] // Hours from the first touch; whether something is written.
    [InlineData(-1, false)] // older than what is known
    [InlineData(0, false)] // of the same instant
    [InlineData(1, true)]
    public void ORD_07_an_older_or_the_same_touch_writes_nothing(int hours, bool isWritten)
    {
        var touches = With((Channel("tv"), Noon.AddHours(-3)));
        Assert.Equal(isWritten, See(touches, "x", Channel("radio"), Noon.AddHours(hours - 3)).Events.Length == 1);
        Assert.Empty(See(touches, "x", Channel("tv"), Noon.AddHours(-3)).Events);
    }

    [Fact]
    public void TEC_03_the_same_touch_again_is_as_it_is_and_another_under_its_id_is_refused()
    {
        var touches = With((Channel("tv"), Noon.AddHours(-3)));
        Assert.Empty(See(touches, "t0", Channel("tv"), Noon.AddHours(-3)).Events);
        Assert.Empty(See(touches, "t0", Channel("tv")).Events); // now, as then
        Assert.Same(TouchRefusals.Changed, See(touches, "t0", Channel("tv"), Noon).Reply.Refusal);
        Assert.Same(TouchRefusals.Changed, See(touches, "t0", Channel("radio")).Reply.Refusal);
    }

    [Fact]
    public void TEC_03_a_repeat_says_the_same_also_when_more_follows_from_it_by_then()
    {
        var (said, more) = (None with { PlacementId = "p1" }, None with { Channel = "tv", CampaignId = "c1" });
        var touches = With((said, Noon.AddHours(-3)));
        var again = touches.Decide(new("t0", said, Noon.AddHours(-3)) { Implied = more }, Week, Noon);
        Assert.Equal((null, 0), (again.Reply.Refusal, again.Events.Length));
        var command = new SeeTouch("t1", said, Noon.AddHours(-1)) { Implied = more };
        touches = touches.Apply(Assert.Single(touches.Decide(command, Week, Noon).Events));
        Assert.Equal(said.Or(more), touches.Last(Noon.AddDays(-7), Noon));
        Assert.Null(touches.Decide(command with { Implied = null }, Week, Noon).Reply.Refusal);
    }

    [Theory] // Milliseconds from now; the answer.
    [InlineData(60_000, null)]
    [InlineData(60_001, "touch.ahead")]
    [InlineData(-7L * 24 * 3600_000, null)]
    [InlineData(-7L * 24 * 3600_000 - 1, "touch.too_old")]
    public void ORD_07_an_instant_outside_of_the_window_is_refused(long milliseconds, string? code) => Assert.Equal(
        code, See(Touches.New(), "x", Channel("tv"), Noon.AddMilliseconds(milliseconds)).Reply.Refusal?.Code);

    [Fact]
    public void ORD_07_a_clock_a_little_ahead_counts_as_now()
    {
        var touches = With((Channel("tv"), Noon.AddSeconds(30)));
        Assert.Equal(Noon, Assert.Single(touches.View).At);
        Assert.Empty(See(touches, "t0", Channel("tv"), Noon.AddSeconds(30)).Events);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("-", "channel")]
    [InlineData("a/b", "channel")]
    public void ORD_07_a_touch_names_something_and_only_ids(string? channel, string field)
    {
        var refusal = See(Touches.New(), "x", None with { Channel = channel }).Reply.Refusal!;
        Assert.Equal(("touch.bad_terms", field), (refusal.Code, Assert.Single(refusal.Details).Value));
    }

    [Theory] // Milliseconds beyond the window's first instant; whether it counts.
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void ORD_07_exactly_seven_days_count_and_a_millisecond_more_does_not(int milliseconds, bool counts)
    {
        var touches = With((Channel("tv"), Noon.AddDays(-3)));
        var from = Noon.AddDays(-3).AddMilliseconds(-milliseconds);
        Assert.Equal(counts ? "tv" : null, touches.Last(from, Noon).Channel);
    }

    [Fact]
    public void ORD_07_what_came_after_an_order_does_not_hide_what_came_before_it()
    {
        var touches = With([.. Enumerable.Range(0, 6).Select(i => (Channel($"c{i}"), Noon.AddMinutes(i - 6)))]);
        Assert.Equal(["c5", "c4", "c3", "c2"], touches.Kept[TouchDimension.Channel].Select(t => t.Value));
        Assert.Equal("c3", touches.Last(Noon.AddDays(-7), Noon.AddMinutes(-3)).Channel);
        Assert.Null(touches.Last(Noon.AddDays(-7), Noon.AddMinutes(-5)).Channel); // four are known
    }

    [Fact]
    public void A_snapshot_holds_all_of_it()
    {
        var touches = With(
            (new("s1", "tv", "c1", "p1", "l1"), Noon.AddHours(-3)), (Channel("radio"), Noon.AddHours(-1)));
        var back = Touches.Snapshots.Thaw(Touches.Snapshots.Freeze(touches)());
        Assert.Equal(touches.View, back.View);
        Assert.Equal(touches.Kept[TouchDimension.Channel], back.Kept[TouchDimension.Channel]);
        Assert.Empty(See(back, "t0", new("s1", "tv", "c1", "p1", "l1")).Events);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Audience/Touch.golden.jsonl",
        TouchJson.Default.TouchEvent,
        new TouchEvent.Seen("t1", new("s1", "tv", "c1", "p1", "l1"), Noon.AddHours(-1), Noon),
        new TouchEvent.Seen("t2", Channel("radio"), Noon, Noon),
        new TouchEvent.Seen("t3", Channel("tv") with { PlacementId = "p1" }, Noon, Noon)
        { Said = None with { PlacementId = "p1" } });
}
