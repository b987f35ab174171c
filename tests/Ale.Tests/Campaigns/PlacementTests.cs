using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Campaigns;

/// <summary>What is decided about a placement, rule by rule.</summary>
public sealed class PlacementTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly CampaignPolicy Policy = Book.For(null, Noon).Campaigns;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);
    private static readonly PlacementTerms Terms =
        new("C1", "douyin", SpendClass.Performance, "effective_visitor", 100_000, "CNY", 400);

    private static Placement Live(long cap = 100_000, params PlacementEvent[] more) => more.Aggregate(
        Placement.New().Apply(new PlacementEvent.Put(Terms with { CapMinor = cap }, "marketing", "mia", Noon))
            .Apply(new PlacementEvent.Lived(true, 1, Noon)), (p, e) => p.Apply(e));

    private static SpendReport R(long spend, int results = 0, string id = "e1", string? authorisation = null) =>
        new(id, spend, results, Noon, authorisation);

    private static (Refusal? Refusal, PlacementEvent[] Events) Report(Placement p, params SpendReport[] reports)
    {
        var (reply, events) = p.Decide([.. reports], Policy, Market, Noon);
        foreach (var e in events) p.Apply(e);
        return (reply.Refusal, [.. events]);
    }

    private static Outcome<Authorisation> Authorise(
        Placement p, long amount, string id = "a1", DateTimeOffset? at = null)
    {
        var (reply, events) = p.Decide(new AuthoriseSpend(id, amount), Policy, at ?? Noon);
        foreach (var e in events) p.Apply(e);
        return reply;
    }

    [Theory] // 100,000 may be spent, 60,000 are, 30,000 are held.
    [InlineData(10_000, null)]
    [InlineData(10_001, "placement.cap")]
    [InlineData(0, "placement.bad_terms")]
    [InlineData(-1, "placement.bad_terms")]
    public void CAM_01_what_is_authorised_never_passes_the_cap_by_one_fen(long amount, string? code)
    {
        var p = Live();
        Report(p, R(60_000, 1_000));
        Assert.Equal(10_000, Authorise(p, 30_000).Value!.LeftMinor);
        Assert.Equal(code, Authorise(p, amount, "a2").Refusal?.Code);
        Assert.Equal(code is null ? 0 : 10_000, p.Info("P1").LeftMinor);
    }

    [Fact]
    public void CAM_01_an_authorisation_holds_once_and_ends_with_its_report()
    {
        var p = Live();
        Authorise(p, 30_000);
        Assert.Equal(30_000, Authorise(p, 30_000).Value!.AmountMinor); // again
        Assert.Equal("placement.changed", Authorise(p, 30_001).Refusal?.Code);
        Assert.Equal(30_000, p.HeldMinor);
        Report(p, R(20_000, 500, authorisation: "a1"));
        Assert.Equal((0L, 20_000L), (p.HeldMinor, p.SpendMinor));
        Assert.Equal(AuthorisationState.Settled, Authorise(p, 30_000).Value!.State); // holds no second time
        Assert.Equal("placement.settled", p.DecideRelease("a1", Noon).Reply.Refusal?.Code);
        Assert.Equal("placement.unknown_authorisation", p.DecideRelease("none", Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void CAM_01_held_money_comes_back_by_release_or_by_time()
    {
        var p = Live();
        Authorise(p, 30_000);
        foreach (var e in p.DecideRelease("a1", Noon).Events) p.Apply(e);
        Assert.Equal(AuthorisationState.Released, p.DecideRelease("a1", Noon).Reply.Value!.State); // again
        Authorise(p, 100_000, "a2");
        Assert.Equal(Noon.AddHours(24), p.DueAt);
        Assert.Equal("placement.cap", Authorise(p, 1, "a3", Noon.AddHours(24).AddTicks(-1)).Refusal?.Code);
        Assert.Null(Authorise(p, 1, "a3", Noon.AddHours(24)).Refusal);
        Assert.Equal(AuthorisationState.Expired, p.Find("a2", Noon.AddHours(24))!.State);
    }

    [Theory]
    [InlineData("waiting", "placement.not_live")]
    [InlineData("over", "placement.over")]
    [InlineData("paused", "placement.paused")]
    [InlineData("budget", "placement.budget_held")]
    [InlineData("unknown", "placement.unknown")]
    public void CAM_01_money_is_authorised_only_while_it_may_be_spent(string state, string code)
    {
        var p = state switch
        {
            "unknown" => Placement.New(),
            "waiting" => Placement.New().Apply(new PlacementEvent.Put(Terms, null, "mia", Noon))
                .Apply(new PlacementEvent.Lived(false, 0, Noon)),
            "over" => Live(100_000, new PlacementEvent.Lived(false, 2, Noon)),
            "paused" => Live(100_000, new PlacementEvent.Changed(null, null, true, "k1", "mia", Noon)),
            _ => Live(100_000, new PlacementEvent.Reported([R(1)], [new("2026-06", 1)], Noon, Noon),
                new PlacementEvent.Posting(1, "2026-06", 1, Noon), new PlacementEvent.Posted(1, true, Noon)),
        };
        Assert.Equal(code, Authorise(p, 1).Refusal?.Code);
        if (state != "unknown") Assert.Null(Report(p, R(5, 1, "late")).Refusal); // what has happened is booked
    }

    [Theory] // 120 results for 4.98 each; the limit is 5.00.
    [InlineData(59_760, 120, null)] // 4.98
    [InlineData(60_000, 120, null)] // 5.00 exactly
    [InlineData(60_120, 120, PlacementStrategy.LowerBid)] // 5.01
    [InlineData(60_001, 120, PlacementStrategy.LowerBid)]
    [InlineData(49_999, 99, null)] // 5.05, and too early to say
    [InlineData(50_000, 99, PlacementStrategy.LowerBid)] // from 500 yuan
    [InlineData(50_600, 100, PlacementStrategy.LowerBid)] // from 100 results
    [InlineData(49_999, 0, null)]
    [InlineData(50_100, 0, PlacementStrategy.LowerBid)] // spent for nothing
    public void CAM_02_a_result_that_costs_more_than_5_yuan_adjusts_the_strategy(
        long spend, int results, PlacementStrategy? strategy)
    {
        var p = Live();
        var (_, events) = Report(p, R(spend, results));
        Assert.Equal(strategy, events.OfType<PlacementEvent.Adjusted>().SingleOrDefault()?.Step.Strategy);
        Assert.Equal(strategy is null ? 400 : 360, p.BidMinor);
    }

    [Fact]
    public void CAM_02_the_chain_goes_from_bid_to_audience_to_pause_each_on_new_figures()
    {
        var p = Live(1_000_000);
        Report(p, R(60_120, 120));
        Assert.Empty(Report(p, R(600, 1, "e2")).Events.OfType<PlacementEvent.Adjusted>()); // too little since then
        Report(p, R(50_000, 10, "e3"));
        Assert.Equal((PlacementStrategy.NarrowAudience, 1, 360L), (p.Strategy, p.Audience, p.BidMinor));
        Report(p, R(50_000, 10, "e4"));
        Assert.Equal((PlacementStrategy.Pause, PlacementState.Paused), (p.Strategy, p.Info("P1").State));
        Assert.Empty(Report(p, R(50_000, 10, "e5")).Events.OfType<PlacementEvent.Adjusted>()); // that was all
        Assert.Equal([1, 2, 3], p.Steps.Select(s => s.Number));
    }

    [Fact]
    public void CAM_02_an_adjustment_is_taken_back()
    {
        var p = Live(1_000_000);
        Report(p, R(60_120, 120));
        Revert(1, null);
        Assert.Equal((PlacementStrategy.Normal, 400L), (p.Strategy, p.BidMinor));
        Revert(1, null, 0); // again
        Revert(2, "placement.unknown_step");
        Report(p, R(50_000, 10, "e2")); // it costs too much again
        Assert.Equal((PlacementStrategy.LowerBid, 2), (p.Strategy, p.StepCount));

        void Revert(int number, string? code, int events = 1)
        {
            var (reply, happened) = p.Decide(new RevertStep(number, "mia", "it was the host"), Noon);
            Assert.Equal(code, reply.Refusal?.Code);
            Assert.Equal(code is null ? events : 0, happened.Length);
            foreach (var e in happened) p.Apply(e);
        }
    }

    [Fact]
    public void CAM_02_what_was_spent_beyond_the_cap_is_booked_and_shown_and_stops_it()
    {
        var p = Live(1_000);
        var (_, events) = Report(p, R(1_001, 1_000));
        Assert.Equal(1, Assert.Single(events.OfType<PlacementEvent.Stopped>()).OverMinor);
        var info = p.Info("P1");
        Assert.Equal((PlacementState.Stopped, 1L, 0L), (info.State, info.OverrunMinor, info.LeftMinor));
        Assert.Equal("placement.cap", Authorise(p, 1).Refusal?.Code);
        Assert.Empty(Report(p, R(5, 10, "e2")).Events.OfType<PlacementEvent.Stopped>()); // said once
        p.Apply(new PlacementEvent.Changed(2_000, null, null, "k1", "mia", Noon));
        Assert.Equal(PlacementState.Active, p.Info("P1").State);
    }

    [Theory]
    [InlineData("same", 0, null)]
    [InlineData("twice", 1, null)]
    [InlineData("other spend", 0, "placement.changed")]
    [InlineData("other instant", 0, "placement.changed")]
    [InlineData("late", 0, "placement.late")]
    [InlineData("ahead", 0, "placement.bad_terms")]
    [InlineData("id", 0, "placement.bad_terms")]
    [InlineData("negative", 0, "placement.bad_terms")]
    [InlineData("USD", 0, "placement.currency")]
    [InlineData("week", 1, null)]
    public void DAT_07_an_event_is_booked_once_and_a_batch_is_all_or_nothing(string what, int booked, string? code)
    {
        var p = Live();
        Report(p, R(100, 1));
        SpendReport[] reports = what switch
        {
            "same" => [R(100, 1)],
            "twice" => [R(7, 1, "e2"), R(7, 1, "e2")],
            "other spend" => [R(7, 1, "e2"), R(101, 1)],
            "other instant" => [R(100, 1) with { At = Noon.AddDays(-1) }],
            "late" => [R(7, 1, "e2"), R(7, 1, "e3") with { At = Noon.AddDays(-7).AddTicks(-1) }],
            "week" => [R(7, 1, "e3") with { At = Noon.AddDays(-7) }],
            "ahead" => [R(7, 1, "e3") with { At = Noon.AddMinutes(6) }],
            "id" => [R(7, 1, "a b")],
            "negative" => [R(-7, 1, "e2")],
            _ => [R(7, 1, "e2") with { Currency = "USD" }],
        };
        Assert.Equal(code, Report(p, reports).Refusal?.Code);
        Assert.Equal(100 + (booked * 7), p.SpendMinor);
    }

    [Fact]
    public void DAT_07_event_ids_of_days_that_are_closed_are_forgotten()
    {
        var p = Live();
        Report(p, R(100, 1));
        Assert.Equal(1, p.EventCount);
        var later = Noon.AddDays(9);
        var (_, events) = p.Decide([R(1, 1, "e9") with { At = later }], Policy, Market, later);
        foreach (var e in events) p.Apply(e);
        Assert.Equal(1, p.EventCount);
        Assert.Equal("placement.late", p.Decide([R(100, 1)], Policy, Market, later).Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData(SpendState.Actual, null, PlacementState.Active)]
    [InlineData(SpendState.Waiting, true, PlacementState.Active)]
    [InlineData(SpendState.Waiting, false, PlacementState.Paused)] // asks again when people let it go on
    public void BUD_03_what_was_spent_is_booked_once_or_waits_for_people(
        SpendState said, bool? isBooked, PlacementState state)
    {
        var p = Live();
        Report(p, R(100, 1), R(50, 1, "e2") with { At = Noon.AddDays(-1) });
        Assert.Equal(Noon.AddSeconds(60), p.DueAt);
        Assert.Empty(p.DecidePosting(Noon.AddSeconds(59)).Events);
        Take(p.DecidePosting(Noon.AddSeconds(60)));
        Assert.Equal(new MonthSpend("2026-06", 150), p.InPosting);
        Take(p.DecidePosting(Noon.AddSeconds(60)), 0); // one at a time
        var info = new SpendInfo("s", said, 150, false, null!);
        Take(p.DecidePosted(1, info, Policy, Noon));
        Take(p.DecidePosted(1, info, Policy, Noon), 0);
        if (isBooked is { } booked)
        {
            Assert.Equal(PlacementState.BudgetHeld, p.Info("P1").State);
            Take(p.DecideBudget("another", booked, "P1", Noon), 0);
            Take(p.DecideBudget(Placement.SpendOf("P1", 1), booked, "P1", Noon));
        }

        Assert.Equal(state, p.Info("P1").State);
        Assert.Null(p.DueAt);
        if (state != PlacementState.Paused) return;
        p.Apply(new PlacementEvent.Changed(null, null, false, "k1", "mia", Noon));
        Take(p.DecidePosting(Noon));
        Assert.Equal(2, p.Postings);

        void Take(Decision<PlacementEvent, Done> decision, int count = 1)
        {
            Assert.Equal(count, decision.Events.Length);
            foreach (var e in decision.Events) p.Apply(e);
        }
    }

    [Fact]
    public void A_state_wakes_from_its_snapshot_as_it_was()
    {
        var p = Live();
        Authorise(p, 3_000);
        Authorise(p, 2_000, "a2");
        Report(p, R(60_120, 120), R(100, 1, "e2", "a2"));
        var bytes = Placement.Snapshots.Freeze(p)();
        var awake = Placement.Snapshots.Thaw(bytes);
        Assert.Equal(bytes, Placement.Snapshots.Freeze(awake)());
        Assert.Equal((p.HeldMinor, p.SpendMinor, p.EventCount, p.DueAt),
            (awake.HeldMinor, awake.SpendMinor, awake.EventCount, awake.DueAt));
        Assert.Empty(Report(awake, R(60_120, 120)).Events);
        Assert.Equal(AuthorisationState.Settled, awake.Find("a2", Noon)!.State);
    }

    [Fact]
    public void Stored_events_stay_readable()
    {
        var step = new StrategyStep(1, PlacementStrategy.LowerBid, 60_120, 120, 500, 400, 360, Noon, null);
        ImmutableArray<SpendReport> reports = [R(100, 1, "e1", "a1") with { Currency = "CNY" }];
        GoldenLines.CheckText("Campaigns/Placement.golden.jsonl", Placement.EventJson,
            new PlacementEvent.Put(Terms, "marketing", "mia", Noon),
            new PlacementEvent.Changed(1, 2, true, "k1", "mia", Noon), new PlacementEvent.Lived(true, 1, Noon),
            new PlacementEvent.Authorised("a1", 100, Noon, Noon.AddHours(24)),
            new PlacementEvent.Released("a1", 100, Noon), new PlacementEvent.Expired("a1", 100, Noon),
            new PlacementEvent.Reported(reports, [new("2026-06", 100)], Noon.AddSeconds(60), Noon),
            new PlacementEvent.Stopped(1, "ops", Noon), new PlacementEvent.Adjusted(step, "ops"),
            new PlacementEvent.Reverted(1, PlacementStrategy.Normal, "mia", "the host", Noon),
            new PlacementEvent.Posting(1, "2026-06", 100, Noon), new PlacementEvent.Posted(1, false, Noon),
            new PlacementEvent.NotPosted(1, "budget.unknown", "ops", Noon.AddHours(1), Noon),
            new PlacementEvent.BudgetDecided(1, true, Noon),
            new PlacementEvent.Evaluated(new(32_000, 10_000, 3.2m, 1, Noon)),
            new PlacementEvent.Put(Terms, "marketing", "mia", Noon) { CatchesUp = true },
            new PlacementEvent.Reported(
                [R(0, Limits.QuantityMax) with { TakenAt = Noon, FurtherResults = 7 }], [], Noon, Noon));
    }
}
