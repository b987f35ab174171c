using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Portfolio;

/// <summary>Stop or go, rule by rule.</summary>
public sealed class ExplorationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly Market Market =
        new MarketBook(PolicyBook.Load(Repository.At("deploy", "policy"))).For(null, Noon);
    private static readonly DateOnly Today = new(2026, 6, 15), Day = new(2026, 6, 30), Later = new(2026, 7, 31);

    private static readonly ExplorationTerms Terms =
        new("AR mirror", "Do they buy more?", "2026-06-research-explore", 500_000, "CNY", Day);

    private static Exploration Asked() => Exploration.New().Apply(
        new ExplorationEvent.Put(Terms, Market.StartOf(Day), "olga", Noon));

    private static Exploration Running() => Asked().Apply(new ExplorationEvent.Funded(Noon));

    private static Decision<ExplorationEvent, ExplorationInfo> Say(
        Exploration trial, bool go, DateOnly? next = null, string reason = "r") =>
        trial.Decide(new DecideExploration(go, reason, next, "olga"), "AR", Market, Noon);

    [Fact]
    public void PHS_04_a_trial_asks_its_line_and_runs_until_its_day_which_is_told_once()
    {
        var put = Exploration.New().Decide(Terms, "olga", "AR", Market, Noon);
        Assert.Equal(ExplorationState.NotFunded, put.Reply.Value!.State);
        Assert.Equal(Noon, Asked().DueAt); // until the line has answered
        var running = Asked().Apply(Assert.IsType<ExplorationEvent.Funded>(
            Assert.Single(Asked().DecideAsked(null, Noon).Events)));
        Assert.Empty(running.DecideAsked(null, Noon).Events);
        Assert.Equal(Market.StartOf(Day), running.DueAt);
        Assert.Empty(running.DecideDue("finance", Market.StartOf(Day).AddSeconds(-1)).Events);
        var due = Assert.IsType<ExplorationEvent.FellDue>(
            Assert.Single(running.DecideDue("finance", Market.StartOf(Day)).Events));
        Assert.Equal((Day, "finance"), (due.ReviewOn, due.Role));
        var waiting = running.Apply(due);
        Assert.Equal((ExplorationState.Due, null), (waiting.State, waiting.DueAt));
        Assert.Empty(waiting.DecideDue("finance", Market.StartOf(Later)).Events);
    }

    [Fact]
    public void PHS_04_a_stop_is_the_last_word_and_gives_the_money_back_once()
    {
        var due = Running().Apply(new ExplorationEvent.FellDue(Day, "AR", "finance", Noon));
        var stop = Say(due, go: false);
        Assert.Equal(ExplorationState.Stopped, stop.Reply.Value!.State);
        var stopped = due.Apply(Assert.Single(stop.Events));
        Assert.Equal(Noon, stopped.DueAt); // until the line has it back
        var back = stopped.DecideReturned(500_000, Noon);
        stopped = stopped.Apply(Assert.Single(back.Events));
        Assert.Equal((500_000L, null), (stopped.Info("AR").ReturnedMinor, stopped.DueAt));
        Assert.Empty(stopped.DecideReturned(500_000, Noon).Events);
        Assert.Empty(Say(stopped, go: false).Events);
        Assert.Equal("exploration.stopped", Say(stopped, go: true, Later).Reply.Refusal!.Code);
        Assert.Equal("exploration.stopped", Say(stopped, go: false, reason: "other").Reply.Refusal!.Code);
    }

    [Fact]
    public void PHS_04_go_sets_the_next_day()
    {
        var due = Running().Apply(new ExplorationEvent.FellDue(Day, "AR", "finance", Noon));
        var went = Say(due, go: true, Later);
        var running = due.Apply(Assert.Single(went.Events));
        Assert.Equal((ExplorationState.Running, Later), (running.State, running.ReviewOn));
        Assert.Equal(Market.StartOf(Later), running.DueAt);
        Assert.Empty(Say(running, go: true, Later).Events);
    }

    [Theory] // Go, days until the next look; the answer.
    [InlineData(true, null, "exploration.bad_terms")]
    [InlineData(true, 0, "exploration.bad_terms")] // today is too late
    [InlineData(true, 1, null)]
    [InlineData(false, 1, "exploration.bad_terms")]
    [InlineData(false, null, null)]
    public void PHS_04_go_needs_a_day_ahead_and_stop_none(bool go, int? days, string? code) => Assert.Equal(
        code, Say(Running(), go, days is { } d ? Today.AddDays(d) : null).Reply.Refusal?.Code);

    [Fact]
    public void PHS_04_a_line_that_refused_is_asked_again_by_the_same_terms_alone()
    {
        var refused = Asked().Apply(Assert.Single(Asked().DecideAsked("budget.held", Noon).Events));
        Assert.Null(refused.DueAt);
        Assert.Equal("exploration.not_funded", Say(refused, go: false).Reply.Refusal!.Code);
        Assert.IsType<ExplorationEvent.Put>(
            Assert.Single(refused.Decide(Terms, "olga", "AR", Market, Noon).Events));
        Assert.Empty(Asked().Decide(Terms, "olga", "AR", Market, Noon).Events);
        Assert.Equal("exploration.changed",
            refused.Decide(Terms with { AmountMinor = 1 }, "olga", "AR", Market, Noon).Reply.Refusal!.Code);
    }

    [Theory]
    [InlineData(0, 500_000, "2026-06-research-explore")] // to be looked at today
    [InlineData(15, 0, "2026-06-research-explore")]
    [InlineData(15, 500_000, "research-explore")] // no month
    public void PHS_04_terms_out_of_range_are_refused(int days, long amount, string line) => Assert.Equal(
        "exploration.bad_terms", Exploration.New().Decide(
            Terms with { ReviewOn = Today.AddDays(days), AmountMinor = amount, Line = line }, "olga", "AR", Market,
            Noon).Reply.Refusal!.Code);

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Portfolio/Exploration.golden.jsonl",
        Exploration.EventJson, new ExplorationEvent.Put(Terms, Noon.AddDays(15), "olga", Noon),
        new ExplorationEvent.Funded(Noon), new ExplorationEvent.NotFunded("budget.held", Noon),
        new ExplorationEvent.FellDue(Day, "AR mirror", "finance", Noon),
        new ExplorationEvent.Went(Day, Later, Noon.AddDays(46), "They like it", "olga", Noon),
        new ExplorationEvent.Stopped(Day, "Nobody came", "olga", Noon), new ExplorationEvent.Returned(500_000, Noon));
}
