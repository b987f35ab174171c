using Ale.Approvals;
using Ale.Markets;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Budgets;

public sealed class BudgetLinePropertyTests
{
    private const string Key = "2026-06-marketing";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly BudgetTerms Plan = new(100_000, "CNY", BudgetKind.Labour, "reach", false, null);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static PostSpend Spend(Step step, SpendStage stage) =>
        new($"s{step.Id}", step.Amount, "CNY", stage, step.Wait, new());

    private sealed record Step(int Kind, int Id, int Amount, bool Wait);

    private static readonly Gen<Step[]> Steps = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 15], Gen.Int[1, 60_000], Gen.Bool,
        (kind, id, amount, wait) => new Step(kind, id, amount, wait)).Array[1, 60];

    [Theory, InlineData(false), InlineData(true)]
    public void BUD_02_whatever_comes_in_whatever_order_the_sums_are_those_of_the_spends(bool rigid) =>
        Steps.Sample(steps =>
        {
            var line = BudgetLine.New().Apply(new BudgetLineEvent.Planned(1, Plan with { Rigid = rigid }, Noon));
            foreach (var step in steps)
            {
                var before = line;
                IEnumerable<BudgetLineEvent> events = step.Kind switch
                {
                    0 => line.DecideRelease($"s{step.Id}", Key, Policy, Market, Noon).Events,
                    1 => line.DecideSettled(line.Asks, ApprovalState.Approved, Key, Policy, Market, Noon).Events,
                    2 => line.DecideSettled(line.Asks, ApprovalState.Rejected, Key, Policy, Market, Noon).Events,
                    3 => line.Decide(new PlanLine(line.PlanVersion + 1, Plan with
                    {
                        PlannedMinor = step.Amount * 5L,
                        Rigid = rigid,
                    }), Key, Policy, Market, Noon).Events,
                    < 7 => line.Decide(Spend(step, SpendStage.Committed), Key, Policy, Market, Noon)
                        .Events,
                    _ => line.Decide(Spend(step, SpendStage.Actual), Key, Policy, Market, Noon)
                        .Events,
                };
                line = events.Aggregate(line, (l, e) => l.Apply(e));
                Assert.Equal((Sum(SpendState.Committed), Sum(SpendState.Actual)),
                    (line.CommittedMinor, line.ActualMinor));
                Assert.Equal(line.Waiting.Select(w => w.Id).Order(StringComparer.Ordinal), line.Spends
                    .Where(s => s.Value.State == SpendState.Waiting).Select(s => s.Key).Order(StringComparer.Ordinal));
                // What is committed anew never passes the mark.
                if (!rigid && line.CommittedMinor > before.CommittedMinor)
                    Assert.False(line.IsOver(line.CommittedMinor + line.ActualMinor, Policy));
            }

            long Sum(SpendState state) => line.Spends.Values.Where(s => s.State == state).Sum(s => s.AmountMinor);
        }, iter: 300);
}
