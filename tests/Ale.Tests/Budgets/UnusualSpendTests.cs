using System.Globalization;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>Unusual spends, purchases and what is carved out of a line, rule by rule.</summary>
public sealed class UnusualSpendTests
{
    private const string Key = "2026-06-tools";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly PolicySet Policy = Book.For(null, Noon);
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);
    private static readonly long[] Invoices = [300_000, 250_000, 350_000, 320_000, 280_000, 300_000];

    [Theory] // Usual: 3,000 ± 500 yuan; far is half as much again, or three deviations.
    [InlineData(6, 900_000, true)]
    [InlineData(6, 350_000, false)]
    [InlineData(6, 450_000, false)] // exactly half as much again
    [InlineData(6, 450_001, true)]
    [InlineData(6, 1, false)] // a small one costs nothing
    [InlineData(5, 900_000, true)]
    [InlineData(4, 900_000, false)] // four are no custom
    public void BUD_15_a_spend_far_above_its_like_is_unusual(int earlier, long amount, bool isUnusual) =>
        Assert.Equal(isUnusual, Usual.Of(amount, Invoices[..earlier], Policy.Costs).IsUnusual);

    [Fact]
    public void BUD_15_what_varies_much_has_more_room() =>
        Assert.False(Usual.Of(900_000, [100, 600_000, 100, 700_000, 100, 600_000], Policy.Costs).IsUnusual);

    [Fact]
    public void BUD_15_how_much_room_that_is_is_policy()
    {
        long[] likes = [100, 600_000, 100, 700_000, 100, 600_000];
        Assert.True(Usual.Of(900_000, likes, Policy.Costs with { UnusualDeviations = 1 }).IsUnusual);
    }

    private static PostSpend Spend(string id = "i1", Acquisition? how = null, string? note = null) =>
        new(id, 9_000, "CNY", SpendStage.Actual, false, new(Note: note) { Acquisition = how });

    private static BudgetLine Line(params BudgetLineEvent[] more) =>
        more.Aggregate(BudgetLine.New().Apply(new BudgetLineEvent.Planned(
            1, new(100_000, "CNY", BudgetKind.Technology, "reach", false, null), Noon)), (l, e) => l.Apply(e));

    private static BudgetLine After(BudgetLine line, Decision<BudgetLineEvent, SpendInfo> decision) =>
        decision.Events.Aggregate(line, (l, e) => l.Apply(e));

    [Fact]
    public void BUD_15_a_held_spend_counts_until_it_is_checked_and_comes_off_when_it_is_not_in_order()
    {
        var line = Line(new BudgetLineEvent.Booked(Spend(), 0, 0, Noon));
        Assert.Equal("budget.not_held", Check(line, true).Reply.Refusal!.Code);
        var flag = line.Decide(new FlagSpend(Spend(), 3_000), Key, Policy.Budgets, Market, Noon);
        Assert.Equal(SpendCheck.Held, flag.Reply.Value!.Check);
        line = After(line, flag);
        Assert.Empty(line.Decide(new FlagSpend(Spend(), 3_000), Key, Policy.Budgets, Market, Noon).Events);
        Assert.Equal("budget.changed", line.Decide(new FlagSpend(Spend() with { AmountMinor = 1 }, 3_000), Key,
            Policy.Budgets, Market, Noon).Reply.Refusal!.Code);
        Assert.Equal(9_000, line.ActualMinor);
        var passed = After(line, Check(line, true));
        Assert.Equal((9_000, SpendCheck.Passed), (passed.ActualMinor, passed.Spends["i1"].Check));
        Assert.Equal("budget.checked", Check(passed, false).Reply.Refusal!.Code);
        Assert.Equal(SpendCheck.Passed, Check(passed, true).Reply.Value!.Check);
        var refused = After(line, Check(line, false));
        Assert.Equal((0, SpendState.Dropped), (refused.ActualMinor, refused.Spends["i1"].State));
        Assert.Empty(refused.Largest);
        Assert.Equal("budget.unknown_spend", line.Decide(new CheckSpend("none", true, "ann", "fine"), Key,
            Policy.Budgets, Market, Noon).Reply.Refusal!.Code);

        static Decision<BudgetLineEvent, SpendInfo> Check(BudgetLine line, bool isPassed) => line.Decide(
            new CheckSpend("i1", isPassed, "ann", "seen"), Key, Policy.Budgets, Market, Noon);
    }

    [Theory]
    [InlineData(null, null, "budget.acquisition_required")]
    [InlineData(Acquisition.Service, null, null)]
    [InlineData(Acquisition.Subscription, null, null)]
    [InlineData(Acquisition.Purchase, "no subscription has it", null)]
    [InlineData(Acquisition.Purchase, null, "budget.reason_required")]
    public void BUD_16_what_is_bought_and_not_subscribed_says_why(Acquisition? how, string? note, string? code) =>
        Assert.Equal(code, Line().Decide(Spend(how: how, note: note), Key, Policy.Budgets, Market, Noon)
            .Reply.Refusal?.Code);

    [Theory] // 5 % of research, whether it is rigid; the plan's state; what comes of it, as rigid as its whole.
    [InlineData(20_000_000, false, BudgetPlanState.InForce, 1_000_000, null)]
    [InlineData(20_000_000, true, BudgetPlanState.Draft, 1_000_000, null)]
    [InlineData(10, false, BudgetPlanState.Draft, 1, null)] // 0.5 is rounded up
    [InlineData(20_000_000, false, BudgetPlanState.Submitted, 0, "budget.in_force")]
    public void BUD_17_a_share_of_research_opens_as_a_line_of_its_own(
        long research, bool isRigid, BudgetPlanState state, long share, string? code)
    {
        var plan = BudgetPlan.New().Apply(new BudgetPlanEvent.LinePut(1, new(6, "research"),
            new(research, "CNY", BudgetKind.Technology, "new", isRigid, null), "ann", Noon));
        if (state != BudgetPlanState.Draft) plan = plan.Apply(new BudgetPlanEvent.Submitted(2, 1, "ann", [], Noon));
        if (state == BudgetPlanState.InForce) plan = plan.Apply(new BudgetPlanEvent.Settled(3, 1, true, 0, Noon));
        var carve = new CarveLine(new(6, "research"), "research-explore", 5, "new", "budgets");
        var decided = plan.Decide(carve, Noon);
        Assert.Equal(code, decided.Reply.Refusal?.Code);
        if (code is not null) return;
        var put = Assert.IsType<BudgetPlanEvent.LinePut>(Assert.Single(decided.Events));
        Assert.Equal((share, "research", isRigid), (put.Terms.PlannedMinor, put.Terms.Parent, put.Terms.Rigid));
        var after = plan.Apply(put);
        Assert.Empty(after.Decide(carve with { Percent = 10 }, Noon).Events); // opened once
        Assert.Equal(plan.Top().Sum(l => l.Terms.PlannedMinor), after.Top().Sum(l => l.Terms.PlannedMinor));
        Assert.Equal("budget.unknown", plan.Decide(carve with { From = new(7, "research") }, Noon).Reply.Refusal!.Code);
    }

    [Theory] // A year and today: the last day that counts of the year before.
    [InlineData(2026, "2026-01-01", "2025-01-01")]
    [InlineData(2026, "2026-06-18", "2025-06-18")]
    [InlineData(2028, "2028-02-29", "2027-02-28")] // there was no 29th
    [InlineData(2029, "2029-02-28", "2028-02-28")]
    [InlineData(2029, "2029-03-01", "2028-03-01")]
    [InlineData(2026, "2026-12-31", "2025-12-31")]
    [InlineData(2025, "2026-06-18", null)] // over: whole against whole
    [InlineData(2027, "2026-06-18", "2025-12-31")] // not begun: none of it
    public void K01_a_running_year_is_compared_with_as_much_of_the_year_before(
        int year, string today, string? through) =>
        Assert.Equal(through, FixedAssetDays.Through(year, DateOnly.Parse(today, CultureInfo.InvariantCulture))
            ?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
