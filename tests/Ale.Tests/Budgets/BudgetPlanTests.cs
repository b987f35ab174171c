using System.Collections.Immutable;
using Ale.Approvals;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>What is decided about a year's budget, rule by rule.</summary>
public sealed class BudgetPlanTests
{
    private const string Year = "2026";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetTerms T(long planned, BudgetKind kind, string? goal = "reach") =>
        new(planned, "CNY", kind, goal, false, null);

    /// <summary>Each line as id, kind and plan; all in June.</summary>
    private static BudgetPlan Of(params (string Line, BudgetTerms Terms)[] lines) =>
        lines.Aggregate(BudgetPlan.New(), (plan, l) => plan.Apply(
            new BudgetPlanEvent.LinePut(plan.Version + 1, new(6, l.Line), l.Terms, "fay", Noon)));

    private static BudgetPlan Shares(long labour, long marketing, long technology, long risk) => Of(
        ("labour", T(labour, BudgetKind.Labour)), ("marketing", T(marketing, BudgetKind.Marketing)),
        ("technology", T(technology, BudgetKind.Technology)), ("risk-all", T(risk, BudgetKind.Reserve)));

    private static string[] Blocking(BudgetPlan plan, int? phase, BudgetPolicy? policy = null) =>
        [.. PhaseRules.Check(plan, phase, policy ?? Policy).Where(f => f.Blocks).Select(f => f.Rule)];

    private static string Rules(Refusal refusal) => refusal.Details.Single(d => d.Key == "rules").Value;

    private static string[] Advice(BudgetPlan plan, int? phase, BudgetPolicy? policy = null) =>
        [.. PhaseRules.Check(plan, phase, policy ?? Policy).Where(f => !f.Blocks).Select(f => f.Rule)];

    [Theory]
    [InlineData(7_999, "risk_reserve", null)] // 8 %
    [InlineData(9_999, "risk_reserve", null)]
    [InlineData(10_000, null, null)]
    [InlineData(12_000, null, null)]
    [InlineData(15_000, null, null)]
    [InlineData(15_001, null, "risk_reserve")]
    public void BUD_10_the_risk_reserve_is_from_10_to_15_percent(long risk, string? broken, string? advice)
    {
        var plan = Shares(100_000 - risk, 0, 0, risk);
        Assert.Equal(broken, Blocking(plan, null).SingleOrDefault());
        Assert.Equal(advice, Advice(plan, null).SingleOrDefault());
    }

    [Theory] // With no phase no phase's rule is in force.
    [InlineData(3, 40_000, null)]
    [InlineData(3, 40_001, "labour")]
    [InlineData(3, 43_000, "labour")]
    [InlineData(2, 43_000, null)]
    [InlineData(1, 43_000, null)]
    [InlineData(null, 43_000, null)]
    public void BUD_08_labour_is_40_percent_at_most_in_maturity(int? phase, long labour, string? broken) =>
        Assert.Equal(broken, Blocking(Shares(labour, 0, 88_000 - labour, 12_000), phase).SingleOrDefault());

    [Theory]
    [InlineData(2, 55_000, false, "roi")]
    [InlineData(2, 50_000, false, "roi")] // 50 % and more
    [InlineData(2, 49_999, false, null)]
    [InlineData(2, 55_000, true, null)]
    [InlineData(1, 55_000, false, null)]
    [InlineData(3, 55_000, false, null)]
    [InlineData(null, 55_000, false, null)]
    public void BUD_07_half_for_marketing_in_growth_needs_returns_to_be_measured(
        int? phase, long marketing, bool isOn, string? broken) =>
        Assert.Equal(broken, Blocking(Shares(0, marketing, 88_000 - marketing, 12_000), phase,
            Policy with { IsRoiOn = isOn }).SingleOrDefault());

    [Theory]
    [InlineData(1, 350_000, true)] // 70 %
    [InlineData(1, 399_999, true)]
    [InlineData(1, 400_000, false)]
    [InlineData(2, 350_000, false)]
    [InlineData(null, 350_000, false)]
    public void BUD_12_at_the_start_80_percent_of_marketing_is_advised_for_top_hosts(int? phase, long hosts, bool warns)
    {
        var plan = Of(("hosts", T(hosts, BudgetKind.Marketing) with { TopHosts = true }),
            ("media", T(500_000 - hosts, BudgetKind.Marketing)), ("risk", T(60_000, BudgetKind.Reserve)));
        var policy = Policy with { IsRoiOn = true };
        Assert.Equal(warns ? ["top_hosts"] : [], Advice(plan, phase));
        var refused = plan.Decide(new SubmitBudget("fay", []), Year, phase, policy, Noon).Reply.Refusal;
        Assert.Equal(warns ? "budget.rules" : null, refused?.Code);
        if (warns) Assert.Contains("the advice is 80 %", Rules(refused!), StringComparison.Ordinal);
        var with = new SubmitBudget("fay", [new("top_hosts", "they are booked for the autumn")]);
        Assert.Equal(BudgetPlanState.Submitted, plan.Decide(with, Year, phase, policy, Noon).Reply.Value!.State);
    }

    [Fact]
    public void BUD_06_at_the_start_a_rigid_line_without_money_comes_first()
    {
        var plan = Of(("rent", T(0, BudgetKind.Labour) with { Rigid = true }),
            ("media", T(88_000, BudgetKind.Technology)), ("risk", T(12_000, BudgetKind.Reserve)));
        Assert.Equal(["rigid_first"], Blocking(plan, PhaseRules.StartUp));
        Assert.Empty(Blocking(plan, PhaseRules.Growth));
    }

    [Theory]
    [InlineData(1, "budget.rigid")]
    [InlineData(2, null)]
    [InlineData(null, null)]
    public void BUD_06_money_of_a_rigid_line_stays_at_the_start(int? phase, string? code)
    {
        var plan = Of(("rent", T(20_000, BudgetKind.Labour) with { Rigid = true }),
            ("media", T(100_000, BudgetKind.Marketing)));
        var (reply, _) = plan.Decide(Move(500, "rent", "media"), Year, 20_000, phase, Policy, Market, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        var back = plan.Decide(Move(500, "media", "rent"), Year, 100_000, phase, Policy, Market, Noon).Reply;
        Assert.Null(back.Refusal);
    }

    [Fact]
    public void BUD_05_a_line_without_a_goal_is_not_submitted_and_lines_are_ranked_by_benefit()
    {
        var plan = Of(("a", T(10_000, BudgetKind.Labour, null)), ("b", T(50_000, BudgetKind.Labour) with
        {
            BenefitPercent = 80,
        }), ("c", T(28_000, BudgetKind.Labour) with { BenefitPercent = 320 }), ("risk", T(12_000, BudgetKind.Reserve)));
        Assert.Equal(["goal"], Blocking(plan, null));
        var refused = plan.Decide(new SubmitBudget("fay", []), Year, null, Policy, Noon).Reply.Refusal!;
        Assert.Contains("6/a", Rules(refused), StringComparison.Ordinal);
        Assert.Equal(["c", "b", "risk", "a"], plan.Info(Year, null, Policy).Lines.Select(l => l.Place.Line));
    }

    [Theory] // A line below 1 % of its month is small.
    [InlineData(10, 999, false)]
    [InlineData(11, 999, true)]
    [InlineData(11, 1_000, false)]
    public void BUD_05_too_many_small_lines_are_warned_of(int count, long planned, bool warns)
    {
        var plan = Of([("risk", T(12_000, BudgetKind.Reserve)),
            ("rest", T(88_000 - (count * planned), BudgetKind.Labour)),
            .. Enumerable.Range(0, count).Select(i => ($"s{i}", T(planned, BudgetKind.Labour)))]);
        Assert.Equal(warns ? ["small_lines"] : [], Advice(plan, null));
    }

    [Theory]
    [InlineData(10_000_000, 500_000)]
    [InlineData(19, 0)] // rounded down
    public void BUD_09_five_percent_are_set_aside_when_a_plan_is_approved(long total, long reserve)
    {
        var plan = Of(("all", T(total, BudgetKind.Labour)));
        plan = plan.Apply(new BudgetPlanEvent.Submitted(2, 1, "fay", [], Noon));
        var (_, events) = plan.DecideSettled(1, ApprovalState.Approved, Policy, Noon);
        Assert.Equal(reserve, Assert.Single(events.OfType<BudgetPlanEvent.Settled>()).EmergencyMinor);
        Assert.Equal(BudgetPlanState.InForce, events.Aggregate(plan, (p, e) => p.Apply(e)).State);
        var (_, rejected) = plan.DecideSettled(1, ApprovalState.Rejected, Policy, Noon);
        Assert.Equal(BudgetPlanState.Draft, rejected.Aggregate(plan, (p, e) => p.Apply(e)).State);
    }

    [Theory] // two pots, or one inside the other.
    [InlineData(false, null)]
    [InlineData(true, "risk_reserve")]
    public void BUD_09_the_emergency_reserve_may_be_counted_inside_the_risk_reserve(bool isIn, string? broken) =>
        Assert.Equal(broken, Blocking(Shares(88_000, 0, 0, 12_000), null, Policy with { IsEmergencyInRisk = isIn })
            .SingleOrDefault());

    private static MoveBudget Move(long amount, string from = "a", string to = "b", string key = "k1",
        string note = "less media") => new(key, new(6, from), new(6, to), amount, "fay", note);

    [Fact]
    public void BUD_01_a_move_changes_both_lines_together_with_a_note()
    {
        var plan = Of(("a", T(600_000, BudgetKind.Marketing)), ("b", T(1_000, BudgetKind.Technology)));
        var (reply, events) = plan.Decide(Move(50_000), Year, 600_000, null, Policy, Market, Noon);
        var begun = events.Aggregate(plan, (p, e) => p.Apply(e));
        var after = begun.DecideTaken(begun.Moving!, true, Noon).Events.Aggregate(begun, (p, e) => p.Apply(e));
        Assert.Equal((3L, "less media", 601_000L), (reply.Value!.Version, reply.Value.Note, reply.Value.TotalMinor));
        Assert.Equal([550_000L, 51_000], after.Lines.Values.Select(l => l.Terms.PlannedMinor));
        Assert.All(after.Lines.Values, l => Assert.Equal(3, l.Version));
        Assert.Empty(after.Decide(Move(50_000), Year, 0, null, Policy, Market, Noon).Events); // again
        Assert.Equal("budget.changed",
            after.Decide(Move(50_001), Year, 0, null, Policy, Market, Noon).Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData("x", "b", 1, 10, "n", "budget.unknown")]
    [InlineData("a", "x", 1, 10, "n", "budget.unknown")]
    [InlineData("a", "b", 0, 10, "n", "budget.bad_terms")]
    [InlineData("a", "a", 1, 10, "n", "budget.bad_terms")]
    [InlineData("a", "b", 1, 10, "", "budget.bad_terms")]
    [InlineData("a", "b", 11, 10, "n", "budget.spent")] // the rest is spent or committed
    [InlineData("a", "b", 10, 10, "n", null)]
    public void BUD_01_only_money_that_is_there_is_moved(
        string from, string to, long amount, long free, string note, string? code)
    {
        var plan = Of(("a", T(100, BudgetKind.Marketing)), ("b", T(100, BudgetKind.Technology)));
        Assert.Equal(code, plan.Decide(Move(amount, from, to, note: note), Year, free, null, Policy, Market, Noon)
            .Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData("draft", "put", null)]
    [InlineData("submitted", "put", "budget.in_force")]
    [InlineData("in force", "put", "budget.in_force")]
    [InlineData("submitted", "move", "budget.in_force")]
    [InlineData("in force", "move", null)]
    [InlineData("submitted", "submit", null)] // as it is
    [InlineData("in force", "submit", "budget.in_force")]
    [InlineData("submitted", "revise", "budget.state")]
    [InlineData("in force", "revise", null)]
    [InlineData("draft", "revise", null)]
    public void BUD_01_what_may_be_done_with_a_plan_depends_on_where_it_stands(string state, string what, string? code)
    {
        var plan = Shares(44_000, 44_000, 0, 12_000);
        if (state != "draft") plan = plan.Apply(new BudgetPlanEvent.Submitted(9, 1, "fay", [], Noon));
        if (state == "in force") plan = plan.Apply(new BudgetPlanEvent.Settled(10, 1, true, 0, Noon));
        var refusal = what switch
        {
            "put" => plan.Decide(
                new PutBudgetLine(new(6, "new"), T(1, BudgetKind.Labour), "fay"), null, Noon).Reply.Refusal,
            "move" => plan.Decide(Move(1, "labour", "marketing"), Year, 9, null, Policy, Market, Noon).Reply.Refusal,
            "submit" => plan.Decide(new SubmitBudget("fay", []), Year, null, Policy, Noon).Reply.Refusal,
            _ => plan.Decide(new ReviseBudget("fay", "more"), Year, null, Policy, Noon).Reply.Refusal,
        };
        Assert.Equal(code, refusal?.Code);
    }

    [Theory]
    [InlineData("a", "", null, "budget.bad_terms")]
    [InlineData("x", "EUR", null, "budget.currency")]
    [InlineData("a", "CNY", "a", "budget.circle")]
    [InlineData("a", "CNY", "c", "budget.circle")] // c is below b, and b below a
    [InlineData("x", "CNY", "none", "budget.parent")]
    [InlineData("x", "CNY", "a", null)]
    public void BUD_01_a_line_that_cannot_be_is_refused(string line, string currency, string? parent, string? code)
    {
        var plan = Of(("a", T(100, BudgetKind.Labour)), ("b", T(50, BudgetKind.Labour) with { Parent = "a" }),
            ("c", T(20, BudgetKind.Labour) with { Parent = "b" }));
        var terms = T(1, BudgetKind.Labour) with { Currency = currency == "" ? "CNY" : currency, Parent = parent };
        if (currency == "") terms = terms with { PlannedMinor = -1 };
        var (reply, events) = plan.Decide(new PutBudgetLine(new(6, line), terms, "fay"), null, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
    }

    [Fact]
    public void BUD_01_lines_below_another_are_counted_once()
    {
        var plan = Of(("a", T(100, BudgetKind.Labour)), ("b", T(50, BudgetKind.Labour) with { Parent = "a" }));
        Assert.Equal(100, plan.TotalMinor());
        var other = new PutBudgetLine(new(6, "a"), T(100, BudgetKind.Marketing), "fay");
        Assert.Equal("budget.changed", plan.Decide(other, null, Noon).Reply.Refusal?.Code); // a line's kind stays
    }

    [Fact]
    public void Stored_events_stay_readable()
    {
        ImmutableArray<BudgetOverride> overrides = [new("top_hosts", "booked")];
        GoldenLines.CheckText("Budgets/BudgetPlan.golden.jsonl", BudgetPlan.EventJson,
            new BudgetPlanEvent.LinePut(1, new(6, "rent"), T(100, BudgetKind.Labour), "fay", Noon),
            new BudgetPlanEvent.Moved(2, "k1", new(6, "a"), new(7, "b"), 50, "fay", "why", Noon),
            new BudgetPlanEvent.Submitted(3, 1, "fay", overrides, Noon),
            new BudgetPlanEvent.Settled(4, 1, true, 5, Noon), new BudgetPlanEvent.Revised(5, "fay", "more", Noon),
            new BudgetPlanEvent.Spread(5, Noon),
            new BudgetPlanEvent.Moving("k2", new(6, "a"), new(7, "b"), 50, "fay", "why", Noon),
            new BudgetPlanEvent.Moved(6, "k2", new(6, "a"), new(7, "b"), 50, "fay", "why", Noon) { Carries = true },
            new BudgetPlanEvent.Stayed(8, "k3", new(6, "a"), Noon),
            new BudgetPlanEvent.LinePut(9, new(6, "rent"), T(100, BudgetKind.Labour), "fay", Noon)
            {
                Key = "k4",
                Command = "6/rent@1:100",
            });
    }
}
