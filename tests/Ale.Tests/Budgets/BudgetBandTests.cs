using Ale.Approvals;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Budgets;

/// <summary>Marketing's band at the start.</summary>
public sealed class BudgetBandTests
{
    private const string Key = "2026-06-media";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly BudgetTerms Plan = new(100_000, "CNY", BudgetKind.Labour, "reach", false, null);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetLine Line(BudgetTerms terms) =>
        BudgetLine.New().Apply(new BudgetLineEvent.Planned(1, terms, Noon));

    private static PostSpend Commit(long amount, string id = "c1") =>
        new(id, amount, "CNY", SpendStage.Committed, false, new(SpendClass.Brand));

    private static PostSpend Actual(long amount) => Commit(amount, "a1") with { Stage = SpendStage.Actual };

    private static SpendInfo? Spend(BudgetLine line, PostSpend spend, bool isStartUp) =>
        line.Decide(spend, Key, Policy, Market, Noon, isStartUp).Reply.Value;

    [Theory] // Kind, rigid, start-up phase, committed. Plan 100,000.
    [InlineData(BudgetKind.Marketing, false, true, 118_000, true, true)]
    [InlineData(BudgetKind.Marketing, false, true, 120_000, true, true)]
    [InlineData(BudgetKind.Marketing, false, true, 100_000, false, false)]
    [InlineData(BudgetKind.Marketing, false, false, 118_000, true, false)] // another phase
    [InlineData(BudgetKind.Labour, false, true, 118_000, true, false)] // another kind
    [InlineData(BudgetKind.Marketing, true, true, 118_000, true, false)] // rigid
    public void BUD_06_the_band_is_for_flexible_marketing_at_the_start(
        BudgetKind kind, bool rigid, bool isStartUp, long committed, bool over, bool elastic)
    {
        var spend = Spend(Line(Plan with { Kind = kind, Rigid = rigid }), Commit(committed), isStartUp)!;
        Assert.Equal((SpendState.Committed, over, elastic), (spend.State, spend.Over, spend.Elastic));
    }

    [Theory] // The band in percent, and what is spent.
    [InlineData(20, 120_000, true)]
    [InlineData(20, 120_001, false)]
    [InlineData(10, 110_000, true)]
    [InlineData(10, 118_000, false)]
    public void BUD_06_the_band_ends_where_its_own_number_says(int percent, long actual, bool elastic)
    {
        var spend = Line(Plan with { Kind = BudgetKind.Marketing }).Decide(
            Actual(actual), Key, Policy with { ElasticPercent = percent }, Market, Noon, true).Reply.Value!;
        Assert.Equal((true, elastic), (spend.Over, spend.Elastic));
    }

    [Theory] // 110,000 are spent and 15,000 wait.
    [InlineData(true)]
    [InlineData(false)]
    public void BUD_06_what_waited_is_within_the_band_as_what_did_not(bool isStartUp)
    {
        var plan = Plan with { Kind = BudgetKind.Marketing };
        var asked = new[] { Commit(10_000, "c0"), Actual(100_000), Commit(15_000) with { Wait = true } }.Aggregate(
            Line(plan), (l, s) => l.Decide(s, Key, Policy, Market, Noon).Events.Aggregate(l, (x, e) => x.Apply(e)));
        var raised = new PlanLine(2, plan with { PlannedMinor = 115_000 });
        Assert.Equal(isStartUp, After(asked, asked.Decide(raised, Key, Policy, Market, Noon, isStartUp).Events));
        var less = asked.Apply(new BudgetLineEvent.Released("c0", 10_000, Noon));
        Assert.Equal(isStartUp, After(less, less.DecideSettled(
            1, ApprovalState.Approved, Key, Policy, Market, Noon, isStartUp).Events));

        static bool After(BudgetLine line, IEnumerable<BudgetLineEvent> events) =>
            events.Aggregate(line, (l, e) => l.Apply(e)).Spends["c1"] is { State: SpendState.Committed, Elastic: true };
    }
}
