using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>What is decided about a line of the budget, rule by rule.</summary>
public sealed class BudgetLineTests
{
    private const string Key = "2026-06-marketing";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero); // 12:00 in Shanghai
    private static readonly BudgetTerms Plan = new(100_000, "CNY", BudgetKind.Technology, "reach", false, null);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetLine Line(BudgetTerms? terms = null, params BudgetLineEvent[] more) =>
        more.Aggregate(BudgetLine.New().Apply(new BudgetLineEvent.Planned(1, terms ?? Plan, Noon)),
            (l, e) => l.Apply(e));

    private static PostSpend Commit(long amount, string id = "c1") =>
        new(id, amount, "CNY", SpendStage.Committed, false, new());

    private static PostSpend Actual(long amount, string id = "a1") =>
        new(id, amount, "CNY", SpendStage.Actual, false, new());

    private static (Outcome<SpendInfo> Reply, BudgetLine After, BudgetLineEvent[] Events) Spend(
        BudgetLine line, PostSpend spend, DateTimeOffset? at = null, string key = Key)
    {
        var (reply, events) = line.Decide(spend, key, Policy, Market, at ?? Noon);
        return (reply, events.Aggregate(line, (l, e) => l.Apply(e)), [.. events]);
    }

    private static BudgetLine Spent(BudgetLine line, params PostSpend[] spends) =>
        spends.Aggregate(line, (l, s) => Spend(l, s).After);

    [Theory] // Plan 100,000; the mark is 120,000.
    [InlineData(99_999, false, false)]
    [InlineData(100_000, false, false)]
    [InlineData(100_001, true, false)] // elastic: over the plan, within the mark
    [InlineData(120_000, true, false)] // exactly 20 %: nothing
    [InlineData(120_001, true, true)]
    public void BUD_03_more_than_20_percent_over_asks_an_approval_in_the_same_turn(long actual, bool elastic, bool asks)
    {
        var (reply, after, events) = Spend(Line(), Actual(actual));
        Assert.Equal((SpendState.Actual, elastic), (reply.Value!.State, reply.Value.Elastic));
        Assert.Equal(asks, events.Any(e => e is BudgetLineEvent.Asked));
        Assert.Equal(asks ? BudgetLineState.Held : BudgetLineState.Open, reply.Value.Line.State);
        Assert.Equal(asks ? "budget.held" : null, Spend(after, Actual(1, "next")).Reply.Refusal?.Code);
    }

    [Fact]
    public void BUD_03_a_rigid_line_asks_too_and_goes_on_being_booked()
    {
        var (_, after, events) = Spend(Line(Plan with { Rigid = true }), Actual(120_001));
        Assert.Single(events.OfType<BudgetLineEvent.Asked>());
        var wages = Spend(after, Actual(50_000, "wages"));
        Assert.Equal(SpendState.Actual, wages.Reply.Value!.State);
        Assert.DoesNotContain(wages.Events, e => e is BudgetLineEvent.Asked); // one is open
        Assert.Equal(170_001, wages.After.ActualMinor);
    }

    [Fact]
    public void BUD_02_two_commitments_never_take_one_remainder()
    {
        var line = Spent(Line(), Actual(119_000)); // 1,000 are left up to the mark
        var one = Spend(line, Commit(800, "x"));
        var two = Spend(one.After, Commit(800, "y"));
        Assert.Equal(SpendState.Committed, one.Reply.Value!.State);
        Assert.Equal("budget.held", two.Reply.Refusal?.Code);
        var waits = Spend(one.After, Commit(800, "y") with { Wait = true });
        Assert.Equal(SpendState.Waiting, waits.Reply.Value!.State);
        Assert.Single(waits.Events.OfType<BudgetLineEvent.Asked>());
        Assert.Equal(200, 120_000 - one.After.CommittedMinor - one.After.ActualMinor);
    }

    [Theory] // A commitment of 800 comes to so much.
    [InlineData(800)]
    [InlineData(700)]
    [InlineData(900)]
    public void BUD_02_a_commitment_is_settled_with_what_it_came_to(long actual)
    {
        var line = Spent(Line(), Commit(800));
        var (reply, after, _) = Spend(line, Actual(actual, "c1"));
        Assert.Equal((SpendState.Actual, actual), (reply.Value!.State, reply.Value.AmountMinor));
        Assert.Equal((0L, actual), (after.CommittedMinor, after.ActualMinor));
        Assert.Empty(Spend(after, Actual(actual, "c1")).Events); // again
        Assert.Equal("budget.changed", Spend(after, Actual(actual + 1, "c1")).Reply.Refusal?.Code);
        Assert.Equal("budget.settled", after.DecideRelease("c1", Key, Policy, Market, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void BUD_03_settling_a_commitment_is_allowed_when_the_line_is_held()
    {
        var held = Spent(Line(), Commit(5_000), Actual(120_001));
        Assert.Equal(SpendState.Actual, Spend(held, Actual(5_000, "c1")).Reply.Value!.State);
    }

    [Theory]
    [InlineData("unknown id", "budget.unknown_spend")]
    [InlineData("committed", null)]
    [InlineData("released", null)]
    [InlineData("actual", "budget.settled")]
    [InlineData("waiting", null)]
    public void BUD_02_a_commitment_is_given_back_once(string state, string? code)
    {
        var line = state switch
        {
            "committed" => Spent(Line(), Commit(800)),
            "released" => Line(null, new BudgetLineEvent.Committed(Commit(800), 0, Noon),
                new BudgetLineEvent.Released("c1", 800, Noon)),
            "actual" => Spent(Line(), Actual(800, "c1")),
            "waiting" => Spent(Line(), Commit(120_001) with { Wait = true }),
            _ => Line(),
        };
        var (reply, events) = line.DecideRelease("c1", Key, Policy, Market, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        var after = events.Aggregate(line, (l, e) => l.Apply(e));
        Assert.Equal(0, code is null ? after.CommittedMinor + after.Waiting.Count : 0);
        if (code is null) Assert.Empty(after.DecideRelease("c1", Key, Policy, Market, Noon).Events);
    }

    [Fact]
    public void CAM_04_5000_of_marketing_without_a_class_is_refused_and_with_one_it_is_booked()
    {
        var line = Line(Plan with { Kind = BudgetKind.Marketing });
        var (reply, after, events) = Spend(line, Actual(5_000));
        Assert.Equal(("budget.class_required", 0, 0L), (reply.Refusal?.Code, events.Length, after.ActualMinor));
        foreach (var money in new[] { SpendClass.Brand, SpendClass.Performance })
            Assert.Equal(5_000, Spend(line, Actual(5_000) with { Tags = new(money) }).After.ActualMinor);
    }

    [Theory]
    [InlineData("no line", "budget.unknown")]
    [InlineData("0", "budget.bad_terms")]
    [InlineData("too much", "budget.bad_terms")]
    [InlineData("id", "budget.bad_terms")]
    [InlineData("tag", "budget.bad_terms")]
    [InlineData("note", "budget.bad_terms")]
    [InlineData("USD", "budget.currency")]
    [InlineData("no class", "budget.class_required")] // CAM-04
    [InlineData("May", "budget.month")]
    [InlineData("other tags", "budget.changed")]
    [InlineData("closed", "budget.closed")]
    [InlineData("late", "budget.late")]
    public void BUD_02_a_spend_that_cannot_be_is_refused_and_changes_nothing(string what, string code)
    {
        var line = what switch
        {
            "no line" => BudgetLine.New(),
            "no class" => Line(Plan with { Kind = BudgetKind.Marketing }),
            "other tags" => Spent(Line(), Commit(800)),
            _ => Line(),
        };
        var spend = what switch
        {
            "0" => Commit(0),
            "too much" => Commit(Limits.AmountMinorMax + 1),
            "id" => Commit(1, "a b"),
            "tag" => Commit(1) with { Tags = new(SessionId: "a b") },
            "note" => Commit(1) with { Tags = new(Note: "") },
            "USD" => Commit(1) with { Currency = "USD" },
            "May" => Commit(1) with { HappenedAt = new(2026, 5, 31, 15, 59, 59, TimeSpan.Zero) },
            "late" => Actual(1) with { HappenedAt = Noon.AddDays(-7).AddMilliseconds(-1) },
            "other tags" => Commit(800) with { Tags = new(HostId: "H1") },
            _ => Commit(800),
        };
        var at = what == "closed" ? new DateTimeOffset(2026, 7, 10, 16, 0, 0, TimeSpan.Zero) : Noon;
        var (reply, _, events) = Spend(line, spend, at);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Empty(events);
    }

    [Theory] // June is closed ten days after its end, at midnight in Shanghai.
    [InlineData("2026-07-10T15:59:59.999Z", null)]
    [InlineData("2026-07-10T16:00:00Z", "budget.closed")]
    public void BUD_02_a_month_takes_spends_until_it_is_closed(string at, string? code)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(code, Spend(Line(), Actual(1), instant).Reply.Refusal?.Code);
    }

    [Theory] // June begins and ends at 16:00 UTC.
    [InlineData("2026-05-31T16:00:00Z", true)]
    [InlineData("2026-05-31T15:59:59.999Z", false)]
    public void K02_a_spend_counts_in_the_month_of_its_business_day(string at, bool isIn)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var code = Spend(Line(), Actual(1) with { HappenedAt = instant }, instant.AddHours(1)).Reply.Refusal?.Code;
        Assert.Equal(isIn ? null : "budget.month", code);
    }

    [Theory]
    [InlineData(ApprovalState.Approved, SpendState.Committed)]
    [InlineData(ApprovalState.Rejected, SpendState.Dropped)]
    [InlineData(ApprovalState.Expired, SpendState.Dropped)]
    public void BUD_03_the_decision_lets_what_waits_go_on_or_drops_it(ApprovalState how, SpendState waiting)
    {
        var ask = how == ApprovalState.Approved ? AskState.None : AskState.Refused;
        var line = Spent(Line(), Actual(120_001), Commit(500) with { Wait = true });
        var (_, events) = line.DecideSettled(1, how, Noon);
        var after = events.Aggregate(line, (l, e) => l.Apply(e));
        Assert.Equal((ask, waiting, 0), (after.Ask, after.Spends["c1"].State, after.Waiting.Count));
        Assert.Empty(after.DecideSettled(1, how, Noon).Events); // told again
        Assert.Empty(line.DecideSettled(2, how, Noon).Events); // of another approval
        // Granted are 120,501; the next mark is 20 % above.
        var next = Spend(after, Commit(24_100, "c2"));
        Assert.Equal(how == ApprovalState.Approved ? null : "budget.held", next.Reply.Refusal?.Code);
        Assert.Equal("budget.held", Spend(next.After, Commit(1, "c3")).Reply.Refusal?.Code);
    }

    [Fact]
    public void BUD_03_a_plan_that_is_raised_opens_the_line_again_and_lets_on_what_it_covers()
    {
        var line = Spent(Line(), Actual(120_001), Commit(500) with { Wait = true },
            Commit(200_000, "c2") with { Wait = true });
        var raised = new PlanLine(2, Plan with { PlannedMinor = 110_000 });
        var (reply, events) = line.Decide(raised, Key, Policy, Market, Noon);
        var after = events.Aggregate(line, (l, e) => l.Apply(e));
        Assert.Equal(BudgetLineState.Open, reply.Value!.State);
        Assert.Equal((SpendState.Committed, SpendState.Dropped), (after.Spends["c1"].State, after.Spends["c2"].State));
        Assert.Empty(after.Decide(new PlanLine(1, Plan), Key, Policy, Market, Noon).Events); // an older version
    }

    [Fact]
    public void BUD_03_only_so_many_spends_wait()
    {
        var line = Spent(Line(), Actual(120_001));
        for (var i = 0; i < IBudgetLineGrain.WaitingMax; i++)
            line = line.Apply(new BudgetLineEvent.Queued(Commit(1, $"w{i}"), Noon));
        Assert.Equal("budget.queue_full", Spend(line, Commit(1) with { Wait = true }).Reply.Refusal?.Code);
    }

    [Theory] // 30 days of June; what went on until the day.
    [InlineData("2026-06-15T04:00:00Z", 50_000, 0, 100_000)] // half the month
    [InlineData("2026-06-30T04:00:00Z", 50_000, 0, 50_000)]
    [InlineData("2026-06-01T04:00:00Z", 1_000, 0, 30_000)]
    [InlineData("2026-05-01T04:00:00Z", 0, 700, 700)] // not begun
    [InlineData("2026-08-01T04:00:00Z", 50_000, 0, 50_000)] // over
    [InlineData("2026-06-15T04:00:00Z", 1_000, 90_000, 91_000)] // more is promised than the pace says
    public void BUD_01_a_month_is_forecast_at_its_burn_rate(string at, long actual, long committed, long forecast) =>
        Assert.Equal(forecast, BudgetFigures.Forecast(Key, committed, actual, Market,
            DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(42_000, 50_000, "-16.0")]
    [InlineData(57_500, 50_000, "15.0")]
    [InlineData(1, 0, null)]
    public void BUD_01_variance_is_percent_of_the_plan(long actual, long planned, string? percent) =>
        Assert.Equal(percent, BudgetFigures.Variance(actual, planned)?.ToString("F1",
            System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-06-marketing", true)]
    [InlineData("2026-13-marketing", false)]
    [InlineData("1999-06-marketing", false)]
    [InlineData("2026-06-", false)]
    [InlineData("2026-06-a:b", false)]
    [InlineData("2026_06_marketing", false)]
    [InlineData("", false)]
    public void BUD_01_a_key_names_year_month_and_line(string key, bool isOne) =>
        Assert.Equal(isOne, BudgetKeys.TryParse(key, out _, out _, out _));

    [Fact]
    public void Stored_events_stay_readable()
    {
        var spend = new PostSpend("s1", 500, "CNY", SpendStage.Actual, true,
            new(SpendClass.Brand, "S1", "H1", "skin", "delivery", "C1", "P1", "a note"))
        { HappenedAt = Noon };
        GoldenLines.CheckText("Budgets/BudgetLine.golden.jsonl", BudgetLine.EventJson,
            new BudgetLineEvent.Planned(3, Plan with { Parent = "all", BenefitPercent = 120, TopHosts = true }, Noon),
            new BudgetLineEvent.Committed(Commit(800), 0, Noon), new BudgetLineEvent.Booked(spend, 800, 20, Noon),
            new BudgetLineEvent.Queued(spend, Noon), new BudgetLineEvent.Released("c1", 800, Noon),
            new BudgetLineEvent.Dropped("c1", "P1", Noon), new BudgetLineEvent.Asked(1, 20, Noon),
            new BudgetLineEvent.Told(1, Noon), new BudgetLineEvent.Settled(1, 120_501, Noon),
            new BudgetLineEvent.Settled(1, null, Noon),
            new BudgetLineEvent.Flagged(spend with { Tags = new() { Acquisition = Acquisition.Purchase } }, 300, Noon),
            new BudgetLineEvent.Checked(spend, false, "fay", "twice", Noon));
    }
}
