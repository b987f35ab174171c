using Ale.Approvals;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>What a line takes, when it asks, and what it says when it takes nothing.</summary>
public sealed class BudgetGuardTests
{
    private const string Key = "2026-06-media";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero); // 12:00 in Shanghai
    private static readonly DateTimeOffset After = new(2026, 7, 10, 16, 0, 0, TimeSpan.Zero); // June is closed
    private static readonly BudgetTerms Plan = new(100_000, "CNY", BudgetKind.Labour, "reach", false, null);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetLine Line(BudgetTerms? terms = null, long? parts = null) => BudgetLine.New().Apply(
        new BudgetLineEvent.Planned(1, terms ?? Plan, Noon) { PartsMinor = parts });

    private static PostSpend Commit(long amount, string id = "c1") =>
        new(id, amount, "CNY", SpendStage.Committed, false, new(SpendClass.Brand));

    private static PostSpend Actual(long amount, string id = "a1") => Commit(amount, id) with
    {
        Stage = SpendStage.Actual,
    };

    private static (Outcome<SpendInfo> Reply, BudgetLine After, BudgetLineEvent[] Events) Spend(
        BudgetLine line, PostSpend spend, bool isStartUp = false, DateTimeOffset? at = null, string key = Key)
    {
        var (reply, events) = line.Decide(spend, key, Policy, Market, at ?? Noon, isStartUp);
        return (reply, events.Aggregate(line, (l, e) => l.Apply(e)), [.. events]);
    }

    private static BudgetLine Spent(BudgetLine line, params PostSpend[] spends) =>
        spends.Aggregate(line, (l, s) => Spend(l, s).After);

    private static (BudgetLine After, BudgetLineEvent[] Events) Planned(
        BudgetLine line, PlanLine plan, DateTimeOffset? at = null)
    {
        var events = line.Decide(plan, Key, Policy, Market, at ?? Noon).Events;
        return (events.Aggregate(line, (l, e) => l.Apply(e)), [.. events]);
    }

    private static BudgetLine Settled(BudgetLine line, ApprovalState how, DateTimeOffset? at = null) =>
        line.DecideSettled(line.Asks, how, Key, Policy, Market, at ?? Noon).Events
            .Aggregate(line, (l, e) => l.Apply(e));

    private static string Text(Refusal refusal, string name) => refusal.Details.Single(d => d.Key == name).Value;

    [Theory]
    [InlineData(SpendStage.Actual)]
    [InlineData(SpendStage.Committed)]
    public void BUD_11_money_of_a_reserve_is_drawn_and_not_spent(SpendStage stage)
    {
        var line = Line(Plan with { Kind = BudgetKind.Reserve });
        var (reply, _, events) = Spend(line, Commit(1) with { Stage = stage });
        Assert.Equal("budget.reserve", reply.Refusal?.Code);
        Assert.Contains("/api/reserves", Text(reply.Refusal!, "detail"), StringComparison.Ordinal);
        Assert.Empty(events);
    }

    [Theory] // Asked at 120,001. What counts of the plan that is raised to 200,000.
    [InlineData(null, true)] // all: it is in force, or was moved there
    [InlineData(100_000L, false)] // a draft raised it
    [InlineData(100_000L + 1, true)] // 100,001 bear 120,001
    public void BUD_03_a_raise_in_a_draft_undoes_no_ask_and_no_refusal(long? counts, bool settles)
    {
        var raised = new PlanLine(2, Plan with { PlannedMinor = 200_000 }) { CountsMinor = counts };
        var asked = Spent(Line(), Actual(120_001), Commit(500) with { Wait = true });
        Assert.Equal(settles ? AskState.None : AskState.Asked, Planned(asked, raised).After.Ask);
        var refused = Settled(Spent(Line(), Actual(120_001)), ApprovalState.Rejected);
        Assert.Equal(settles ? AskState.None : AskState.Refused, Planned(refused, raised).After.Ask);
    }

    [Theory] // 100,000 are spent and 30,000 wait; then the plan is told anew.
    [InlineData("benefit", 100_000, 0, false)]
    [InlineData("a part below it", 100_000, 1_000, false)]
    [InlineData("a fen is moved away", 99_999, 0, false)]
    [InlineData("raised", 100_001, 0, true)]
    public void BUD_03_only_a_raise_settles_an_ask_or_lifts_a_refusal(
        string what, long planned, long parts, bool settles)
    {
        var anew = new PlanLine(2, Plan with { PlannedMinor = planned, Goal = what }) { PartsMinor = parts };
        var asked = Spent(Line(), Actual(100_000), Commit(30_000) with { Wait = true });
        var after = Planned(asked, anew).After;
        Assert.Equal((settles ? AskState.None : AskState.Asked, settles ? 0 : 1), (after.Ask, after.Waiting.Count));
        var refused = Settled(asked, ApprovalState.Rejected);
        Assert.Equal(settles ? AskState.None : AskState.Refused, Planned(refused, anew).After.Ask);
    }

    [Fact]
    public void BUD_03_a_raise_takes_nothing_of_what_was_granted()
    {
        var granted = Settled(Spent(Line(), Actual(150_000)), ApprovalState.Approved);
        var asked = Spent(granted, Commit(40_000) with { Wait = true }); // the mark is 180,000
        var after = Planned(asked, new PlanLine(2, Plan with { PlannedMinor = 110_000 })).After;
        Assert.Equal((AskState.None, 150_000L), (after.Ask, after.GrantedMinor));
    }

    [Theory] // A plan of 100,000 of which so much is planned in parts: its own bears so much.
    [InlineData(0, 120_000, 120_001)]
    [InlineData(5_000, 114_000, 114_001)]
    [InlineData(100_000, 0, 1)]
    public void BUD_01_what_is_planned_in_the_parts_is_not_spent_again_by_the_whole(long parts, long good, long bad)
    {
        if (good > 0) Assert.Null(Spend(Line(null, parts), Commit(good)).Reply.Refusal);
        Assert.Equal("budget.held", Spend(Line(null, parts), Commit(bad)).Reply.Refusal?.Code);
        var info = Line(null, parts).Info(Key, Policy, Market, Noon);
        Assert.Equal((100_000 - parts, 0L), (info.OwnMinor, info.OverMinor));
    }

    [Theory]
    [InlineData(120_000, 0, false)]
    [InlineData(120_000, 1, true)]
    [InlineData(120_000, 120_000, true)]
    [InlineData(0, 120_000, false)] // exactly 20 %
    public void BUD_02_what_is_committed_counts_when_money_is_spent_directly(long committed, long actual, bool asks)
    {
        var line = committed == 0 ? Line() : Spent(Line(), Commit(committed));
        var events = Spend(line, Actual(actual == 0 ? 120_000 : actual, actual == 0 ? "c1" : "a1")).Events;
        Assert.Equal(asks, events.Any(e => e is BudgetLineEvent.Asked));
    }

    [Theory]
    [InlineData(100_000, false)] // 120,000 are exactly 20 % over it
    [InlineData(99_999, true)]
    public void BUD_03_a_plan_that_is_lowered_below_what_is_spent_asks_at_once(long planned, bool asks)
    {
        var line = Spent(Line(), Actual(120_000));
        var lowered = new PlanLine(2, Plan with { PlannedMinor = planned });
        Assert.Equal(asks, Planned(line, lowered).Events.Any(e => e is BudgetLineEvent.Asked));
        Assert.DoesNotContain(Planned(line, lowered, After).Events, e => e is BudgetLineEvent.Asked); // closed
    }

    [Theory]
    [InlineData(ApprovalState.Rejected)]
    [InlineData(ApprovalState.Expired)]
    public void BUD_03_a_rigid_line_asks_again_20_percent_above_what_was_refused(ApprovalState how)
    {
        var line = Settled(Spent(Line(Plan with { Rigid = true }), Actual(150_000)), how);
        var exactly = Spend(line, Actual(30_000, "a2"));
        Assert.Equal(SpendState.Actual, exactly.Reply.Value!.State);
        Assert.DoesNotContain(exactly.Events, e => e is BudgetLineEvent.Asked);
        Assert.Equal(2, Assert.Single(Spend(exactly.After, Actual(1, "a3")).Events.OfType<BudgetLineEvent.Asked>())
            .Number);
    }

    [Fact]
    public void BUD_02_what_waits_is_dropped_when_the_decision_comes_after_the_close()
    {
        var line = Spent(Line(), Actual(120_001), Commit(500) with { Wait = true });
        var after = Settled(line, ApprovalState.Approved, After);
        Assert.Equal((120_001L, 0L, 0), (after.ActualMinor, after.CommittedMinor, after.Waiting.Count));
        var spend = after.Spend("c1", Key, Policy, Market, After);
        Assert.Equal((SpendState.Dropped, "budget.closed"), (spend.State, spend.Reason));
        Assert.Equal("budget.held", Settled(line, ApprovalState.Rejected).Spends["c1"].Reason);
        var raised = Planned(line, new PlanLine(2, Plan with { PlannedMinor = 200_000 }), After).After;
        Assert.Equal("budget.closed", raised.Spends["c1"].Reason);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "budget.closed")]
    public void BUD_15_a_closed_month_gives_nothing_back(bool passed, string? code)
    {
        var spend = Actual(900);
        var line = Spent(Line(), spend).Apply(new BudgetLineEvent.Flagged(spend, 300, Noon));
        var refusal = line.Decide(new CheckSpend("a1", passed, "fay", "twice"), Key, Policy, Market, After)
            .Reply.Refusal;
        Assert.Equal(code, refusal?.Code);
        if (refusal is not null)
            Assert.Contains("book the correction in the open month", Text(refusal, "detail"), StringComparison.Ordinal);
    }

    [Theory] // July begins at 16:00 UTC on the 30th of June.
    [InlineData(SpendStage.Actual, "2026-06-30T15:59:59.999Z", "budget.month")]
    [InlineData(SpendStage.Committed, "2026-06-30T15:59:59.999Z", null)]
    [InlineData(SpendStage.Actual, "2026-06-30T16:00:00Z", null)]
    public void K02_money_is_spent_in_the_month_in_which_it_is_and_committed_ahead(
        SpendStage stage, string at, string? code) => Assert.Equal(code, Spend(Line(), Commit(1) with { Stage = stage },
            at: DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), key: "2026-07-media")
            .Reply.Refusal?.Code);

    [Theory] // What happened on the 9th, on the 17th.
    [InlineData(true, null)]
    [InlineData(false, "budget.late")]
    public void BUD_02_what_was_committed_in_time_is_settled_at_any_time(bool isCommitted, string? code)
    {
        var spend = Commit(800) with { HappenedAt = Noon.AddDays(-6) };
        Assert.Equal(code, Spend(isCommitted ? Spent(Line(), spend) : Line(), spend with { Stage = SpendStage.Actual },
            at: Noon.AddDays(2)).Reply.Refusal?.Code);
    }

    [Fact]
    public void BUD_06_the_first_spend_over_a_rigid_plan_is_known_until_money_comes()
    {
        var rent = Plan with { PlannedMinor = 20_000, Rigid = true };
        var line = Spent(Line(rent), Actual(20_500), Actual(100, "a2"));
        var info = line.Info(Key, Policy, Market, Noon);
        Assert.Equal(("a1", 600L), (info.OverSince, info.OverMinor));
        var raised = Planned(line, new PlanLine(2, rent with { PlannedMinor = 20_600 })).After;
        Assert.Null(raised.OverSince);
        Assert.Equal("a3", Spent(raised, Actual(1, "a3")).OverSince);
    }

    [Theory]
    [InlineData(null, "budget.acquisition_required")]
    [InlineData(Acquisition.Subscription, null)]
    [InlineData(Acquisition.Service, null)]
    public void BUD_16_money_of_technology_says_how_a_thing_was_got(Acquisition? how, string? code)
    {
        var line = Line(Plan with { Kind = BudgetKind.Technology });
        var spend = Commit(5) with { Tags = new() { Acquisition = how } };
        Assert.Equal(code, Spend(line, spend).Reply.Refusal?.Code);
        // What was committed before the rule is settled as it was.
        var old = line.Apply(new BudgetLineEvent.Committed(Commit(5) with { Tags = new() }, 0, Noon));
        Assert.Null(Spend(old, Actual(5, "c1") with { Tags = new() }).Reply.Refusal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BUD_03_the_approval_is_asked_in_the_name_of_who_crossed_the_mark(bool waits)
    {
        var spend = (waits ? Commit(120_001) : Actual(120_001)) with { Wait = waits, By = "fay" };
        Assert.Equal("fay", Assert.Single(Spend(Line(), spend).Events.OfType<BudgetLineEvent.Asked>()).By);
        var after = Spent(Line(), spend);
        Assert.Equal("fay", after.AskedBy);
        Assert.Empty(Spend(after, spend with { By = "bob" }).Events); // the same spend, whoever says it
    }

    [Theory]
    [InlineData("amount", "amountMinor", "Must be from 1 to 1000000000000.")]
    [InlineData("host", "hostId", "An id has 1 to 64 letters, digits and ._:- signs.")]
    [InlineData("note", "note", "Must have 1 to 1000 characters.")]
    [InlineData("USD", "currency", "The spend is in USD; the line is in CNY.")]
    [InlineData("class", "class", "A spend of a marketing line says whether it is performance or brand.")]
    [InlineData("why", "note", "What is bought and not subscribed says why.")]
    [InlineData("May", "at", "It happened on 2026-05-31; the line takes spends of 2026-06.")]
    [InlineData("May actual", "state", "What is spent of 2026-06 is booked from 2026-06-01 on; until then commit it.")]
    [InlineData("closed", "month", "2026-06 was closed on 2026-07-11: book it in the open month.")]
    [InlineData("late", "at", "Spends are taken until 7 days after they happened.")]
    [InlineData("held", "amountMinor", "120001 would be spent and committed; the mark is 120000 (20 % over 100000).")]
    [InlineData("asked", "amountMinor", "The line waits for the decision of budget:2026-06-media:1.")]
    [InlineData("refused", "amountMinor", "The decision of budget:2026-06-media:1 was against more.")]
    public void BUD_02_a_refusal_names_the_field_and_the_rule(string what, string field, string detail)
    {
        var line = Line(Plan with { Kind = BudgetKind.Marketing });
        if (what is "asked" or "refused") line = Spent(line, Actual(120_001, "a0"));
        if (what == "refused") line = Settled(line, ApprovalState.Rejected);
        var spend = what switch
        {
            "amount" => Commit(0),
            "host" => Commit(1) with { Tags = new(SpendClass.Brand, HostId: "a b") },
            "note" => Commit(1) with { Tags = new(SpendClass.Brand, Note: "") },
            "USD" => Commit(1) with { Currency = "USD" },
            "class" => Commit(1) with { Tags = new() },
            "why" => Commit(1) with { Tags = new(SpendClass.Brand) { Acquisition = Acquisition.Purchase } },
            "May" => Commit(1) with { HappenedAt = new(2026, 5, 31, 15, 59, 59, TimeSpan.Zero) },
            "May actual" => Actual(1),
            "late" => Actual(1) with { HappenedAt = Noon.AddDays(-8) },
            "held" => Commit(120_001),
            _ => Commit(1),
        };
        var at = what == "closed" ? After : what == "May actual" ? Noon.AddDays(-20) : Noon;
        var refusal = Spend(line, spend, at: at).Reply.Refusal!;
        Assert.Equal((field, detail), (Text(refusal, "field"), Text(refusal, "detail")));
    }
}
