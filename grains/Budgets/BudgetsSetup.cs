using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Budgets;

/// <summary>What the silo registers for this slice.</summary>
internal static class BudgetsSetup
{
    public static IServiceCollection AddBudgets(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        return services
            .AddSingleton<Projection, BudgetProjection>().AddSingleton<Projection, BudgetPlanProjection>()
            .AddSingleton(new Decider(BudgetKeys.LineKind, (grains, key) => grains.BudgetLine(key)))
            .AddSingleton(new Decider(BudgetKeys.PlanKind, (grains, key) => grains.BudgetPlan(key)))
            .AddSingleton(new Decider(ReserveKeys.Kind, (grains, key) => grains.Reserve(key)))
            .AddTransient<JournalCheck, BudgetCheck>()
            .AddTransient<JournalCheck>(s => new SnapshotCheck<BudgetLine, BudgetLineEvent>(
                "budget", BudgetLineSnapshot.Codec, s.GetRequiredService<IJournalStore>()));
    }
}

/// <summary>An id is booked once, what is held for a spend is given back with it, and sums are those of the
/// spends.</summary>
internal sealed class BudgetCheck() : JournalCheck<BudgetLineEvent>(
    "budgets", "budget", BudgetLineJson.Default.BudgetLineEvent)
{
    private readonly Dictionary<(string Key, string Id), long> _held = [];
    private readonly HashSet<(string Key, string Id)> _booked = [];

    protected override void Fold(string key, BudgetLineEvent happened)
    {
        switch (happened)
        {
            case BudgetLineEvent.Committed e:
                Expect(key, _held.TryAdd((key, e.Spend.Id), e.Spend.AmountMinor), $"{e.Spend.Id} is held twice");
                break;
            case BudgetLineEvent.Booked e:
                Expect(key, _booked.Add((key, e.Spend.Id)), $"{e.Spend.Id} is booked twice");
                Expect(key, Taken(e.Spend.Id) == e.HeldMinor, $"{e.Spend.Id} gives back what was not held");
                break;
            case BudgetLineEvent.Released e:
                Expect(key, Taken(e.Id) == e.HeldMinor, $"{e.Id} gives back what was not held");
                break;
        }

        long Taken(string id)
        {
            _held.Remove((key, id), out var held);
            return held;
        }
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
    }
}
