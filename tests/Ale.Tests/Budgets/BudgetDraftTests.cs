using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>What a draft changes, beside what is in force, drawn or rigid.</summary>
public sealed class BudgetDraftTests
{
    private const string Year = "2026";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetTerms T(long planned, BudgetKind kind = BudgetKind.Labour, string? parent = null) =>
        new(planned, "CNY", kind, "reach", false, parent);

    private static BudgetPlan Put(BudgetPlan plan, string line, BudgetTerms terms) =>
        plan.Apply(new BudgetPlanEvent.LinePut(plan.Version + 1, new(6, line), terms, "fay", Noon));

    private static BudgetPlan Of(params (string Line, BudgetTerms Terms)[] lines) =>
        lines.Aggregate(BudgetPlan.New(), (plan, l) => Put(plan, l.Line, l.Terms));

    private static BudgetPlan Submitted(BudgetPlan plan) =>
        plan.Apply(new BudgetPlanEvent.Submitted(plan.Version + 1, 1, "fay", [], Noon));

    private static BudgetPlan InForce(BudgetPlan plan) => Submitted(plan).Apply(
        new BudgetPlanEvent.Settled(plan.Version + 2, 1, true, PhaseRules.Emergency(plan, Policy), Noon));

    private static BudgetPlan Revised(BudgetPlan plan) =>
        plan.Apply(new BudgetPlanEvent.Revised(plan.Version + 1, "fay", "more", Noon));

    private static BudgetPlan Moved(BudgetPlan plan, long amount, string from, string to)
    {
        var (reply, events) = plan.Decide(new MoveBudget("k", new(6, from), new(6, to), amount, "fay", "less"), Year,
            long.MaxValue, null, Policy, Market, Noon);
        Assert.Null(reply.Refusal);
        var begun = events.Aggregate(plan, (p, e) => p.Apply(e));
        return begun.DecideTaken(begun.Moving!, true, Noon).Events.Aggregate(begun, (p, e) => p.Apply(e));
    }

    [Theory] // A and B have 100 in force, and a draft gives A 200. Moved to B, and what then counts of B.
    [InlineData(30, 100)]
    [InlineData(100, 100)]
    [InlineData(101, 101)]
    [InlineData(200, 200)]
    public void BUD_03_what_a_draft_raised_is_moved_first_and_settles_nothing(long amount, long counts)
    {
        var plan = Put(Revised(InForce(Of(("a", T(100)), ("b", T(100))))), "a", T(200));
        Assert.Equal(counts, Moved(plan, amount, "a", "b").Tell(new(6, "b")).CountsMinor);
    }

    [Theory] // A pot of 200 in force, what a draft plans for it, and what of it is in force when 50 are moved away.
    [InlineData(100, 150)]
    [InlineData(200, 150)]
    [InlineData(230, 180)] // 30 of them were not in force
    [InlineData(300, 200)]
    public void BUD_10_a_move_takes_of_a_reserve_what_it_moves_and_nothing_of_a_draft(long draft, long then)
    {
        var plan = Put(Revised(InForce(Of(("all", T(1_000)), ("risk", T(200, BudgetKind.Reserve))))), "risk",
            T(draft, BudgetKind.Reserve));
        Assert.Equal(then, Moved(plan, 50, "risk", "all").PotInForce("risk"));
    }

    [Theory] // Of a risk reserve of 120 so much is drawn or held.
    [InlineData("risk", null, 60, 60, null)]
    [InlineData("risk", null, 60, 61, "budget.spent")]
    [InlineData("new", "risk", 60, 60, null)]
    [InlineData("new", "risk", 60, 61, "budget.spent")] // a part gets it
    [InlineData("other", "risk", 60, 60, null)]
    [InlineData("other", "risk", 60, 61, "budget.spent")] // as does what becomes one
    public void BUD_10_a_draft_leaves_a_reserve_what_is_drawn(
        string line, string? parent, long planned, long drawn, string? code)
    {
        var plan = Of(("all", T(1_000)), ("risk", T(120, BudgetKind.Reserve)), ("other", T(60, BudgetKind.Reserve)));
        var put = new PutBudgetLine(new(6, line), T(planned, BudgetKind.Reserve, parent), "fay");
        var asked = new Dictionary<string, long> { ["risk"] = drawn };
        Assert.Equal(code, plan.Decide(put, null, Noon, asked).Reply.Refusal?.Code);
    }

    [Theory] // Rent of 20,000 is rigid and has a flexible part of 5,000 from before.
    [InlineData("party", false, 15_000, "budget.rigid")]
    [InlineData("party", false, 0, null)]
    [InlineData("party", true, 15_000, null)] // it stays rigid
    [InlineData("old", false, 5_001, "budget.rigid")]
    [InlineData("old", false, 4_999, null)]
    [InlineData("free", false, 1, "budget.rigid")] // it becomes a part
    public void BUD_06_at_the_start_money_of_a_rigid_line_is_not_planned_in_flexible_parts(
        string line, bool rigid, long planned, string? code)
    {
        var plan = Of(("rent", T(20_000) with { Rigid = true }), ("old", T(5_000, parent: "rent")), ("free", T(1)));
        var put = new PutBudgetLine(new(6, line), T(planned, parent: "rent") with { Rigid = rigid }, "fay");
        Assert.Equal(code, plan.Decide(put, PhaseRules.StartUp, Noon).Reply.Refusal?.Code);
        Assert.Null(plan.Decide(put, PhaseRules.Growth, Noon).Reply.Refusal);
    }

    [Theory]
    [InlineData(false, 20, true)] // all of it is in a flexible part
    [InlineData(false, 19, false)]
    [InlineData(true, 20, false)]
    public void BUD_06_a_rigid_line_has_its_own_money_and_that_of_rigid_parts(bool rigid, long part, bool isBroken)
    {
        var plan = Of(("rent", T(20) with { Rigid = true }), ("part", T(part, parent: "rent") with { Rigid = rigid }));
        Assert.Equal(isBroken, PhaseRules.Check(plan, PhaseRules.StartUp, Policy).Any(f => f.Rule == "rigid_first"));
    }

    [Fact]
    public void BUD_05_small_parts_of_one_whole_are_small_lines()
    {
        var plan = Of([("risk", T(12_000, BudgetKind.Reserve)), ("all", T(88_000)),
            .. Enumerable.Range(0, 11).Select(i => ($"s{i}", T(900, parent: "all")))]);
        Assert.Contains(PhaseRules.Check(plan, null, Policy), f => f.Rule == "small_lines");
    }

    private static ChangeBudgetLine Change(long version, string key = "k1", string line = "a") =>
        new(new(6, line), version, key, "fay");

    [Fact]
    public void TEC_03_who_changes_a_line_has_read_it_as_it_is()
    {
        var plan = Of(("a", T(100)), ("b", T(100)));
        var more = Change(1) with { PlannedMinor = 150 };
        var (reply, events) = plan.Decide(more, null, Noon);
        Assert.Null(reply.Refusal);
        var after = events.Aggregate(plan, (p, e) => p.Apply(e));
        Assert.Equal((T(150), 3L), (after.Lines["0000-06-a"].Terms, after.Lines["0000-06-a"].Version));
        Assert.Equal((null, 0), Said(after.Decide(more, null, Noon))); // the same key again
        Assert.Equal(("budget.changed", 0), Said(after.Decide(more with { Goal = "sell" }, null, Noon)));
        Assert.Equal(("budget.stale", 0), Said(after.Decide(more with { Key = "k2" }, null, Noon)));
        Assert.Equal((null, 0), Said(after.Decide(Change(3, "k2") with { Goal = "reach" }, null, Noon))); // as it is
        Assert.Equal(("budget.unknown", 0), Said(after.Decide(Change(3, "k2", "none"), null, Noon)));
        Assert.Equal(("budget.bad_terms", 0),
            Said(after.Decide(Change(1, "k2") with { PlannedMinor = -1 }, null, Noon)));
        Assert.Equal(("budget.in_force", 0),
            Said(Submitted(after).Decide(Change(3, "k2") with { Rigid = true }, null, Noon)));

        static (string?, int) Said(Kernel.Decision<BudgetPlanEvent, Done> decision) =>
            (decision.Reply.Refusal?.Code, decision.Events.Length);
    }

    [Theory] // Of 100,000; the emergency reserve was 5 % when it was approved.
    [InlineData("none", 0, 5, "Nothing is planned.")]
    [InlineData("draft", 12_000, 5, "It is not submitted.")]
    [InlineData("draft", 9_000, 5,
        "It is not submitted. 9 % of the plan are set aside for risks; at least 10 % must be.")]
    [InlineData("submitted", 12_000, 5, "It is not approved.")]
    [InlineData("in force", 12_000, 5, "")]
    [InlineData("in force", 16_000, 5, "16 % of the plan are set aside for risks; 15 % are enough.")]
    [InlineData("in force", 12_000, 6, "5 % of the plan are set aside for what nobody expects; 6 % must be.")]
    public void BUD_09_BUD_10_of_the_coming_years_reserves_what_is_missing_is_said(
        string state, long risk, int emergency, string missing)
    {
        var plan = Of(("all", T(100_000 - risk)), ("risk", T(risk, BudgetKind.Reserve)));
        plan = state switch { "submitted" => Submitted(plan), "in force" => InForce(plan), _ => plan };
        var info = plan.Info(Year, null, Policy with { EmergencyPercent = emergency });
        Assert.Equal(missing, string.Join(' ', ReserveCheck.Missing(state == "none" ? null : info)));
    }
}
